package markdown

import (
	"strconv"
	"strings"
	"unicode"

	"recto/internal/doc"
	"recto/internal/table"
)

// blocks writes items one after the other.
type blocks struct {
	o    Options
	last marker // of the list that was just written, zero after anything else
}

// marker is what a list's entries begin with. Two lists that follow on and have
// the same one would be read as one list.
type marker struct {
	char    byte // '-', '*', '.', ')'; 0 for none
	ordered bool
}

// block writes one item without empty lines around it, "" when there is nothing
// to show.
func (w *blocks) block(it doc.Item) string {
	md, m := writeItem(it, w.o, w.last)
	if md != "" {
		w.last = m
	}
	return md
}

// writeItem is block for an item after a list with the marker last; it returns
// the marker used if the item is a list itself.
func writeItem(it doc.Item, o Options, last marker) (string, marker) {
	switch it := it.(type) {
	case *doc.Heading:
		return heading(it, o), marker{}
	case *doc.Paragraph:
		if it.Quote {
			return quoted(inline(it.Text, o, inBlock)), marker{}
		}
		return inline(it.Text, o, inBlock), marker{}
	case *doc.List:
		m := chooseMarker(it, last)
		return list(it, o, m), m
	case *doc.Code:
		return fence(it), marker{}
	case *doc.Table:
		return tableBlock(it, o), marker{}
	case *doc.Figure:
		return figure(it, o), marker{}
	case *doc.Caption:
		return inline(it.Text, o, inBlock), marker{}
	case *doc.Footnote:
		return inline(footnoteText(it), o, inBlock), marker{}
	case *doc.Formula:
		return formula(it), marker{}
	case *doc.Link:
		o.Links = true // being a link is all it is
		return inline(doc.Text{{Text: it.Text, Link: it.URL}}, o, inBlock), marker{}
	}
	return "", marker{}
}

func heading(h *doc.Heading, o Options) string {
	text := inline(h.Text, o, inHeading)
	if text == "" {
		return ""
	}
	return strings.Repeat("#", min(max(h.Level, 1), 6)) + " " + text
}

// quoted writes text as a block quote.
func quoted(md string) string {
	if md == "" {
		return ""
	}
	return "> " + strings.ReplaceAll(md, "\n", "\n> ")
}

// footnoteText puts the marker before the note where it is not there already.
func footnoteText(f *doc.Footnote) doc.Text {
	if f.Marker == "" || strings.HasPrefix(strings.TrimLeftFunc(f.Text.Plain(), isSpace), f.Marker) {
		return f.Text
	}
	return append(doc.Text{{Text: f.Marker + " "}}, f.Text...)
}

// fence writes program text with a fence longer than any inside.
func fence(c *doc.Code) string {
	value := codeLines(c.Value)
	if value == "" {
		return ""
	}
	row := strings.Repeat("`", max(3, longestRow(value, '`')+1))
	language := strings.Map(func(r rune) rune {
		if isSpace(r) || unicode.IsControl(r) || r == '`' || r == '&' || r == '\\' {
			return -1
		}
		return r
	}, c.Language)
	return row + language + "\n" + value + "\n" + row
}

// codeLines returns the lines of program text without white space at line ends
// and without empty lines around.
func codeLines(s string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD").Replace(s), "\n")
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], isSpace)
	}
	return strings.ToValidUTF8(strings.Trim(strings.Join(lines, "\n"), "\n"), "\uFFFD")
}

// tableBlock writes a table below its caption.
func tableBlock(t *doc.Table, o Options) string {
	var body string
	if o.PipeTables {
		body = table.Pipes(t, table.PipeOptions{
			Compact:            o.CompactTables,
			MultilineSeparator: o.MultilineSeparator,
			Cell:               func(c *doc.Cell) string { return cellText(c, t, o) },
		})
	} else {
		body = table.HTML(t, HTMLOptions(o))
	}
	caption := inline(t.Caption, o, inBlock)
	if caption == "" || body == "" {
		return caption + body
	}
	return caption + "\n\n" + body
}

// HTMLOptions returns how tables are written as HTML under these options.
func HTMLOptions(o Options) table.HTMLOptions {
	if !o.Links {
		return table.HTMLOptions{}
	}
	return table.HTMLOptions{Target: Target}
}

// cellText writes a cell's text. When the request says what joins the lines of a
// cell, they are kept as printed; else they are one running text.
func cellText(c *doc.Cell, t *doc.Table, o Options) string {
	text := append(doc.Text(nil), c.Text...)
	if c.Row < t.HeaderRows {
		for i := range text {
			text[i].Style &^= doc.Bold // header cells are shown bold anyway
		}
	}
	if o.MultilineSeparator == "" {
		return inline(text, o, inCell)
	}
	var lines []string
	for _, l := range printedLines(text) {
		lines = append(lines, inline(l, o, inCell))
	}
	return strings.Join(lines, "\n")
}

// printedLines cuts text where the next line of print begins. A word that was
// broken there stays whole.
func printedLines(t doc.Text) []doc.Text {
	var out []doc.Text
	start := 0
	for i := 1; i <= len(t); i++ {
		if i < len(t) {
			a, b := &t[i-1], &t[i]
			if b.Box.IsZero() || a.Box.IsZero() || b.Box.CenterY() < a.Box.Y1 || !strings.HasSuffix(a.Text, " ") {
				continue
			}
		}
		out = append(out, t[start:i])
		start = i
	}
	return out
}

