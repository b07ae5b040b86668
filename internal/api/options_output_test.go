package api

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"

	"recto/internal/engine"
	"recto/internal/job"
	"recto/internal/ocr/tesseract"
)

func TestOptionCropBox(t *testing.T) {
	pdf := draw(t, func(f *fpdf.Fpdf) {
		f.Text(72, 80, "north west")
		f.Text(400, 80, "north east")
		f.Text(72, 700, "south west")
		f.Text(400, 700, "south east")
	})
	for _, c := range []struct {
		edges     bool // the server reads the numbers as margins
		box, want string
	}{
		{false, `"bottom":0.5`, "north west,north east"},
		{false, `"top":0.5,"right":0.5`, "south west"},
		{false, `"left":0.5`, "north east,south east"},
		{true, `"bottom":0.4`, "north west,north east"},
		{true, `"top":0.4,"left":0.4`, "south east"},
	} {
		b := start(t, settings{parser: realEngine(t), job: func(j *job.Config) { j.CropEdges = c.edges }})
		m := b.wait(b.parse(pdf, `,"crop_box":{`+c.box+`}`), "?expand=markdown_full,text_full")
		for _, field := range []string{"markdown_full", "text_full"} {
			for _, corner := range []string{"north west", "north east", "south west", "south east"} {
				if has, want := strings.Contains(m[field].(string), corner), slices.Contains(strings.Split(c.want, ","), corner); has != want {
					t.Errorf("crop_box {%s} (margins %v): %q in %s: %v, want %v", c.box, c.edges, corner, field, has, want)
				}
			}
		}
	}
	b := start(t, settings{})
	for _, box := range []string{`"top":0.6,"bottom":0.4`, `"left":0.5,"right":0.5`, `"top":1.5`} {
		b.form("/api/v2/parse/upload", part{"file", "a.pdf", pdf}, part{"configuration", "", `{"tier":"fast","version":"latest","crop_box":{` + box + `}}`}).want(t, 422)
	}
}

func TestOptionPassword(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	locked := document(t, "pdf/encrypted.pdf")
	if m := b.wait(b.parse(locked, ""), ""); !strings.HasPrefix(jobOf(m)["error_message"].(string), "PDF_IS_PROTECTED") {
		t.Errorf("without password: %v", jobOf(m))
	}
	if m := b.wait(b.parse(locked, `,"input_options":{"pdf":{"password":"recto"}}`), ""); jobOf(m)["status"] != "COMPLETED" {
		t.Errorf("with password: %v", jobOf(m))
	}
}

func TestOptionMarkdownTables(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pdf := draw(t, func(f *fpdf.Fpdf) {
		for i, row := range []string{"Room", "Blue", "Green"} {
			f.SetXY(72, 100+40*float64(i))
			f.CellFormat(90, 40, row, "1", 0, "L", false, 0, "")
			f.Rect(162, 100+40*float64(i), 200, 40, "D")
			f.Text(166, 115+40*float64(i), [...]string{"Guests", "a long name of a guest that", "nobody"}[i])
			if i == 1 {
				f.Text(166, 130+40*float64(i), "goes on")
			}
		}
	})
	md := func(options string) string {
		return b.wait(b.parse(pdf, `,"output_options":{"markdown":{"tables":{`+options+`}}}`), "?expand=markdown_full")["markdown_full"].(string)
	}
	if s := md(""); !strings.Contains(s, "<table>") || strings.Contains(s, "| ---") {
		t.Errorf("by default: %s", s)
	}
	pipes := md(`"output_tables_as_markdown":true`)
	if !strings.Contains(pipes, "| Room  | Guests") || strings.Contains(pipes, "<table") {
		t.Errorf("pipes: %s", pipes)
	}
	if s := md(`"output_tables_as_markdown":true,"compact_markdown_tables":true`); !strings.Contains(s, "| Room | Guests |") {
		t.Errorf("compact pipes: %s", s)
	}
	if s := md(`"output_tables_as_markdown":true,"markdown_table_multiline_separator":" // "`); !strings.Contains(s, "a guest that // goes on") || strings.Contains(pipes, "//") {
		t.Errorf("separator of lines: %s", s)
	}
}

func TestOptionAnnotateLinks(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pdf := draw(t, func(f *fpdf.Fpdf) {
		f.Text(72, 90, "Read the timetable before you leave.")
		f.LinkString(72, 80, 180, 14, "https://example.com/timetable")
	})
	md := func(options string) string {
		return b.wait(b.parse(pdf, `,"output_options":{"markdown":{`+options+`}}`), "?expand=markdown_full")["markdown_full"].(string)
	}
	if s := md(""); strings.Contains(s, "example.com") {
		t.Errorf("by default: %q", s)
	}
	if s := md(`"annotate_links":true`); !strings.Contains(s, "](https://example.com/timetable)") {
		t.Errorf("with links: %q", s)
	}
}

func TestOptionImagesToSave(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pictures := document(t, "pdf/pictures.pdf")
	for _, c := range []struct{ options, want string }{
		{``, ""},
		{`[]`, ""},
		{`["screenshot"]`, "screenshot"},
		{`["embedded"]`, "embedded"},
		{`["layout"]`, "layout"},
		{`["layout","screenshot","embedded"]`, "embedded layout screenshot"},
	} {
		options := ""
		if c.options != "" {
			options = `,"output_options":{"images_to_save":` + c.options + `}`
		}
		m := b.wait(b.parse(pictures, options), "?expand=images_content_metadata")
		var got []string
		for _, i := range m["images_content_metadata"].(map[string]any)["images"].([]any) {
			got = append(got, i.(map[string]any)["category"].(string))
		}
		slices.Sort(got)
		if s := strings.Join(slices.Compact(got), " "); s != c.want {
			t.Errorf("images_to_save %s saves %q, want %q", c.options, s, c.want)
		}
	}
}

