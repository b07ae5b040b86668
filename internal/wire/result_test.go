package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/render/markdown"
)

var update = flag.Bool("update", false, "rewrite the expected output")

// sample has every kind of item, a page that failed, and a figure in two pieces.
func sample() *engine.Result {
	at := func(y float64) doc.Base {
		return doc.Base{Boxes: []geom.Rect{{X0: 72, Y0: y, X1: 540.126, Y1: y + 12}}, Confidence: 0.98765}
	}
	line := func(s string, x, y float64) doc.Inline {
		return doc.Inline{Text: s, Box: geom.Rect{X0: x, Y0: y, X1: x + 100, Y1: y + 10}}
	}
	first := &doc.Page{
		Number: 1, PrintedNumber: "iv", Width: 612, Height: 792, Rotation: 90, Confidence: 0.9,
		Header: []doc.Item{&doc.Paragraph{Base: at(20), Text: doc.Of("Report")}, &doc.Paragraph{Base: at(32), Text: doc.Of("2026")}},
		Items: []doc.Item{
			&doc.Heading{Base: at(72), Level: 1, Title: true, Text: doc.Of("On <parsing> & more")},
			&doc.Heading{Base: at(90), Level: 2, Text: doc.Of("1 Introduction")},
			&doc.Paragraph{
				Base: doc.Base{Boxes: []geom.Rect{{X0: 72, Y0: 700, X1: 300, Y1: 720}, {X0: 320, Y0: 72, X1: 540, Y1: 90}}, Confidence: 1},
				Text: doc.Text{line("Text 😀 that ", 72, 705), {Text: "goes", Style: doc.Bold, Box: geom.Rect{X0: 330, Y0: 74, X1: 350, Y1: 84}}, line(" on.", 350, 74)},
			},
			&doc.List{Base: at(120), Entries: []doc.ListEntry{
				{Base: at(120), Marker: "•", Text: doc.Of("one"), Items: []doc.Item{
					&doc.List{Base: at(130), Ordered: true, Entries: []doc.ListEntry{{Base: at(130), Marker: "1.", Number: 1, Text: doc.Of("deep")}}},
					&doc.Code{Base: at(135), Value: "x"},
				}},
				{Base: at(140), Marker: "(b)", Text: doc.Of("two")},
			}},
			&doc.Code{Base: at(160), Language: "go", Value: "a := 1\n"},
			&doc.Table{
				Base: at(200), RowCount: 2, ColCount: 2, HeaderRows: 1, MergedFrom: []int{1, 2},
				Cells: []doc.Cell{
					{Row: 0, Col: 0, RowSpan: 1, ColSpan: 2, Header: true, Text: doc.Of("Sum")},
					{Row: 1, Col: 0, RowSpan: 1, ColSpan: 1, Text: doc.Of("a")}, {Row: 1, Col: 1, RowSpan: 1, ColSpan: 1, Text: doc.Of("1.5")},
				},
				Concerns: []doc.Concern{{Type: "inconsistent_row_cell_count", Details: "row 1"}},
			},
			&doc.Figure{Base: at(300), Alt: "a chart", Image: "layout_p1_1.jpg", Source: -1},
			&doc.Caption{Base: at(400), Text: doc.Of("Figure 1: a chart")},
			&doc.Formula{Base: at(420), Text: doc.Text{{Text: "x"}, {Text: "2", Style: doc.Superscript}}},
			&doc.Link{Base: at(440), Text: "our page", URL: "https://example.com"},
			&doc.Footnote{Base: at(700), Marker: "1", Text: doc.Of("See there.")},
		},
		Footer: []doc.Item{&doc.Paragraph{Base: at(760), Text: doc.Of("iv")}},
	}
	second := &doc.Page{Number: 2, Err: errors.New("page tree is broken")}
	third := &doc.Page{Number: 3, Width: 612, Height: 792, Confidence: 1, Items: []doc.Item{&doc.Table{Base: at(72), MergedInto: 1}}}
	empty := &doc.Page{Number: 4, Width: 612, Height: 792, Confidence: 1}
	return &engine.Result{
		Doc:   &doc.Document{Pages: []*doc.Page{first, second, third, empty}},
		Text:  []string{"Report\n  On <parsing>", "", "table", ""},
		Words: [][]page.Word{{{Text: "Report", Box: geom.Rect{X0: 72, Y0: 20, X1: 99.999, Y1: 30}, Confidence: 1}}, nil, nil, nil},
	}
}

// TestResults compares the JSON of every result with testdata.
func TestResults(t *testing.T) {
	r := sample()
	var words bytes.Buffer
	if err := RawWords(&words, r); err != nil {
		t.Fatal(err)
	}
	md := Markdown(r, markdown.Options{Links: true})
	for name, v := range map[string]any{
		"text.json": Text(r), "markdown.json": md, "items.json": Items(r, markdown.Options{Links: true}), "metadata.json": Metadata(r, MetadataOptions{PrintedNumbers: true}),
		"markdown.md": MarkdownFull(md), "text.txt": TextFull(r), "words.jsonl": words.String(),
	} {
		got, isText := []byte(nil), false
		if s, ok := v.(string); ok {
			got, isText = []byte(s), true
		}
		if !isText {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			if err := e.Encode(v); err != nil {
				t.Fatal(err)
			}
			got = b.Bytes()
		}
		path := filepath.Join("testdata", "result", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestBoxesIndexMarkdown holds that the indexes of a box cut its own text out of
// the markdown.
func TestBoxesIndexMarkdown(t *testing.T) {
	items := Items(sample(), markdown.Options{Links: true}).Pages[0].Items
	cut := func(it Item, box int) string {
		units := utf16.Encode([]rune(it.MD))
		return string(utf16.Decode(units[*it.BBox[box].StartIndex : *it.BBox[box].EndIndex+1]))
	}
	for _, c := range []struct {
		item, box int
		want      string
	}{
		{0, 0, "Report"}, {0, 1, "2026"}, {1, 0, `# On \<parsing> & more`}, {3, 0, "Text 😀 that"}, {3, 1, "**goes** on."}, {12, 0, "iv"},
	} {
		if got := cut(items[c.item], c.box); got != c.want {
			t.Errorf("box %d of item %d shows %q, want %q", c.box, c.item, got, c.want)
		}
	}
}
