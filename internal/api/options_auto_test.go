package api

import (
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"recto/internal/job"
	"recto/internal/wire"
)

// twoKinds has a page of prose and a page with a ruled table of numbers and a
// slanted note.
func twoKinds(t *testing.T) string {
	return draw(t,
		func(f *fpdf.Fpdf) {
			for i, v := range verses {
				f.Text(72, 90+16*float64(i), v)
			}
		},
		func(f *fpdf.Fpdf) {
			f.Text(72, 80, "Takings of the inn")
			f.SetXY(72, 100)
			for _, row := range [][]string{{"Month", "Guests", "Florins"}, {"May", "41", "120"}, {"June", "57", "188"}, {"July", "66", "203"}} {
				for _, cell := range row {
					f.CellFormat(120, 20, cell, "1", 0, "L", false, 0, "")
				}
				f.Ln(20)
				f.SetX(72)
			}
			f.TransformBegin()
			f.TransformRotate(20, 300, 500)
			f.Text(280, 500, "draft")
			f.TransformEnd()
		})
}

func TestOptionAutoMode(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pdf := twoKinds(t)
	run := func(rule string) (pages []bool, md []string, meta map[string]any) {
		m := b.wait(b.parse(pdf, `,"processing_options":{"auto_mode_configuration":[`+rule+`]}`), "?expand=metadata,markdown,job_metadata")
		if jobOf(m)["status"] != "COMPLETED" {
			t.Fatalf("%s: %v", rule, jobOf(m))
		}
		return pagesOf[bool](t, m, "metadata", "triggered_auto_mode"), pagesOf[string](t, m, "markdown", "markdown"), m["job_metadata"].(map[string]any)
	}
	const conf = `"parsing_conf":{"ignore":{"ignore_diagonal_text":true}}`
	for _, c := range []struct {
		rule          string
		first, second bool
	}{
		{`"table_in_page":true`, false, true},
		{`"table_in_page":false`, true, false},
		{`"text_in_page":"barley"`, true, false},
		{`"regexp_in_page":"takings\\s+of","regexp_in_page_mode":"i"`, false, true},
		{`"regexp_in_page":"takings\\s+of"`, false, false},
		{`"filename_match_glob":"*.pdf"`, true, true},
		{`"filename_match_glob_list":["*.doc","b*"]`, false, false},
		{`"filename_regexp":"^A\\.PDF$","filename_regexp_mode":"i"`, true, true},
		{`"page_contains_at_least_n_numbers":"6"`, false, true},
		{`"page_contains_at_most_n_numbers":2`, true, false},
		{`"page_contains_at_least_n_words":60`, true, false},
		{`"page_contains_at_most_n_words":60`, false, true},
		{`"page_longer_than_n_chars":400`, true, false},
		{`"page_shorter_than_n_chars":400`, false, true},
		{`"page_contains_at_least_n_tables":1`, false, true},
		{`"page_contains_at_least_n_lines":7`, true, false},
		{`"page_contains_at_least_n_percent_numbers":20`, false, true},
		{`"page_contains_at_most_n_images":0`, true, true},
		{`"image_in_page":true`, false, false},
		{`"full_page_image_in_page":true`, false, false},
		{`"layout_element_in_page":"table"`, false, true},
		{`"layout_element_in_page":"table","layout_element_in_page_confidence_threshold":"1.01"`, false, false},
		{`"page_md_error":true`, false, false},
		{`"table_in_page":true,"text_in_page":"barley"`, false, false},
		{`"table_in_page":true,"text_in_page":"barley","trigger_mode":"or"`, true, true},
		{`"trigger_mode":"or"`, false, false}, // no trigger
	} {
		pages, md, meta := run(`{` + conf + `,` + c.rule + `}`)
		if pages[0] != c.first || pages[1] != c.second {
			t.Errorf("%s triggers %v, want [%v %v]", c.rule, pages, c.first, c.second)
		}
		if has := strings.Contains(md[1], "draft"); has == c.second {
			t.Errorf("%s: the slanted note is there: %v", c.rule, has)
		}
		n := 0.0
		for _, p := range pages {
			if p {
				n++
			}
		}
		if meta["job_auto_mode_triggered_pages"] != n {
			t.Errorf("job_auto_mode_triggered_pages = %v, want %v", meta["job_auto_mode_triggered_pages"], n)
		}
	}
	// The tier of a rule: fast looks for no tables.
	if _, md, _ := run(`{"parsing_conf":{"tier":"fast","version":"latest"},"table_in_page":true}`); strings.Contains(md[1], "<table") {
		t.Errorf("the page was not parsed by the rule's tier: %s", md[1])
	}
	// The first rule that matches counts.
	if _, md, _ := run(`{"parsing_conf":{},"table_in_page":true},{` + conf + `,"table_in_page":true}`); !strings.Contains(md[1], "draft") {
		t.Errorf("the second rule was used: %s", md[1])
	}
}

func TestOptionMetadata(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	report := document(t, "corpus/tagged/pdf/report.pdf")
	plain := b.wait(b.parse(report, ""), "?expand=metadata")
	if n := pagesOf[string](t, plain, "metadata", "printed_page_number"); n[0] != "" {
		t.Errorf("printed page numbers %v although not asked for", n)
	}
	if d := plain["metadata"].(map[string]any)["document"]; d != nil {
		t.Errorf("document score %v although not asked for", d)
	}
	m := b.wait(b.parse(report, `,"output_options":{"extract_printed_page_number":true},"processing_options":{"confidence_score_effort":"high"}`), "?expand=metadata")
	if n := pagesOf[string](t, m, "metadata", "printed_page_number"); n[1] == "" {
		t.Errorf("printed page numbers = %v", n)
	}
	d := m["metadata"].(map[string]any)["document"].(map[string]any)
	breakdown := d["confidence_breakdown"].(map[string]any)
	pages := pagesOf[float64](t, m, "metadata", "confidence")
	if d["confidence"].(float64) <= 0 || breakdown["total_pages"] != float64(len(pages)) || breakdown["scored_pages"] != float64(len(pages)) || breakdown["min_page_score"].(float64) > d["confidence"].(float64) {
		t.Errorf("document = %v, pages %v", d, pages)
	}
}

func TestOptionCostOptimizer(t *testing.T) {
	b := start(t, settings{parser: realEngine(t), job: func(c *job.Config) { c.Fallback = wire.CostEffective }})
	flags := func(options string) []bool {
		r := b.form("/api/v2/parse/upload", part{"file", "a.pdf", twoKinds(t)}, part{"configuration", "", `{"tier":"agentic","version":"latest"` + options + `}`})
		m := b.wait(r.want(t, 200).json(t)["id"].(string), "?expand=metadata")
		return pagesOf[bool](t, m, "metadata", "cost_optimized")
	}
	if f := flags(""); f[0] || f[1] {
		t.Errorf("cost_optimized = %v although not asked for", f)
	}
	if f := flags(`,"processing_options":{"cost_optimizer":{"enable":true}}`); !f[0] || !f[1] {
		t.Errorf("cost_optimized = %v, want both", f)
	}
}
