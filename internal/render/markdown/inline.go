package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
)

// place says where styled text stands, which decides how line breaks are
// written and what could be misread.
type place uint8

const (
	inBlock   place = iota // a paragraph: every line may look like the start of a block
	inHeading              // one line; trailing number signs would vanish
	inCell                 // of a pipe table: line breaks are the table's business
)

// inline writes styled text as markdown.
func inline(t doc.Text, o Options, at place) string {
	if unstyled(t, o) {
		if s := t.Plain(); isTame(s) {
			return s
		}
	}
	ps := pieces(t, o, at)
	md := writeInline(ps, at)
	if at == inBlock && definesLink(md) {
		// Only code within a link gets here: brackets in code cannot be escaped.
		for i := range ps {
			ps[i].style &^= doc.Monospace
		}
		md = writeInline(ps, at)
	}
	return md
}

// definesLink reports whether a paragraph would be read as the definition of a
// link, "[label]: target", and vanish.
func definesLink(md string) bool {
	if !strings.HasPrefix(md, "[") {
		return false
	}
	for i := 1; i < len(md); i++ {
		switch md[i] {
		case '\\':
			i++
		case ']':
			return strings.HasPrefix(md[i+1:], ":")
		}
	}
	return false
}

func unstyled(t doc.Text, o Options) bool {
	for i := range t {
		if t[i].Style != 0 || t[i].Link != "" && o.Links {
			return false
		}
	}
	return true
}

func writeInline(ps []piece, at place) string {
	w := inliner{at: at}
	f := w.write(ps, 0, "", 0, 0)
	if at == inHeading {
		return escapeClosing(f.md)
	}
	return f.md
}

// piece is a stretch of text of one style, spaces settled.
type piece struct {
	text  string
	style doc.Style
	link  string
}

// textStyles are the styles written around text, outermost first when two cover
// the same stretch. Monospace is a leaf: nothing can be marked within code.
var textStyles = []doc.Style{doc.Highlight, doc.Bold, doc.Italic, doc.Strike, doc.Underline, doc.Superscript, doc.Subscript}

// pieces merges neighbours of one style, settles spaces and line breaks, and
// drops styles that say nothing: those of all of a heading, monospace where
// nothing stands out against it, and those that calm names.
func pieces(t doc.Text, o Options, at place) []piece {
	drop := doc.Style(0)
	if !o.Underline {
		drop |= doc.Underline
	}
	if uniform(t, doc.Monospace) {
		drop |= doc.Monospace
	}
	if at == inHeading {
		for _, s := range []doc.Style{doc.Bold, doc.Italic, doc.Underline, doc.Highlight} {
			if uniform(t, s) {
				drop |= s
			}
		}
	}
	ps := make([]piece, 0, len(t))
	for i := range t {
		p := piece{text: t[i].Text, style: t[i].Style &^ drop}
		if o.Links && t[i].Link != "" {
			p.link = Target(t[i].Link)
		}
		if p.link != "" {
			p.style &^= doc.Underline // links are underlined as such
		}
		if p.style&doc.Superscript != 0 {
			p.style &^= doc.Subscript
		}
		ps = append(ps, p)
	}
	ps = settleSpaces(ps, at)
	calm(ps)
	for i := range ps {
		if !isBlank(ps[i].text) {
			continue
		}
		// A space has the styles that both its neighbours have, so that they join.
		ps[i].style, ps[i].link = 0, ""
		if i > 0 && i+1 < len(ps) {
			ps[i].style = ps[i-1].style & ps[i+1].style
			if ps[i-1].link == ps[i+1].link {
				ps[i].link = ps[i-1].link
			}
		}
	}
	merged := ps[:0]
	for _, p := range ps {
		if n := len(merged); n > 0 && merged[n-1].style == p.style && merged[n-1].link == p.link {
			merged[n-1].text += p.text
			continue
		}
		merged = append(merged, p)
	}
	_, merged, _ = trimPieces(merged)
	return merged
}

