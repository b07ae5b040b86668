package table

import (
	"fmt"
	"strings"

	"recto/internal/doc"
)

// Types of concerns. The first two are known to clients; the others are ours.
const (
	HeaderMismatch = "header_value_type_mismatch"  // a header does not fit the values below it
	UnevenRows     = "inconsistent_row_cell_count" // a row has fewer cells than the table columns
	Overlapping    = "overlapping_text"            // texts of neighbouring cells stand on each other
	Cut            = "cut_at_page_end"             // it goes on on the next page
	UnsureColumns  = "uncertain_columns"           // texts of a column do not stand under each other
	MostlyEmpty    = "mostly_empty"                // few cells have text
)

// Limits of concerns.
const (
	maxNamed    = 5    // rows or columns named in one concern
	unsureEdges = 0.75 // aligned cells below which columns are uncertain
	fewFilled   = 0.5  // filled cells below which a table is mostly empty
)

// concerns lists what is odd about a table, whatever its confidence is.
func concerns(t *doc.Table, e evidence) []doc.Concern {
	var out []doc.Concern
	add := func(kind, format string, args ...any) {
		out = append(out, doc.Concern{Type: kind, Details: fmt.Sprintf(format, args...)})
	}
	if odd := mismatchedHeaders(t); len(odd) > 0 {
		add(HeaderMismatch, "%s", named(odd))
	}
	if short := shortRows(t); len(short) > 0 {
		add(UnevenRows, "%s", named(short))
	}
	if e.touching > 0 {
		add(Overlapping, "%d cells have text that stands on the text of the cell before", e.touching)
	}
	if e.aligned < unsureEdges {
		add(UnsureColumns, "%.0f%% of the texts begin, end or are centred where their column does", 100*e.aligned)
	}
	if e.filled < fewFilled {
		add(MostlyEmpty, "%d of %d cells have text", e.cells, len(t.Cells))
	}
	return out
}

// named joins what is to be named, the first few of it.
func named(all []string) string {
	s := strings.Join(all[:min(len(all), maxNamed)], "; ")
	if more := len(all) - maxNamed; more > 0 {
		s += fmt.Sprintf("; and %d more", more)
	}
	return s
}

// mismatchedHeaders names the columns whose header does not fit: a figure, which
// is no year, over figures, so that the first row of values may have been taken
// for the header; or a unit of numbers over words.
func mismatchedHeaders(t *doc.Table) []string {
	if t.HeaderRows == 0 {
		return nil
	}
	body := columnKinds(t, t.HeaderRows, t.RowCount)
	var odd []string
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Row != t.HeaderRows-1 || c.RowSpan > 1 || c.ColSpan > 1 || c.Col >= len(body) || body[c.Col].filled < minCells {
			continue
		}
		head := plain(c.Text)
		switch k := body[c.Col]; {
		case k.mostlyNumbers() && Number(head, Notation{Decimal: '.'}) != nil && !fourDigits.MatchString(head) && len(head) > 1:
			odd = append(odd, fmt.Sprintf("column %d: %q over numbers", c.Col+1, head))
		case k.mostlyWords() && isUnit(head):
			odd = append(odd, fmt.Sprintf("column %d: %q over words", c.Col+1, head))
		}
	}
	return odd
}

// isUnit reports whether a header is nothing but a unit of numbers.
func isUnit(s string) bool {
	return strings.Trim(s, " ()[]") != "" && strings.Trim(s, " ()[]%‰€$£¥") == ""
}

// shortRows names the rows some of whose places no cell covers.
func shortRows(t *doc.Table) []string {
	g := newGrid(t)
	var short []string
	for row := range g.rows {
		n := 0
		for col := range g.cols {
			if g.at(row, col) != nil {
				n++
			}
		}
		if n < g.cols {
			short = append(short, fmt.Sprintf("row %d has cells for %d of %d columns", row+1, n, g.cols))
		}
	}
	return short
}

// noteCut adds a concern to both parts of a table that goes on from page p to q
// and was not made one.
func noteCut(p, q *doc.Page, foot map[paperSize]float64) {
	a, b := lastTable(p, q), firstTable(p, q)
	if a == nil || b == nil || q.Number != p.Number+1 {
		return
	}
	if _, ok := continues(a.Table, a, b, foot[sizeOf(p)]); !ok {
		return
	}
	a.Concerns = append(a.Concerns, doc.Concern{Type: Cut, Details: fmt.Sprintf("the table goes on on page %d", q.Number)})
	b.Concerns = append(b.Concerns, doc.Concern{Type: Cut, Details: fmt.Sprintf("the table began on page %d or before", p.Number)})
}
