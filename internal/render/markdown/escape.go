package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// escaper writes text so that a CommonMark or GitHub reader sees text: it puts
// a backslash where a character would mean something, and nowhere else, since
// every backslash is noise to whoever reads the markdown as it is.
type escaper struct {
	at        place
	lineStart bool // the text begins a line of a block
	inLink    bool // within a link's text brackets must not count
	styled    bool // within delimiters or tags
	next      rune // first character of the text that follows, 0 for none
	bounded   bool // something may follow directly
}

// boundary stands for whatever is at a piece's end: it counts as punctuation,
// which makes a delimiter character likelier to mean something.
const boundary = '*'

func (e escaper) escape(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	before := rune(boundary)
	if e.lineStart {
		before = '\n'
	}
	lineStart := e.lineStart
	for i := 0; i < len(s); {
		if lineStart {
			lineStart = false
			if n := e.startLine(&b, s[i:]); n > 0 {
				i += n
				before = rune(s[i-1])
				continue
			}
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
			before = r
			i += size
			continue
		}
		switch c {
		case '\n':
			if e.at == inBlock {
				b.WriteString("  ")
				lineStart = true
			}
		case '*', '_', '~':
			n := rowLength(s[i:], c)
			after := e.runeAt(s, i+n)
			for range n {
				if means(c, n, before, after) {
					b.WriteByte('\\')
				}
				b.WriteByte(c)
			}
			i += n
			before = rune(c)
			continue
		default:
			if e.special(s, i) {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(c)
		before = rune(c)
		if c == '\n' && e.at == inCell {
			before = boundary
		}
		i++
	}
	return b.String()
}

// runeAt returns the character at i, or what stands for the end.
func (e escaper) runeAt(s string, i int) rune {
	if i < len(s) && s[i] == '\n' && e.at == inCell {
		return boundary // will be a tag
	}
	if i < len(s) {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return r
	}
	if e.bounded {
		return boundary
	}
	return '\n'
}

// special reports whether the ASCII character at i must be escaped; delimiter
// characters are judged elsewhere.
func (e escaper) special(s string, i int) bool {
	next := e.runeAt(s, i+1)
	atEnd := i+1 == len(s)
	switch s[i] {
	case '`':
		return true
	case '\\':
		return next < utf8.RuneSelf && (unicode.IsPunct(next) || unicode.IsSymbol(next)) || next == '\n' || atEnd
	case '<':
		return atEnd && e.bounded || next < utf8.RuneSelf && isASCIILetter(byte(next)) || next == '/' || next == '!' || next == '?'
	case '&':
		return isEntity(s[i:])
	case '[':
		return e.inLink
	case ']':
		return e.inLink || next == '(' || atEnd && e.next == '('
	case '!':
		return atEnd && e.bounded // a link may follow and become an image
	}
	return false
}

// startLine writes the beginning of a line that would otherwise start a block,
// and returns how much of s it took.
func (e escaper) startLine(b *strings.Builder, s string) int {
	line, _, _ := strings.Cut(s, "\n")
	ends := func(rest string) bool { return rest == "" || rest[0] == ' ' }
	switch c := line[:min(1, len(line))]; c {
	case "":
		return 0
	case "#":
		if n := rowLength(line, '#'); n > 6 || !ends(line[n:]) {
			return 0
		}
	case ">":
	case "-", "+":
		if !ends(line[1:]) && !isRuler(line) {
			return 0
		}
	case "_":
		if strings.Trim(line, "_ ") != "" {
			return 0
		}
	case "=", ":", "|":
		if !isRuler(line) {
			return 0
		}
	case "[":
		end := strings.IndexByte(s, ']') // labels may go over several lines
		switch {
		case end < 0 || end+1 == len(s):
			if !e.bounded {
				return 0
			}
		case s[end+1] != ':':
			return 0
		}
	default:
		n := 0
		for n < len(line) && n < 9 && line[n] >= '0' && line[n] <= '9' {
			n++
		}
		if n == 0 || n == len(line) || line[n] != '.' && line[n] != ')' || !ends(line[n+1:]) {
			return 0
		}
		b.WriteString(line[:n] + `\` + line[n:n+1])
		return n + 1
	}
	b.WriteByte('\\')
	b.WriteByte(line[0])
	return 1
}

// isRuler reports whether a line could underline a heading or part a table's
// header from its rows.
func isRuler(line string) bool { return strings.Trim(line, "-=:| ") == "" }

// escapeClosing escapes the number signs that would end a heading's line
// without being part of it.
func escapeClosing(md string) string {
	if !strings.HasSuffix(md, "#") {
		return md
	}
	if rest := strings.TrimRight(md, "#"); rest != "" && !strings.HasSuffix(rest, " ") {
		return md
	}
	return md[:len(md)-1] + `\#`
}

func rowLength(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// isEntity reports whether s begins with something like "&amp;" or "&#38;".
func isEntity(s string) bool {
	end := strings.IndexByte(s, ';')
	if end < 2 || end > 40 {
		return false
	}
	for i, c := range []byte(s[1:end]) {
		if !isASCIILetter(c) && (c < '0' || c > '9') && (c != '#' || i != 0) {
			return false
		}
	}
	return true
}
