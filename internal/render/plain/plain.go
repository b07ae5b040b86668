// Package plain writes a document as text without any markup, in reading order:
// what a search index or an embedding wants. Paragraphs are parted by an empty
// line, cells of a table by a tab, and nothing of an item's text is lost. Pictures
// and link targets are left out.
package plain

import (
	"strings"

	"recto/internal/doc"
)

// Page returns the text of a page's body, "" when it has none. There is no line
// break at the end.
func Page(p *doc.Page) string {
	var w writer
	for _, it := range p.Items {
		w.item(it, "")
	}
	return w.b.String()
}

// Whole returns the text of a page with its header and footer.
func Whole(p *doc.Page) string {
	var w writer
	for _, part := range [][]doc.Item{p.Header, p.Items, p.Footer} {
		for _, it := range part {
			w.item(it, "")
		}
	}
	return w.b.String()
}

type writer struct{ b strings.Builder }

// block begins a block of its own and writes it.
func (w *writer) block(s string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return
	}
	if w.b.Len() > 0 {
		w.b.WriteString("\n\n")
	}
	w.b.WriteString(s)
}

// line writes an entry of a list or a row under what came before.
func (w *writer) line(s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if w.b.Len() > 0 {
		w.b.WriteString("\n")
	}
	w.b.WriteString(s)
}

func (w *writer) item(it doc.Item, indent string) {
	switch it := it.(type) {
	case *doc.Heading:
		w.block(it.Text.Plain())
	case *doc.Paragraph:
		w.block(it.Text.Plain())
	case *doc.List:
		w.list(it, indent)
	case *doc.Code:
		w.block(strings.Trim(it.Value, "\n"))
	case *doc.Table:
		w.block(it.Caption.Plain())
		w.block(rows(it))
	case *doc.Figure:
		w.block(it.Labels.Plain())
		w.block(it.Caption.Plain())
	case *doc.Caption:
		w.block(it.Text.Plain())
	case *doc.Footnote:
		w.block(strings.TrimSpace(it.Marker + " " + it.Text.Plain()))
	case *doc.Formula:
		w.block(it.Text.Plain())
	case *doc.Link:
		w.block(it.Text)
	}
}

func (w *writer) list(l *doc.List, indent string) {
	for i := range l.Entries {
		e := &l.Entries[i]
		text := indent + strings.TrimSpace(e.Marker+" "+e.Text.Plain())
		if i == 0 && indent == "" {
			w.block(text)
		} else {
			w.line(text)
		}
		for _, child := range e.Items {
			w.item(child, indent+"  ")
		}
	}
}

// rows writes a table with a tab between cells. What a merged cell covers stays
// empty.
func rows(t *doc.Table) string {
	grid := make([][]string, max(t.RowCount, 0))
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Row < 0 || c.Row >= len(grid) || c.Col < 0 || c.Col >= t.ColCount {
			continue
		}
		if grid[c.Row] == nil {
			grid[c.Row] = make([]string, t.ColCount)
		}
		grid[c.Row][c.Col] = strings.Join(strings.Fields(c.Text.Plain()), " ")
	}
	lines := make([]string, 0, len(grid))
	for _, row := range grid {
		if line := strings.TrimRight(strings.Join(row, "\t"), "\t"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
