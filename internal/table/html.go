package table

import (
	"fmt"
	"strings"

	"recto/internal/doc"
)

// HTMLOptions shape the HTML form.
type HTMLOptions struct {
	// Target returns the address a link leads to, or "" to write its text only;
	// nil writes no links at all.
	Target func(url string) string
}

// HTML returns the table as compact HTML, one line a row and never an empty
// line (which would end an HTML block in markdown); "" when it has no rows. Of
// styles it keeps those that carry meaning: superscript, subscript, strike.
func HTML(t *doc.Table, o HTMLOptions) string {
	g := newGrid(t)
	if g.rows == 0 || g.cols == 0 {
		return ""
	}
	head := headRows(t)
	var b strings.Builder
	b.WriteString("<table>\n")
	for row := range g.rows {
		switch {
		case row == 0 && head > 0:
			b.WriteString("<thead>\n")
		case row == 0:
			b.WriteString("<tbody>\n")
		case row == head:
			b.WriteString("</thead>\n<tbody>\n")
		}
		b.WriteString("<tr>")
		for col := range g.cols {
			c := g.at(row, col)
			if c == nil {
				b.WriteString("<td></td>")
				continue
			}
			if c.Row != row || c.Col != col {
				continue // covered by a span
			}
			writeCell(&b, c, row < t.HeaderRows || c.Header, g, o)
		}
		b.WriteString("</tr>\n")
	}
	if head == g.rows {
		b.WriteString("</thead>\n</table>")
	} else {
		b.WriteString("</tbody>\n</table>")
	}
	return b.String()
}

// headRows returns how many rows the head of the table takes: its header rows
// and what their cells reach into, since a span ends with its row group.
func headRows(t *doc.Table) int {
	head := min(max(t.HeaderRows, 0), t.RowCount)
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Row < head {
			head = min(max(head, c.Row+c.RowSpan), t.RowCount)
		}
	}
	return head
}

func writeCell(b *strings.Builder, c *doc.Cell, header bool, g grid, o HTMLOptions) {
	tag := "td"
	if header {
		tag = "th"
	}
	b.WriteByte('<')
	b.WriteString(tag)
	if span := min(c.ColSpan, g.cols-c.Col); span > 1 {
		fmt.Fprintf(b, ` colspan="%d"`, span)
	}
	if span := min(c.RowSpan, g.rows-c.Row); span > 1 {
		fmt.Fprintf(b, ` rowspan="%d"`, span)
	}
	b.WriteByte('>')
	writeInlines(b, c.Text, o)
	b.WriteString("</")
	b.WriteString(tag)
	b.WriteByte('>')
}

// htmlStyles are the styles kept within cells, outermost first.
var htmlStyles = []struct {
	style doc.Style
	tag   string
}{{doc.Strike, "s"}, {doc.Superscript, "sup"}, {doc.Subscript, "sub"}}

const keptStyles = doc.Strike | doc.Superscript | doc.Subscript

func writeInlines(b *strings.Builder, t doc.Text, o HTMLOptions) {
	for i := 0; i < len(t); {
		style, link := t[i].Style&keptStyles, t[i].Link
		end := i + 1
		for end < len(t) && t[end].Style&keptStyles == style && t[end].Link == link {
			end++
		}
		text := t[i:end].Plain()
		if i == 0 {
			text = strings.TrimLeft(text, " \t\r\n")
		}
		if end == len(t) {
			text = strings.TrimRight(text, " \t\r\n")
		}
		target := ""
		if link != "" && o.Target != nil {
			target = o.Target(link)
		}
		if target != "" {
			b.WriteString(`<a href="` + attributeEscaper.Replace(target) + `">`)
		}
		for _, s := range htmlStyles {
			if style&s.style != 0 {
				b.WriteString("<" + s.tag + ">")
			}
		}
		b.WriteString(textEscaper.Replace(text))
		for k := len(htmlStyles) - 1; k >= 0; k-- {
			if style&htmlStyles[k].style != 0 {
				b.WriteString("</" + htmlStyles[k].tag + ">")
			}
		}
		if target != "" {
			b.WriteString("</a>")
		}
		i = end
	}
}

// A line break becomes <br>, so that no cell brings an empty line into the HTML.
var (
	textEscaper      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r\n", "<br>", "\n", "<br>", "\r", " ", "\x00", "\uFFFD")
	attributeEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "%0A", "\r", "%0D", " ", "%20", "\x00", "%00")
)