func TestOptionSpreadsheet(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pdf := draw(t, func(f *fpdf.Fpdf) {
		f.Text(72, 90, "Table 1. Takings of the inn")
		f.SetXY(72, 100)
		for _, row := range [][]string{{"Month", "Guests", "Florins"}, {"May", "41", "120"}, {"June", "57", "188"}} {
			for _, cell := range row {
				f.CellFormat(120, 20, cell, "1", 0, "L", false, 0, "")
			}
			f.Ln(20)
			f.SetX(72)
		}
	})
	sheets := func(options string) []string {
		m := b.wait(b.parse(pdf, `,"output_options":{"tables_as_spreadsheet":{`+options+`}}`), "?expand=xlsx_content_metadata")
		f, err := excelize.OpenReader(bytes.NewReader([]byte(b.output(m, "xlsx"))))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return f.GetSheetList()
	}
	if s := sheets(`"enable":true`); len(s) != 1 || !strings.Contains(s[0], "Takings") {
		t.Errorf("sheets = %q, want a name after the caption", s)
	}
	if s := sheets(`"enable":true,"guess_sheet_name":false`); len(s) != 1 || strings.Contains(s[0], "Takings") {
		t.Errorf("sheets = %q, want numbers", s)
	}
	none := draw(t, func(f *fpdf.Fpdf) { f.Text(72, 90, "No table here.") })
	exists := func(options string) any {
		m := b.wait(b.parse(none, options), "?expand=xlsx_content_metadata")
		return m["result_content_metadata"].(map[string]any)["xlsx"].(map[string]any)["exists"]
	}
	if exists("") != false || exists(`,"output_options":{"tables_as_spreadsheet":{"enable":true}}`) != true {
		t.Error("a document without tables has a workbook only when one is asked for")
	}
}

func TestOptionSavePDF(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pdf := samplePDF(t, 1)
	m := b.wait(b.parse(pdf, `,"output_options":{"save_output_pdf":true}`), "?expand=output_pdf_content_metadata")
	if got := b.output(m, "outputPDF"); got != pdf {
		t.Errorf("the saved PDF has %d bytes, want the %d of the source", len(got), len(pdf))
	}
}

// TestOptionSavePDFOfPicture: a picture becomes a PDF with its words.
func TestOptionSavePDFOfPicture(t *testing.T) {
	tess, err := tesseract.Find(t.Context())
	if err != nil {
		t.Skipf("%v (apt-get install tesseract-ocr)", err)
	}
	e, err := engine.Start(t.Context(), engine.Config{OCR: tess})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	b := start(t, settings{parser: e})
	var photo []byte
	if _, err := e.Parse(t.Context(), engine.Source{Data: []byte(document(t, "corpus/tagged/pdf/letter.pdf"))}, engine.Options{
		Images: engine.ImageKinds{Screenshot: true}, ScreenshotDPI: 200,
		SaveImage: func(i engine.Image) error { photo = i.Data; return nil },
	}); err != nil {
		t.Fatal(err)
	}
	m := b.wait(b.parse(string(photo), `,"output_options":{"save_output_pdf":true}`), "?expand=output_pdf_content_metadata,markdown_full")
	if md, _ := m["markdown_full"].(string); !strings.Contains(md, "Elsa Winter") {
		t.Errorf("markdown of the picture: %.200q", md)
	}
	pdf := b.output(m, "outputPDF")
	r, err := e.Parse(t.Context(), engine.Source{Data: []byte(pdf)}, engine.Options{KeepHidden: true, NoOCR: true})
	if err != nil || !strings.Contains(strings.Join(r.Text, ""), "Elsa Winter") {
		t.Errorf("the saved PDF does not hold the words: %v", err)
	}
}

// TestOptionWithoutModel: what needs a model says so.
func TestOptionWithoutModel(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	for _, o := range []string{
		`"agentic_options":{"custom_prompt":"read the seal"}`,
		`"processing_options":{"specialized_chart_parsing":"efficient"}`,
		`"processing_options":{"ocr_parameters":{"languages":["de"]}}`,
	} {
		m := b.wait(b.parse(samplePDF(t, 1), ","+o), "?expand=job_metadata")
		meta := m["job_metadata"].(map[string]any)
		if len(meta["options_without_effect"].([]any)) != 1 || !strings.Contains(fmt.Sprint(meta["warnings"]), "has no effect on this server yet") {
			t.Errorf("%s: %v, warnings %v", o, meta["options_without_effect"], meta["warnings"])
		}
	}
}

// TestOptionCameraPhoto: the option reaches the engine, and is no longer told to
// have no effect.
func TestOptionCameraPhoto(t *testing.T) {
	var asked bool
	b := start(t, settings{parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		asked = o.CameraPhoto
		return onePage(ctx, s, o)
	})}) // what it does is tested in engine
	m := b.wait(b.parse(tinyPDF, `,"input_options":{"image":{"camera_photo_correction":true}}`), "?expand=job_metadata")
	meta := m["job_metadata"].(map[string]any)
	if !asked || len(meta["options_without_effect"].([]any)) != 0 {
		t.Errorf("asked for: %v, without effect: %v", asked, meta["options_without_effect"])
	}
}
