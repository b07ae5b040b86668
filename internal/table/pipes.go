package table

import (
	"strings"
	"unicode/utf8"

	"recto/internal/doc"
)

// PipeOptions shape the pipe form.
type PipeOptions struct {
	Compact            bool   // no padding
	MultilineSeparator string // joins the lines of a cell; "" means "<br>"
	// Cell writes a cell's text as markdown, lines parted by "\n"; nil writes it
	// plain.
	Cell func(*doc.Cell) string
}

// maxPadding is the widest column, in characters, that still gets padded to
// equal width; a column of prose would fill the table with spaces.
const maxPadding = 40

// Pipes returns the table in GitHub's markdown, without a line break at its
// end; "" when it has no rows. There is always exactly one header row: it is
// empty when the table has none, and further header rows become ordinary ones.
func Pipes(t *doc.Table, o PipeOptions) string {
	g := newGrid(t)
	if g.rows == 0 || g.cols == 0 {
		return ""
	}
	rows := make([][]string, 0, g.rows+1)
	if t.HeaderRows == 0 {
		rows = append(rows, make([]string, g.cols))
	}
	for row := range g.rows {
		texts := make([]string, g.cols)
		for col := range texts {
			if c := g.origin(row, col); c != nil {
				texts[col] = pipeCell(c, o)
			}
		}
		rows = append(rows, texts)
	}
	widths := columnWidths(rows, o.Compact)
	var b strings.Builder
	for i, row := range rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		for col, text := range row {
			b.WriteString("| ")
			b.WriteString(text)
			pad(&b, " ", widths[col]-utf8.RuneCountInString(text))
			b.WriteByte(' ')
		}
		b.WriteByte('|')
		if i == 0 {
			b.WriteByte('\n')
			for _, width := range widths {
				b.WriteString("| ---")
				pad(&b, "-", width-3)
				b.WriteByte(' ')
			}
			b.WriteByte('|')
		}
	}
	return b.String()
}

func columnWidths(rows [][]string, compact bool) []int {
	widths := make([]int, len(rows[0]))
	if compact {
		return widths
	}
	for _, row := range rows {
		for col, text := range row {
			widths[col] = max(widths[col], 3, min(utf8.RuneCountInString(text), maxPadding))
		}
	}
	return widths
}

func pad(b *strings.Builder, s string, n int) {
	for range n {
		b.WriteString(s)
	}
}

// pipeCell returns a cell's text on one line without bare pipes.
func pipeCell(c *doc.Cell, o PipeOptions) string {
	var text string
	if o.Cell != nil {
		text = o.Cell(c)
	} else {
		text = plain(c.Text)
	}
	separator := o.MultilineSeparator
	if separator == "" {
		separator = "<br>"
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	// A separator with a line break in it would break the row.
	text = strings.Join(lines, strings.ReplaceAll(separator, "\n", " "))
	return strings.ReplaceAll(text, "|", `\|`)
}
