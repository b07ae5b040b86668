// Package table turns a table's cells into rows of values, CSV, HTML and pipe
// markdown. It promises that every cell's text appears exactly once and that
// columns stay where they are; what a merged cell covers stays empty in the
// forms that know no spans (rows, CSV, pipes): its text stands in its top left
// place.
//
// In rows, a cell below the header that is a plain number becomes one, by the
// decimal sign of its column, else its table, else the document, else the point.
// What is no plain number stays as printed: see Number. So do headers and columns
// of nothing but years, columns with codes such as 1.2.3, and
// numbers with spaces between their groups unless the column shows that they are
// no telephone numbers. How styled text is written in markdown is the caller's business.
package table

import (
	"encoding/csv"
	"strings"

	"recto/internal/doc"
)

// grid says which cell covers each place of a table.
type grid struct {
	rows, cols int
	cells      []*doc.Cell // row by row; nil where no cell is
}

func newGrid(t *doc.Table) grid {
	g := grid{rows: max(t.RowCount, 0), cols: max(t.ColCount, 0)}
	g.cells = make([]*doc.Cell, g.rows*g.cols)
	for i := range t.Cells {
		c := &t.Cells[i]
		for row := max(c.Row, 0); row < min(c.Row+max(c.RowSpan, 1), g.rows); row++ {
			for col := max(c.Col, 0); col < min(c.Col+max(c.ColSpan, 1), g.cols); col++ {
				g.cells[row*g.cols+col] = c
			}
		}
	}
	return g
}

func (g grid) at(row, col int) *doc.Cell { return g.cells[row*g.cols+col] }

// origin returns the cell whose top left place this is, or nil.
func (g grid) origin(row, col int) *doc.Cell {
	c := g.at(row, col)
	if c == nil || c.Row != row || c.Col != col {
		return nil
	}
	return c
}

// Rows returns the table as values, all rows equally long: a string, a number
// (int64 or float64, see Number), or nil where no cell begins. It is never nil.
func Rows(t *doc.Table) [][]any {
	g := newGrid(t)
	read := newReader(t)
	rows := make([][]any, g.rows)
	for row := range rows {
		rows[row] = make([]any, g.cols)
		for col := range rows[row] {
			if c := g.origin(row, col); c != nil {
				rows[row][col] = read.value(c)
			}
		}
	}
	return rows
}

// plain returns a cell's text without styles. Raised and lowered digits become
// the characters made for them: 10² is neither 102 nor 10 2.
func plain(t doc.Text) string {
	var b strings.Builder
	for i := range t {
		switch {
		case t[i].Style&doc.Superscript != 0:
			b.WriteString(shift(t[i].Text, superscripts))
		case t[i].Style&doc.Subscript != 0:
			b.WriteString(shift(t[i].Text, subscripts))
		default:
			b.WriteString(t[i].Text)
		}
	}
	return strings.TrimSpace(b.String())
}

var (
	superscripts = []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	subscripts   = []rune("₀₁₂₃₄₅₆₇₈₉")
)

func shift(s string, digits []rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return digits[r-'0']
		case (r == '-' || r == '−') && digits[0] == superscripts[0]:
			return '⁻'
		}
		return r
	}, s)
}

// CSV returns the table as in RFC 4180 with "\n" at line ends; "" when it has
// no rows. Texts stay as printed.
func CSV(t *doc.Table) string {
	g := newGrid(t)
	var b strings.Builder
	w := csv.NewWriter(&b)
	record := make([]string, g.cols)
	for row := range g.rows {
		for col := range record {
			record[col] = ""
			if c := g.origin(row, col); c != nil {
				record[col] = plain(c.Text)
			}
		}
		if g.cols == 1 && record[0] == "" {
			w.Flush()
			b.WriteString("\"\"\n") // an empty line would be no record
			continue
		}
		_ = w.Write(record) // a strings.Builder takes everything
	}
	w.Flush()
	return b.String()
}
