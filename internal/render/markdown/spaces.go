package markdown

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
)

// isSpace reports whether CommonMark may count a character as white space.
func isSpace(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Zs, r) }

func isBlank(s string) bool { return strings.TrimFunc(s, isSpace) == "" }

// isTame reports whether a text is the same in markdown: plain
// ASCII without markup characters and without spaces to settle.
func isTame(s string) bool {
	if s == "" {
		return true
	}
	if c := s[0]; !isASCIILetter(c) && c != '"' && c != '(' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case isASCIILetter(c) || c >= '0' && c <= '9':
		case c == ' ':
			if i+1 == len(s) || s[i+1] == ' ' {
				return false
			}
		case strings.IndexByte(`.,;:()"'%/?$@-`, c) >= 0:
		default:
			return false
		}
	}
	return true
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isBreakable reports whether a space may be collapsed: the wide and the
// unbreakable ones are part of the text.
func isBreakable(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029
}

// cleanSpaces collapses rows of spaces and trims the ends. A row with a line
// break in it is a line break in a block, a space in a heading.
func cleanSpaces(s string, at place) string {
	ps := settleSpaces([]piece{{text: s}}, at)
	if len(ps) == 0 {
		return ""
	}
	return ps[0].text
}

// settled reports whether settleSpaces would change nothing, as is usual.
func settled(ps []piece) bool {
	last := byte(' ')
	for i := range ps {
		s := ps[i].text
		ascii := true
		for k := range len(s) {
			c := s[k]
			if c < ' ' || c == 0x7F || c == ' ' && last == ' ' {
				return false
			}
			ascii = ascii && c < utf8.RuneSelf
			last = c
		}
		if !ascii && (!utf8.ValidString(s) || strings.ContainsAny(s, "\u0085\u2028\u2029")) {
			return false
		}
	}
	return last != ' '
}

// settleSpaces does the same over pieces: a row of spaces across two pieces is
// one row and stays in the first of them. Code keeps its inner spaces. Control
// characters, which markdown cannot hold, become spaces or U+FFFD.
func settleSpaces(ps []piece, at place) []piece {
	if settled(ps) {
		return slices.DeleteFunc(ps, func(p piece) bool { return p.text == "" })
	}
	out := ps[:0]
	started := false             // some visible character was seen
	pendingAt, pending := -1, "" // a space to be written once text follows
	var texts []*strings.Builder // of out
	for _, p := range ps {
		b := &strings.Builder{}
		out, texts = append(out, p), append(texts, b)
		for i, r := range p.text {
			switch {
			case isBreakable(r):
				mark := " "
				if r == '\n' && at != inHeading {
					mark = "\n"
				}
				if pendingAt < 0 {
					pendingAt, pending = len(out)-1, mark
					continue
				}
				if mark == "\n" {
					pending = mark
				} else if p.style&doc.Monospace != 0 && pendingAt == len(out)-1 && pending != "\n" {
					pending += mark
				}
				continue
			case r < 0x20 || r == 0x7F:
				r = utf8.RuneError
			case r == utf8.RuneError:
				if _, size := utf8.DecodeRuneInString(p.text[i:]); size == 1 {
					r = utf8.RuneError
				}
			}
			if pendingAt >= 0 && started {
				texts[pendingAt].WriteString(pending)
			}
			pendingAt = -1
			started = true
			b.WriteRune(r)
		}
	}
	kept := out[:0]
	for i, p := range out {
		if p.text = texts[i].String(); p.text != "" {
			kept = append(kept, p)
		}
	}
	return kept
}
