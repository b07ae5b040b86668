package doc

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteText writes a page's items in a short text form, one item a line and what
// is inside it indented, for test cases and for looking at results:
//
//	heading 1 "Title"
//	quoted paragraph "Somebody else's words."
//	footnote 1 "^1^See there."
//	paragraph "Text with **bold** and a ^raised^ mark."
//	list ordered
//	  1. "First"
//	table 2x2 head=1
//	  "a" | "b"
func WriteText(w io.Writer, p *Page) error {
	var b strings.Builder
	writeItems(&b, p.Header, "header ")
	writeItems(&b, p.Items, "")
	writeItems(&b, p.Footer, "footer ")
	for _, d := range p.Dropped {
		fmt.Fprintf(&b, "dropped %s %q\n", strconv.Quote(d.Reason), d.Text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeItems(b *strings.Builder, items []Item, in string) {
	for _, it := range items {
		b.WriteString(in)
		switch it := it.(type) {
		case *Heading:
			fmt.Fprintf(b, "heading %d %s\n", it.Level, quote(it.Text))
		case *Paragraph:
			if it.Quote {
				b.WriteString("quoted ")
			}
			fmt.Fprintf(b, "paragraph %s\n", quote(it.Text))
		case *Caption:
			fmt.Fprintf(b, "caption %s\n", quote(it.Text))
		case *Footnote:
			b.WriteString("footnote ")
			if it.Marker != "" {
				b.WriteString(it.Marker + " ")
			}
			b.WriteString(quote(it.Text) + "\n")
		case *Formula:
			fmt.Fprintf(b, "formula %s\n", quote(it.Text))
		case *Link:
			fmt.Fprintf(b, "link %q %q\n", it.Text, it.URL)
		case *Code:
			b.WriteString(strings.TrimSpace("code "+it.Language) + "\n")
			for line := range strings.Lines(it.Value) {
				fmt.Fprintf(b, "%s  %q\n", in, strings.TrimSuffix(line, "\n"))
			}
		case *Figure:
			b.WriteString("figure")
			if it.Alt != "" {
				fmt.Fprintf(b, " alt=%q", it.Alt)
			}
			if !it.Labels.Empty() {
				fmt.Fprintf(b, " labels=%s", quote(it.Labels))
			}
			b.WriteByte('\n')
		case *List:
			if it.Ordered {
				b.WriteString("list ordered\n")
			} else {
				b.WriteString("list\n")
			}
			for _, e := range it.Entries {
				fmt.Fprintf(b, "%s  %s %s\n", in, e.Marker, quote(e.Text))
				writeItems(b, e.Items, in+"    ")
			}
		case *Table:
			fmt.Fprintf(b, "table %dx%d head=%d\n", it.RowCount, it.ColCount, it.HeaderRows)
			row := -1
			for _, c := range it.Cells {
				if c.Row == row {
					b.WriteString(" | ")
				} else {
					if row >= 0 {
						b.WriteByte('\n')
					}
					b.WriteString(in + "  ")
					row = c.Row
				}
				b.WriteString(quote(c.Text))
				if c.RowSpan > 1 || c.ColSpan > 1 {
					fmt.Fprintf(b, "(%dx%d)", c.RowSpan, c.ColSpan)
				}
			}
			b.WriteByte('\n')
		}
	}
}

// quote shows text with its styles marked.
func quote(t Text) string {
	var b strings.Builder
	for _, in := range t {
		mark := ""
		if in.Style&Bold != 0 {
			mark += "**"
		}
		if in.Style&Italic != 0 {
			mark += "*"
		}
		if in.Style&Superscript != 0 {
			mark += "^"
		}
		if in.Style&Subscript != 0 {
			mark += "~"
		}
		if in.Style&Strike != 0 {
			mark += "--"
		}
		if in.Style&Underline != 0 {
			mark += "__"
		}
		if in.Style&Highlight != 0 {
			mark += "=="
		}
		if in.Link != "" {
			fmt.Fprintf(&b, "[%s%s%s](%s)", mark, in.Text, mark, in.Link)
			continue
		}
		b.WriteString(mark + in.Text + mark)
	}
	return strconv.Quote(b.String())
}