// figure writes a picture and its caption. A picture of which neither file nor
// description is known shows nothing.
func figure(f *doc.Figure, o Options) string {
	url := f.Image
	if o.ImageURL != nil {
		url = o.ImageURL(f)
	}
	caption := inline(f.Caption, o, inBlock)
	alt := cleanSpaces(f.Alt, inHeading)
	if alt == "" && url != "" {
		alt = cleanSpaces(f.Labels.Plain(), inHeading) // the words of a chart can be searched
	}
	if url == "" && alt == "" {
		if labels := inline(f.Labels, o, inBlock); labels != "" && caption != "" {
			return labels + "\n\n" + caption
		} else if labels != "" {
			return labels
		}
		return caption
	}
	e := escaper{at: inHeading, inLink: true, styled: true, bounded: true}
	image := "![" + e.escape(alt) + "](" + imageTarget(url) + ")"
	if caption == "" {
		return image
	}
	return image + "\n\n" + caption
}

// imageTarget is Target for pictures, which may be data within the address.
func imageTarget(url string) string {
	if strings.HasPrefix(url, "data:image/") {
		return url
	}
	return Target(url)
}

// formula writes displayed mathematics between dollar signs, as one line and
// without escapes: what is inside is no markdown.
func formula(f *doc.Formula) string {
	tex := f.TeX
	if tex == "" {
		tex = scripted(f.Text)
	}
	text := cleanSpaces(tex, inHeading)
	if text == "" {
		return ""
	}
	// "a<b" would be read as an HTML tag by those who do not know the dollars.
	var spaced strings.Builder
	for i, c := range []byte(text) {
		spaced.WriteByte(c)
		if c == '<' && i+1 < len(text) && (isASCIILetter(text[i+1]) || strings.IndexByte("/!?", text[i+1]) >= 0) {
			spaced.WriteByte(' ')
		}
	}
	return "$$" + spaced.String() + "$$"
}

// scripted writes text with what is raised and lowered as TeX does.
func scripted(t doc.Text) string {
	var b strings.Builder
	for i := range t {
		text := t[i].Text
		switch {
		case isBlank(text):
			b.WriteByte(' ')
		case t[i].Style&doc.Superscript != 0:
			b.WriteString("^{" + strings.TrimFunc(text, isSpace) + "}")
		case t[i].Style&doc.Subscript != 0:
			b.WriteString("_{" + strings.TrimFunc(text, isSpace) + "}")
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

// chooseMarker finds the marker of a list that does not merge with the list
// before it. Only decimal numbers make an ordered list in markdown.
func chooseMarker(l *doc.List, last marker) marker {
	m := marker{char: '-'}
	if isNumbered(l) {
		m = marker{char: '.', ordered: true}
		if strings.HasSuffix(l.Entries[0].Marker, ")") {
			m.char = ')'
		}
	}
	if m != last {
		return m
	}
	switch m.char {
	case '-':
		m.char = '*'
	case '*':
		m.char = '-'
	case '.':
		m.char = ')'
	case ')':
		m.char = '.'
	}
	return m
}

func isNumbered(l *doc.List) bool {
	if !l.Ordered || len(l.Entries) == 0 {
		return false
	}
	for i := range l.Entries {
		if _, ok := entryNumber(&l.Entries[i]); !ok {
			return false
		}
	}
	return true
}

// maxNumber is the largest number that begins a list entry in CommonMark.
const maxNumber = 999_999_999

// entryNumber returns the decimal number of an entry: "3.", "3)", "(3)".
func entryNumber(e *doc.ListEntry) (int, bool) {
	if e.Marker == "" {
		return e.Number, e.Number >= 0 && e.Number <= maxNumber
	}
	digits := strings.TrimPrefix(e.Marker, "(")
	digits = strings.TrimRight(digits, ".)")
	n, err := strconv.Atoi(digits)
	if err != nil || n > maxNumber || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	return n, true
}

// list writes a list without its empty entries, which readers disagree about.
func list(l *doc.List, o Options, m marker) string {
	var b strings.Builder
	for i := range l.Entries {
		begin := string(m.char)
		if m.ordered {
			n, _ := entryNumber(&l.Entries[i])
			begin = strconv.Itoa(n) + begin
		}
		body := entry(EntryText(l, i), l.Entries[i].Items, o)
		if body == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(begin + " " + indent(body, len(begin)+1))
	}
	return b.String()
}

// EntryText returns the text of a list's entry, with its marker where markdown's
// own does not say the same.
func EntryText(l *doc.List, i int) doc.Text {
	e := &l.Entries[i]
	if isNumbered(l) || !tells(e.Marker) {
		return e.Text
	}
	return append(doc.Text{{Text: e.Marker + " "}}, e.Text...)
}

// tells reports whether a marker says more than that an entry begins here:
// letters, numbers, ticks and boxes do, bullets do not.
func tells(marker string) bool {
	return strings.ContainsFunc(marker, func(r rune) bool {
		return unicode.IsLetter(r) && r != 'o' || unicode.IsDigit(r) || strings.ContainsRune("☐☑☒✓✔✗✘", r)
	})
}

// entry writes what belongs to one entry: its text and the items below it.
func entry(text doc.Text, items []doc.Item, o Options) string {
	var b strings.Builder
	b.WriteString(inline(text, o, inBlock))
	w := blocks{o: o}
	afterText := b.Len() > 0
	for _, it := range items {
		md := w.block(it)
		if md == "" {
			continue
		}
		_, isList := it.(*doc.List)
		switch {
		case b.Len() == 0:
		case isList && afterText && interrupts(w.last, md):
			b.WriteByte('\n')
		default:
			b.WriteString("\n\n")
		}
		b.WriteString(md)
		afterText = false
	}
	return b.String()
}

// interrupts reports whether a list is recognized directly below a line of text:
// a numbered one must begin with 1.
func interrupts(m marker, md string) bool { return !m.ordered || md[0] == '1' && md[1] == m.char }

// indent moves all lines but the first to the right; empty lines stay empty.
func indent(s string, width int) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = strings.Repeat(" ", width) + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}
