package markdown

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"recto/internal/doc"
)

// This file turns a document and the parsed markdown of it into the same
// notation, so that the two can be compared: one line a block, and within it a
// mark wherever the style of the visible characters changes.

// notation writes styled characters. Spaces have no style.
type notation struct {
	b     strings.Builder
	style doc.Style
	link  string
	space rune // waiting for the next character
}

func (n *notation) write(s string, style doc.Style, link string) {
	for _, r := range s {
		switch {
		case r == '\n':
			n.space = '\n'
			continue
		case isSpace(r):
			if n.space == 0 {
				n.space = ' '
			}
			continue
		}
		if n.space != 0 && n.b.Len() > 0 {
			n.b.WriteString(map[rune]string{' ': " ", '\n': "⏎"}[n.space])
		}
		n.space = 0
		if style != n.style || link != n.link {
			fmt.Fprintf(&n.b, "«%d %s»", style, link)
			n.style, n.link = style, link
		}
		n.b.WriteRune(r)
	}
}

func textNotation(t doc.Text, at place) string {
	var n notation
	ps := pieces(t, Options{Links: true}, at)
	noCode := at == inBlock && definesLink(writeInline(ps, at))
	for _, p := range ps {
		if noCode {
			p.style &^= doc.Monospace
		}
		if lead, inner, trail := trimPieces([]piece{p}); len(inner) > 0 && p.style&doc.Monospace != 0 {
			p.text = lead + strings.ReplaceAll(inner[0].text, "\n", " ") + trail // code has no line breaks
		}
		n.write(p.text, p.style, p.link)
	}
	return n.b.String()
}

// docNotation writes what the blocks of a page should be read as.
func docNotation(items []doc.Item, o Options) []string {
	var lines []string
	for _, it := range items {
		lines = append(lines, itemNotation(it, o)...)
	}
	return lines
}

func itemNotation(it doc.Item, o Options) []string {
	paragraph := func(t doc.Text) []string {
		if s := textNotation(t, inBlock); s != "" {
			return []string{"p " + s}
		}
		return nil
	}
	switch it := it.(type) {
	case *doc.Heading:
		if s := textNotation(it.Text, inHeading); s != "" {
			return []string{fmt.Sprintf("h%d %s", it.Level, s)}
		}
	case *doc.Paragraph:
		return paragraph(it.Text)
	case *doc.Caption:
		return paragraph(it.Text)
	case *doc.Footnote:
		return paragraph(footnoteText(it))
	case *doc.Link:
		return paragraph(doc.Text{{Text: it.Text, Link: it.URL}})
	case *doc.List:
		return listNotation(it, o)
	case *doc.Code:
		if value := codeLines(it.Value); value != "" {
			return []string{fmt.Sprintf("code %q", value)}
		}
	case *doc.Table:
		lines := paragraph(it.Caption)
		if !o.PipeTables {
			return append(lines, fmt.Sprintf("html %q", tableBlock(&doc.Table{RowCount: it.RowCount, ColCount: it.ColCount, HeaderRows: it.HeaderRows, Cells: it.Cells}, o)))
		}
		if it.HeaderRows == 0 {
			lines = append(lines, "row"+strings.Repeat(" |", it.ColCount))
		}
		begins := map[[2]int]doc.Text{} // of a merged cell only the top left place has text
		for _, c := range it.Cells {
			begins[[2]int{c.Row, c.Col}] = c.Text
		}
		for row := range it.RowCount {
			line := "row"
			for col := range it.ColCount {
				t := append(doc.Text(nil), begins[[2]int{row, col}]...)
				for i := range t {
					t[i].Text = strings.ReplaceAll(t[i].Text, "\n", " ")
					if row < it.HeaderRows {
						t[i].Style &^= doc.Bold
					}
				}
				line += " " + textNotation(t, inCell) + "|"
			}
			lines = append(lines, line)
		}
		return lines
	case *doc.Figure:
		lines := paragraph(it.Caption)
		if it.Image != "" || it.Alt != "" {
			lines = append([]string{fmt.Sprintf("p ![%s](%s)", cleanSpaces(it.Alt, inHeading), Target(it.Image))}, lines...)
		}
		return lines
	case *doc.Formula:
	}
	return nil
}

