package table

import (
	"strings"
	"testing"

	"recto/internal/doc"
)

func TestConcerns(t *testing.T) {
	for _, c := range []struct {
		name, table string
		move        func(*doc.Table) // puts texts where they should not be
		want        string           // types and details
	}{
		{name: "nothing", table: "#Name|Size\nant|1\nbee|2\ncat|3"},
		{name: "years over numbers", table: "#Name|2023\nant|1\nbee|2\ncat|3"},
		{name: "values taken for a header", table: "#ant|12.5\nbee|2.5\ncat|3.5\ndog|4.5", want: `header_value_type_mismatch: column 2: "12.5" over numbers`},
		{name: "unit over words", table: "#Name|(%)\nant|small\nbee|tiny\ncat|large", want: `header_value_type_mismatch: column 2: "(%)" over words`},
		{name: "unit over numbers", table: "#Name|(%)\nant|1\nbee|2\ncat|3"},
		{name: "row cut short", table: "#Name|Size\nant|1\nbee|none\ncat|3", want: "inconsistent_row_cell_count: row 3 has cells for 1 of 2 columns"},
		{name: "spans are no gaps", table: "#Name|Size\nant|<\nbee|2\n^|3"},
		{name: "mostly empty", table: "#A|B|C\nx||\n||\n||y", want: "mostly_empty: 5 of 12 cells have text"},
		{
			name: "text over text", table: "#Name|Size\nant|1\nbee|2\ncat|3",
			move: func(x *doc.Table) { x.Cells[2].Text[0].Box.X1 = 160 },
			want: "overlapping_text: 1 cells have text that stands on the text of the cell before",
		},
		{
			name: "ragged columns", table: "#Name|Size\nant|1\nbee|2\ncat|3\ndog|4",
			move: func(x *doc.Table) {
				for i := range x.Cells {
					x.Cells[i].Text[0].Box.X0 += 7 * float64(i)
					x.Cells[i].Text[0].Box.X1 += 7 * float64(i)
				}
			},
			want: "uncertain_columns: 25% of the texts begin, end or are centred where their column does",
		},
	} {
		x := placed(t, c.table, 50, 100)
		if c.move != nil {
			c.move(x)
		}
		Judge(pages([]doc.Item{textAt(90, "Text."), x, textAt(700, "More.")}))
		var got []string
		for _, o := range x.Concerns {
			got = append(got, o.Type+": "+o.Details)
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: concerns %q, want %q", c.name, s, c.want)
		}
	}
}

func TestConcernCut(t *testing.T) {
	a, b := placed(t, "#Name|Size\nant|1\nbee|2", 50, 700), placed(t, "#Name|Size\ncat|3", 50, 60)
	Judge(pages([]doc.Item{a}, []doc.Item{b}))
	if len(a.Concerns) != 1 || a.Concerns[0] != (doc.Concern{Type: Cut, Details: "the table goes on on page 2"}) {
		t.Errorf("the first part has %v", a.Concerns)
	}
	if len(b.Concerns) != 1 || b.Concerns[0].Details != "the table began on page 1 or before" {
		t.Errorf("the second part has %v", b.Concerns)
	}
}

// TestConfidence puts tables in an order: each is less sure than the one before.
func TestConfidence(t *testing.T) {
	last := 1.01
	for _, c := range []struct {
		name  string
		table string
		prior float64
	}{
		{"by tags, whatever it looks like", "#A|B|C\nx||\n||\n||y", 0.98},
		{"a full grid", "#Name|Size\nant|1\nbee|2\ncat|3", 0.95},
		{"columns by alignment", "#Name|Size\nant|1\nbee|2\ncat|3", 0.6},
		{"kinds that change within a column", "#Name|Size\nant|1\nbee|two\ncat|3\ndog|four", 0.6},
		{"a sparse grid", "#A|B|C\nx||\n|z|\n||y", 0.95},
		{"a sparse one by alignment", "#A|B|C\nx||\n|z|\n||y", 0.6},
	} {
		x := placed(t, c.table, 50, 100)
		x.Confidence = c.prior
		Judge(pages([]doc.Item{x}))
		if x.Confidence >= last || x.Confidence <= 0 {
			t.Errorf("%s: confidence %.2f, want less than %.2f", c.name, x.Confidence, last)
		}
		last = x.Confidence
	}
}
