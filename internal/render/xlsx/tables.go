package xlsx

import (
	"strings"

	"recto/internal/doc"
)

// titled is a table and what stands beside it as its name, "" for nothing.
type titled struct {
	*doc.Table
	title string
}

// tables returns the tables that have rows, in reading order; one that goes on
// from an earlier page is empty.
func tables(d *doc.Document) []titled {
	var found []titled
	var walk func(items []doc.Item)
	walk = func(items []doc.Item) {
		for i, it := range items {
			switch it := it.(type) {
			case *doc.Table:
				if it.RowCount > 0 && it.ColCount > 0 {
					found = append(found, titled{it, guessTitle(items, i)})
				}
			case *doc.List:
				for k := range it.Entries {
					walk(it.Entries[k].Items)
				}
			case *doc.Heading, *doc.Paragraph, *doc.Code, *doc.Figure, *doc.Caption, *doc.Footnote, *doc.Formula, *doc.Link:
			}
		}
	}
	for _, p := range d.Pages {
		walk(p.Items)
	}
	return found
}

// guessTitle returns the name of the table at items[i]: its caption, else the
// caption above it, else the one below unless another table follows that, else
// the heading above.
func guessTitle(items []doc.Item, i int) string {
	if title := oneLine(items[i].(*doc.Table).Caption); title != "" {
		return title
	}
	if i > 0 {
		if c, ok := items[i-1].(*doc.Caption); ok {
			return oneLine(c.Text)
		}
	}
	if i+1 < len(items) {
		if c, ok := items[i+1].(*doc.Caption); ok && !isTable(items, i+2) {
			return oneLine(c.Text)
		}
	}
	if i > 0 {
		if h, ok := items[i-1].(*doc.Heading); ok {
			return oneLine(h.Text)
		}
	}
	return ""
}

func isTable(items []doc.Item, i int) bool {
	if i >= len(items) {
		return false
	}
	_, ok := items[i].(*doc.Table)
	return ok
}

func oneLine(t doc.Text) string { return strings.Join(strings.Fields(t.Plain()), " ") }
