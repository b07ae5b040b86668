package engine

import (
	"slices"
	"testing"

	"recto/internal/doc"
	"recto/internal/table"
)

// tables returns the tables of a result, page by page.
func tables(r *Result) (out []*doc.Table) {
	for _, p := range r.Doc.Pages {
		for _, it := range p.Items {
			if t, ok := it.(*doc.Table); ok {
				out = append(out, t)
			}
		}
	}
	return out
}

func TestMergeTables(t *testing.T) {
	apart := tables(parse(t, "continued", Options{}))
	if len(apart) != 3 || apart[1].RowCount != 33 || apart[0].MergedFrom != nil || apart[1].MergedInto != 0 {
		t.Fatalf("without the option there are %d tables, want the three parts as they are", len(apart))
	}
	r := parse(t, "continued", Options{MergeTables: true})
	got := tables(r)
	if len(got) != 3 {
		t.Fatalf("%d tables, want the whole and two empty parts", len(got))
	}
	whole := got[0]
	if whole.RowCount != 71 || whole.HeaderRows != 1 || !slices.Equal(whole.MergedFrom, []int{1, 2, 3}) {
		t.Errorf("the whole has %d rows, %d headers, from pages %v, want 71, 1, [1 2 3]", whole.RowCount, whole.HeaderRows, whole.MergedFrom)
	}
	rows := table.Rows(whole)
	if got := rows[64][1]; got != "Paint and of his two sons" {
		t.Errorf("row 64 holds %q, want the row cut by the page's end in one piece", got)
	}
	if got := rows[70][0]; got != int64(70) {
		t.Errorf("the last row is %v, want 70", got)
	}
	for _, part := range got[1:] {
		if part.MergedInto != 1 || part.RowCount != 0 || len(part.Cells) != 0 || len(part.Boxes) != 1 {
			t.Errorf("a later part is %+v, want no cells, its box, and page 1", part)
		}
	}
	if dropped := r.Doc.Pages[1].Dropped; len(dropped) != 4 || dropped[0].Reason != table.RepeatedHeader {
		t.Errorf("page 2 dropped %v, want the four texts of the repeated header", dropped)
	}
	if c := whole.Cells[len(whole.Cells)-1]; c.Page != 3 || whole.Cells[0].Page != 0 {
		t.Errorf("the last cell stands on page %d, want 3", c.Page)
	}
}

func TestMergeTablesRefuses(t *testing.T) {
	got := tables(parse(t, "separate", Options{MergeTables: true}))
	if len(got) != 5 {
		t.Fatalf("%d tables, want 5", len(got))
	}
	for i, x := range got {
		if x.MergedFrom != nil || x.MergedInto != 0 {
			t.Errorf("table %d was merged: from %v into %d", i+1, x.MergedFrom, x.MergedInto)
		}
	}
}

// TestSpansDoNotOverlap looks at the tables of all samples, with tags and without.
func TestSpansDoNotOverlap(t *testing.T) {
	for _, name := range []string{"report", "article", "letter", "slides", "form", "tagged", "rotated", "continued", "separate"} {
		for _, o := range []Options{{}, {IgnoreTags: true}, {MergeTables: true}} {
			for i, x := range tables(parse(t, name, o)) {
				taken := map[[2]int]bool{}
				for _, c := range x.Cells {
					for row := c.Row; row < c.Row+c.RowSpan; row++ {
						for col := c.Col; col < c.Col+c.ColSpan; col++ {
							if taken[[2]int{row, col}] || row >= x.RowCount || col >= x.ColCount {
								t.Errorf("%s %+v: table %d has two cells at row %d, column %d of %dx%d", name, o, i+1, row, col, x.RowCount, x.ColCount)
							}
							taken[[2]int{row, col}] = true
						}
					}
				}
			}
		}
	}
}