// calm drops bold and italic where nobody sees them and the markup would only be
// noise: on raised and lowered text, and on punctuation that stands alone in its
// style, such as a full stop after an italic sentence's footnote mark.
func calm(ps []piece) {
	const weight = doc.Bold | doc.Italic
	for i := range ps {
		if ps[i].style&(doc.Superscript|doc.Subscript) != 0 {
			ps[i].style &^= weight
		}
	}
	around := func(i, step int) doc.Style {
		for i += step; i >= 0 && i < len(ps); i += step {
			if !isBlank(ps[i].text) {
				return ps[i].style
			}
		}
		return 0
	}
	for i := range ps {
		if ps[i].style&weight != 0 && ps[i].style&doc.Monospace == 0 && !strings.ContainsFunc(ps[i].text, isWordRune) {
			ps[i].style &^= weight &^ (around(i, -1) | around(i, 1))
		}
	}
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// uniform reports whether all visible text has a style.
func uniform(t doc.Text, s doc.Style) bool {
	for i := range t {
		if t[i].Style&s == 0 && !isBlank(t[i].Text) {
			return false
		}
	}
	return true
}

// fragment is markdown with what its surroundings must know about its ends.
type fragment struct {
	md          string
	first, last rune // first and last character, emphasis delimiters not counted; 0 when empty
	// The delimiter character at the very beginning and end, 0 when there is none.
	opens, closes byte
}

func (f *fragment) add(g fragment) {
	if g.md == "" {
		return
	}
	if f.md == "" {
		f.first, f.opens = g.first, g.opens
	}
	f.md += g.md
	f.last, f.closes = g.last, g.closes
}

type inliner struct {
	at        place
	emphasis  int  // how many open pairs of asterisks surround what is written
	newline   bool // the text written so far ends with a line break
	hasOutput bool // something was written already
}

// write writes pieces of which the styles in active and the link are open
// already. before and after are the characters around, 0 at the ends.
func (w *inliner) write(ps []piece, active doc.Style, link string, before, after rune) fragment {
	var out fragment
	for i := 0; i < len(ps); {
		style, isLink, end := longest(ps, i, active, link)
		if style == 0 && !isLink {
			out.add(w.leaf(ps[i], active, link, nextRune(ps, i+1, after), len(ps) > i+1 || active != 0 || link != ""))
			i++
			continue
		}
		lead, inner, trail := trimPieces(ps[i:end])
		if lead != "" {
			out.add(w.leaf(piece{text: lead}, active, link, 0, true))
		}
		if len(inner) == 0 {
			i = end
			continue
		}
		prev := before
		if out.md != "" {
			prev = out.last
		}
		next := nextRune(ps, end, after)
		if trail != "" {
			next = ' '
		}
		w.newline, w.hasOutput = false, true
		switch {
		case isLink:
			f := w.write(inner, active, ps[i].link, '[', ']')
			out.add(fragment{md: "[" + f.md + "](" + ps[i].link + ")", first: '[', last: ')'})
		case style&(doc.Bold|doc.Italic|doc.Strike) != 0:
			out.add(w.emphasize(inner, active|style, style, link, prev, next, out.closes))
		default:
			f := w.write(inner, active|style, link, '>', '<')
			out.add(tagged(f, tags[style]))
		}
		if trail != "" {
			out.add(w.leaf(piece{text: trail}, active, link, nextRune(ps, end, after), true))
		}
		i = end
	}
	return out
}

// longest chooses what to open at piece i: of the styles it has and that are
// not open, the one that reaches farthest. The third value is where it ends.
func longest(ps []piece, i int, active doc.Style, link string) (style doc.Style, isLink bool, end int) {
	if ps[i].link != "" && ps[i].link != link {
		end = i + 1
		for end < len(ps) && ps[end].link == ps[i].link {
			end++
		}
		isLink = true
	}
	for _, s := range textStyles {
		if ps[i].style&s == 0 || active&s != 0 {
			continue
		}
		e := i + 1
		for e < len(ps) && ps[e].style&s != 0 && (link == "" || ps[e].link == link) {
			e++
		}
		if e > end {
			style, isLink, end = s, false, e
		}
	}
	return style, isLink, end
}

// trimPieces cuts the white space off both ends; the pieces are copies.
func trimPieces(ps []piece) (lead string, inner []piece, trail string) {
	inner = append(inner, ps...)
	for len(inner) > 0 {
		rest := strings.TrimLeftFunc(inner[0].text, isSpace)
		lead += inner[0].text[:len(inner[0].text)-len(rest)]
		if rest != "" {
			inner[0].text = rest
			break
		}
		inner = inner[1:]
	}
	for len(inner) > 0 {
		last := &inner[len(inner)-1]
		rest := strings.TrimRightFunc(last.text, isSpace)
		trail = last.text[len(rest):] + trail
		if rest != "" {
			last.text = rest
			break
		}
		inner = inner[:len(inner)-1]
	}
	return lead, inner, trail
}

func nextRune(ps []piece, i int, after rune) rune {
	for ; i < len(ps); i++ {
		if ps[i].text != "" {
			r, _ := utf8.DecodeRuneInString(ps[i].text)
			return r
		}
	}
	return after
}

var (
	delimiters = map[doc.Style]string{doc.Bold: "**", doc.Italic: "*", doc.Strike: "~~"}
	tags       = map[doc.Style]string{doc.Bold: "b", doc.Italic: "i", doc.Strike: "s", doc.Underline: "u", doc.Highlight: "mark", doc.Superscript: "sup", doc.Subscript: "sub"}
)

// emphasize writes bold, italic or struck text with delimiters where CommonMark
// would read them as such, and with HTML tags elsewhere.
func (w *inliner) emphasize(inner []piece, active, style doc.Style, link string, prev, next rune, closed byte) fragment {
	delimiter := delimiters[style]
	char := delimiter[0]
	if char == '*' {
		w.emphasis++
	}
	f := w.write(inner, active, link, prev, next)
	if char == '*' {
		w.emphasis--
	}
	first, last := f.first, f.last
	if f.opens != 0 && f.opens != char {
		first = rune(f.opens)
	}
	if f.closes != 0 && f.closes != char {
		last = rune(f.closes)
	}
	// After a closing delimiter the two would be read as one; an opening one
	// within a word could close what surrounds it.
	ok := closed == 0 && canOpen(prev, first) && canClose(last, next) && (w.emphasis == 0 || !mayClose(prev, first))
	if char == '~' && (prev == '~' || next == '~' || strings.Contains(f.md, "~")) {
		ok = false // some readers count escaped tildes as part of the row
	}
	if !ok {
		return tagged(f, tags[style])
	}
	return fragment{md: delimiter + f.md + delimiter, first: f.first, last: f.last, opens: char, closes: char}
}

func tagged(f fragment, tag string) fragment {
	return fragment{md: "<" + tag + ">" + f.md + "</" + tag + ">", first: '<', last: '>'}
}

// leaf writes one piece whose styles are all open. bounded says that something
// may follow directly, a delimiter or text of another style.
func (w *inliner) leaf(p piece, active doc.Style, link string, next rune, bounded bool) fragment {
	if p.text == "" {
		return fragment{}
	}
	if p.style&doc.Monospace != 0 && !isBlank(p.text) {
		lead, inner, trail := trimPieces([]piece{p})
		var out fragment
		if lead != "" {
			out.add(w.leaf(piece{text: lead}, active, link, 0, true))
		}
		w.newline, w.hasOutput = false, true
		out.add(fragment{md: codeSpan(inner[0].text), first: '`', last: '`'})
		if trail != "" {
			out.add(w.leaf(piece{text: trail}, active, link, 0, true))
		}
		return out
	}
	lineStart := w.at == inBlock && (!w.hasOutput && active == 0 && link == "" || w.newline)
	e := escaper{at: w.at, lineStart: lineStart, inLink: link != "", styled: active != 0 || link != "", next: next, bounded: bounded}
	md := e.escape(p.text)
	first, _ := utf8.DecodeRuneInString(md)
	last, _ := utf8.DecodeLastRuneInString(md)
	w.hasOutput = true
	w.newline = last == '\n'
	return fragment{md: md, first: first, last: last}
}

// codeSpan writes code with a fence longer than any row of backticks inside.
func codeSpan(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	fence := strings.Repeat("`", longestRow(s, '`')+1)
	if fence == "`" && longestRow(s, '`') == 0 {
		return fence + s + fence
	}
	return fence + " " + s + " " + fence
}

// longestRow returns the length of the longest row of a byte in s.
func longestRow(s string, c byte) int {
	best, row := 0, 0
	for i := range len(s) {
		if s[i] != c {
			row = 0
			continue
		}
		row++
		best = max(best, row)
	}
	return best
}
