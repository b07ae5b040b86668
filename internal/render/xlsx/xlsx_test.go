package xlsx

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"recto/internal/doc"
)

// The flag is here because make golden passes it to all renderers.
var _ = flag.Bool("update", false, "rewrite the expected output; there is none here")

func cell(row, col int, text string) doc.Cell {
	return doc.Cell{Row: row, Col: col, RowSpan: 1, ColSpan: 1, Text: doc.Of(text)}
}

func write(t *testing.T, tables ...*doc.Table) *excelize.File {
	t.Helper()
	p := &doc.Page{Number: 1}
	for _, table := range tables {
		p.Items = append(p.Items, table)
	}
	var b bytes.Buffer
	if err := Render(&b, &doc.Document{Pages: []*doc.Page{p}}, Options{}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestRender(t *testing.T) {
	head := cell(0, 0, "Sum")
	head.ColSpan = 2
	f := write(t,
		&doc.Table{
			Caption: doc.Of("Table 1: sums/totals"), RowCount: 5, ColCount: 2, HeaderRows: 1,
			Cells: []doc.Cell{
				head, cell(1, 0, "=cmd|' /C calc'!A0"), cell(1, 1, "1,234.50"), cell(2, 0, "007"), cell(2, 1, "12%"),
				cell(3, 0, "a\nb <&> \x01"), cell(3, 1, "@SUM(A1)"), cell(4, 0, "+1+cmd|' /C calc'!A0"), cell(4, 1, "-2+3"),
			},
		},
		&doc.Table{MergedInto: 1},
		&doc.Table{Caption: doc.Of("table 1: Sums/Totals"), RowCount: 1, ColCount: 1, Cells: []doc.Cell{cell(0, 0, "x")}},
	)
	if got, want := strings.Join(f.GetSheetList(), "|"), "Table 1 sums totals|table 1 Sums Totals (2)"; got != want {
		t.Fatalf("sheets %q, want %q", got, want)
	}
	sheet := f.GetSheetName(0)
	for at, want := range map[string]string{
		"A1": "Sum", "B1": "Sum", "A2": "=cmd|' /C calc'!A0", "B2": "1,234.50", "A3": "007", "B3": "12%", "B4": "@SUM(A1)", "A5": "+1+cmd|' /C calc'!A0", "B5": "-2+3",
	} {
		got, err := f.GetCellValue(sheet, at)
		if err != nil || got != want {
			t.Errorf("%s = %q, %v, want %q", at, got, err, want)
		}
		formula, err := f.GetCellFormula(sheet, at)
		if err != nil || formula != "" {
			t.Errorf("%s has the formula %q, %v", at, formula, err)
		}
	}
	if got, err := f.GetCellValue(sheet, "B2", excelize.Options{RawCellValue: true}); err != nil || got != "1234.5" {
		t.Errorf("B2 holds %q, %v, want the number 1234.5", got, err)
	}
	if got, err := f.GetCellValue(sheet, "A4"); err != nil || !strings.HasPrefix(got, "a\nb <&> ") {
		t.Errorf("A4 = %q, %v, want its lines and signs", got, err)
	}
	merged, err := f.GetMergeCells(sheet)
	if err != nil || len(merged) != 1 || merged[0].GetStartAxis()+":"+merged[0].GetEndAxis() != "A1:B1" {
		t.Errorf("merged %v, %v, want A1:B1", merged, err)
	}
}

func TestRenderNothing(t *testing.T) {
	if got := write(t).GetSheetList(); len(got) != 1 {
		t.Errorf("sheets %q, want one", got)
	}
}

// TestSameBytes: the library gives sheets in random order.
func TestSameBytes(t *testing.T) {
	p := &doc.Page{Number: 1}
	for i := range 8 {
		p.Items = append(p.Items, &doc.Table{RowCount: 1, ColCount: 1, Cells: []doc.Cell{cell(0, 0, fmt.Sprint("sheet ", i))}})
	}
	var first []byte
	for i := range 5 {
		var b bytes.Buffer
		if err := Render(&b, &doc.Document{Pages: []*doc.Page{p}}, Options{}); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = b.Bytes()
		} else if !bytes.Equal(first, b.Bytes()) {
			t.Fatalf("time %d gave other bytes than the first", i+1)
		}
	}
}

func TestUniqueNames(t *testing.T) {
	n := sheetNames{taken: map[string]bool{}}
	for _, c := range []struct{ wish, want string }{
		{"Table 1", "Table 1"},
		{"TABLE 1", "TABLE 1 (2)"},
		{"", "Table"},
		{"[]:*?/\\", "Table (2)"},
		{"'quoted'", "quoted"},
		{"History", "Table (3)"},
		{"A caption that goes on and on and on", "A caption that goes on and on a"},
		{"A caption that goes on and on and more", "A caption that goes on and (2)"},
		{strings.Repeat("😀", 20), strings.Repeat("😀", 15)},
		{"a\nb\x00c", "a b c"},
	} {
		if got := n.unique(c.wish); got != c.want {
			t.Errorf("unique(%q) = %q, want %q", c.wish, got, c.want)
		}
	}
}

func TestTitles(t *testing.T) {
	table := func() *doc.Table {
		return &doc.Table{RowCount: 1, ColCount: 1, Cells: []doc.Cell{cell(0, 0, "x")}}
	}
	caption := func(s string) doc.Item { return &doc.Caption{Text: doc.Of(s)} }
	for _, c := range []struct {
		name  string
		items []doc.Item
		want  string
	}{
		{"above", []doc.Item{caption("Table 1: Birds"), table()}, "Table 1: Birds"},
		{"below", []doc.Item{table(), caption("Table 1:\nBirds")}, "Table 1: Birds"},
		{"the next one's", []doc.Item{table(), caption("Table 2"), table()}, "|Table 2"},
		{"heading", []doc.Item{&doc.Heading{Text: doc.Of("Birds")}, table()}, "Birds"},
		{"caption before heading", []doc.Item{&doc.Heading{Text: doc.Of("Birds")}, table(), caption("Table 1")}, "Table 1"},
		{"text between", []doc.Item{caption("Table 1"), &doc.Paragraph{Text: doc.Of("They fly.")}, table()}, ""},
		{"in a list", []doc.Item{&doc.List{Entries: []doc.ListEntry{{Items: []doc.Item{caption("Table 1"), table()}}}}}, "Table 1"},
	} {
		var got []string
		for _, x := range tables(&doc.Document{Pages: []*doc.Page{{Items: c.items}}}) {
			got = append(got, x.title)
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s: titles %q, want %q", c.name, s, c.want)
		}
	}
}

// BenchmarkRender writes long tables; the cost of a row should not depend on how
// many there are.
func BenchmarkRender(b *testing.B) {
	for _, rows := range []int{2_000, 20_000} {
		t := &doc.Table{RowCount: rows, ColCount: 6, HeaderRows: 1}
		for row := range rows {
			for col := range 6 {
				t.Cells = append(t.Cells, cell(row, col, fmt.Sprintf("%d.%02d", row*(col+3), row%100)))
			}
		}
		d := &doc.Document{Pages: []*doc.Page{{Items: []doc.Item{t}}}}
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Render(io.Discard, d, Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
		})
	}
}
