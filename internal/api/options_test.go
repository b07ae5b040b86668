package api

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// document returns one of the sample documents of the repository.
func document(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// output downloads a result by its key in result_content_metadata.
func (b *bench) output(answer map[string]any, key string) string {
	b.t.Helper()
	files, _ := answer["result_content_metadata"].(map[string]any)
	f, _ := files[key].(map[string]any)
	if f == nil || f["exists"] != true {
		b.t.Fatalf("result_content_metadata has no %s: %v", key, files)
	}
	return string(b.get(f["presigned_url"].(string)).want(b.t, 200).body)
}

// rowsOf reads JSON lines.
func rowsOf[T any](t *testing.T, text string) []T {
	t.Helper()
	var out []T
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		out = append(out, v)
	}
	return out
}

type grounded struct {
	PageNumber int `json:"page_number"`
	Items      []struct {
		Type      string
		MD        string
		Grounding struct {
			Source string
			Lines  []struct {
				Span  [2]int
				BBox  struct{ X, Y, W, H float64 }
				Words []struct {
					Span [2]int
					BBox struct{ X, Y, W, H float64 }
				}
			}
			Cells []struct {
				Row, Col int
				Span     *[2]int
			}
		}
	}
}

func cutUTF16(s string, span [2]int) string {
	return string(utf16.Decode(utf16.Encode([]rune(s))[span[0]:span[1]]))
}

func TestOptionGranularBoxes(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	report := document(t, "corpus/tagged/pdf/report.pdf")
	plain := b.wait(b.parse(report, ""), "?expand=items,items_content_metadata")
	if files := plain["result_content_metadata"].(map[string]any); files["grounded_items"] != nil {
		t.Errorf("grounded items without granular_bboxes: %v", files)
	}
	id := b.parse(report, `,"output_options":{"granular_bboxes":["word","line","cell"]}`)
	if bare := b.wait(id, ""); bare["result_content_metadata"] != nil {
		t.Errorf("without expand: %v", bare["result_content_metadata"])
	}
	rows := rowsOf[grounded](t, b.output(b.wait(id, "?expand=items"), "grounded_items"))
	items, words, cells := 0, 0, 0
	for _, page := range rows {
		for _, it := range page.Items {
			items++
			for _, l := range it.Grounding.Lines {
				at := 0
				for _, w := range l.Words {
					words++
					text := cutUTF16(it.MD, w.Span)
					if strings.ContainsAny(text, " \n") || text == "" || w.Span[0] < at || w.Span[1] > l.Span[1] || w.BBox.W <= 0 || w.BBox.H <= 0 {
						t.Fatalf("page %d: word %q at %v of %v, box %v", page.PageNumber, text, w.Span, l.Span, w.BBox)
					}
					at = w.Span[1]
					if w.BBox.X < l.BBox.X-1.5 || w.BBox.X+w.BBox.W > l.BBox.X+l.BBox.W+1.5 {
						t.Errorf("page %d: word %q at %v sticks out of its line %v", page.PageNumber, text, w.BBox, l.BBox)
					}
				}
			}
			for _, c := range it.Grounding.Cells {
				cells++
				if c.Span != nil && c.Span[1] <= c.Span[0] {
					t.Errorf("cell %d,%d has span %v", c.Row, c.Col, c.Span)
				}
			}
		}
	}
	if items < 20 || words < 300 || cells < 9 {
		t.Errorf("%d items, %d words, %d cells: too few", items, words, cells)
	}
	// Words have boxes of their own, not those of their lines.
	one := rowsOf[grounded](t, b.output(b.wait(b.parse(report, `,"output_options":{"granular_bboxes":["cell"]}`), "?expand=text"), "grounded_items"))
	for _, it := range one[0].Items {
		if len(it.Grounding.Lines) > 0 {
			t.Errorf("lines although only cells were asked for: %v", it.Grounding.Lines)
		}
	}
}

func TestOptionAdditionalOutputs(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	report := document(t, "corpus/tagged/pdf/report.pdf")
	const expand = "?expand=stripped_markdown_content_metadata,concatenated_stripped_markdown_content_metadata,raw_words_content_metadata,markdown"
	none := b.wait(b.parse(report, ""), expand)
	for key, f := range none["result_content_metadata"].(map[string]any) {
		if f.(map[string]any)["exists"] != false {
			t.Errorf("%s exists although it was not asked for", key)
		}
	}
	m := b.wait(b.parse(report, `,"output_options":{"additional_outputs":["stripped_md","concatenated_stripped_txt","word_bbox"]}`), expand)
	var stripped struct {
		Pages []struct {
			Number   int `json:"page_number"`
			Markdown string
		}
	}
	if err := json.Unmarshal([]byte(b.output(m, "stripped_markdown")), &stripped); err != nil {
		t.Fatal(err)
	}
	full := b.output(m, "concatenatedStrippedMarkdown")
	for i, p := range stripped.Pages {
		if strings.Contains(p.Markdown, "<t") || strings.Contains(p.Markdown, "**") || strings.HasPrefix(p.Markdown, "#") {
			t.Errorf("page %d has markup: %.300q", p.Number, p.Markdown)
		}
		md := m["markdown"].(map[string]any)["pages"].([]any)[i].(map[string]any)["markdown"].(string)
		if len(p.Markdown) < len(md)/3 || !strings.Contains(full, p.Markdown) {
			t.Errorf("page %d: %d characters of %d of markdown", p.Number, len(p.Markdown), len(md))
		}
	}
	if n := strings.Count(full, "\n\n---\n\n"); n != len(stripped.Pages)-1 {
		t.Errorf("%d separators between %d pages", n, len(stripped.Pages))
	}
	type word struct {
		Page       int `json:"page_number"`
		Text       string
		X, Y, W, H float64
	}
	words := rowsOf[word](t, b.output(m, "raw_words"))
	if len(words) < 300 || words[len(words)-1].Page != len(stripped.Pages) || words[0].W <= 0 {
		t.Errorf("%d words, the last %+v", len(words), words[len(words)-1])
	}
}