func listNotation(l *doc.List, o Options) []string {
	m := chooseMarker(l, marker{})
	var lines []string
	first := 0
	for i := range l.Entries {
		e := &l.Entries[i]
		t := e.Text
		if !m.ordered && tells(e.Marker) {
			t = append(doc.Text{{Text: e.Marker + " "}}, t...)
		}
		var inner []string
		if s := textNotation(t, inBlock); s != "" {
			inner = append(inner, "p "+s)
		}
		inner = append(inner, docNotation(e.Items, o)...)
		if len(inner) == 0 {
			continue
		}
		if n, ok := entryNumber(e); ok && len(lines) == 0 {
			first = n
		}
		lines = append(lines, "* ")
		for _, line := range inner {
			lines = append(lines, "  "+line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	kind := "ul"
	if m.ordered {
		kind = fmt.Sprintf("ol %d", first)
	}
	return append([]string{kind}, lines...)
}

// parsed reads markdown and writes what a reader finds in it.
func parsed(md string) []string {
	src := []byte(md)
	root := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser().Parse(text.NewReader(src))
	r := reader{src: src}
	return r.blocks(root)
}

type reader struct{ src []byte }

func (r *reader) blocks(parent ast.Node) []string {
	var lines []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			lines = append(lines, fmt.Sprintf("h%d %s", n.Level, r.inlines(n)))
		case *ast.Paragraph, *ast.TextBlock:
			lines = append(lines, "p "+r.inlines(n))
		case *ast.FencedCodeBlock:
			lines = append(lines, fmt.Sprintf("code %q", strings.TrimSuffix(r.raw(n), "\n")))
		case *ast.HTMLBlock:
			s := r.raw(n)
			if n.HasClosure() {
				s += string(n.ClosureLine.Value(r.src))
			}
			lines = append(lines, fmt.Sprintf("html %q", strings.TrimSuffix(s, "\n")))
		case *ast.List:
			kind := "ul"
			if n.IsOrdered() {
				kind = fmt.Sprintf("ol %d", n.Start)
			}
			lines = append(lines, kind)
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				lines = append(lines, "* ")
				for _, line := range r.blocks(item) {
					lines = append(lines, "  "+line)
				}
			}
		case *extast.Table:
			for row := n.FirstChild(); row != nil; row = row.NextSibling() {
				line := "row"
				for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
					line += " " + r.inlines(cell) + "|"
				}
				lines = append(lines, line)
			}
		default:
			lines = append(lines, "unexpected "+n.Kind().String())
		}
	}
	return lines
}

func (r *reader) raw(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(r.src))
	}
	return b.String()
}

func (r *reader) inlines(parent ast.Node) string {
	var n notation
	r.inline(parent, &n, new(doc.Style), "")
	return n.b.String()
}

func (r *reader) inline(parent ast.Node, n *notation, style *doc.Style, link string) {
	for c := parent.FirstChild(); c != nil; c = c.NextSibling() {
		outer := *style
		switch c := c.(type) {
		case *ast.Text:
			n.write(unescape(c.Segment.Value(r.src)), *style, link)
			if c.HardLineBreak() {
				n.write("\n", 0, "")
			} else if c.SoftLineBreak() {
				n.write("⏎soft", 0, "")
			}
		case *ast.String:
			n.write(unescape(c.Value), *style, link)
		case *ast.CodeSpan:
			for t := c.FirstChild(); t != nil; t = t.NextSibling() {
				n.write(string(t.(*ast.Text).Segment.Value(r.src)), *style|doc.Monospace, link)
			}
		case *ast.Emphasis:
			*style |= map[int]doc.Style{1: doc.Italic, 2: doc.Bold}[c.Level]
			r.inline(c, n, style, link)
			*style = outer
		case *extast.Strikethrough:
			*style |= doc.Strike
			r.inline(c, n, style, link)
			*style = outer
		case *ast.Link:
			r.inline(c, n, style, string(c.Destination))
			*style = outer
		case *ast.Image:
			var alt notation
			r.inline(c, &alt, new(doc.Style), "")
			n.b.WriteString("![" + alt.b.String() + "](" + string(c.Destination) + ")")
		case *ast.RawHTML:
			r.tag(string(c.Segments.Value(r.src)), n, style)
		default:
			n.b.WriteString("unexpected " + c.Kind().String())
		}
	}
}

func (r *reader) tag(tag string, n *notation, style *doc.Style) {
	if tag == "<br>" {
		n.write(" ", 0, "")
		return
	}
	for s, name := range tags {
		if tag == "<"+name+">" {
			*style |= s
			return
		}
		if tag == "</"+name+">" {
			*style &^= s
			return
		}
	}
	n.b.WriteString("unexpected " + tag)
}

func unescape(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\' && i+1 < len(b) && util.IsPunct(b[i+1]):
			i++
			out.WriteByte(b[i])
		case b[i] == '&' && isEntity(string(b[i:])):
			end := i + strings.IndexByte(string(b[i:]), ';') + 1
			out.WriteString(html.UnescapeString(string(b[i:end])))
			i = end - 1
		default:
			out.WriteByte(b[i])
		}
	}
	return out.String()
}

// checkRoundTrip holds that a reader finds in the markdown what the items say.
func checkRoundTrip(t *testing.T, items []doc.Item, o Options) {
	t.Helper()
	md := join(items, o)
	want, got := strings.Join(docNotation(items, o), "\n"), strings.Join(parsed(md), "\n")
	if got != want {
		t.Errorf("markdown\n%s\n(%q)\nis read as\n%s\nwant\n%s", md, md, got, want)
	}
}
