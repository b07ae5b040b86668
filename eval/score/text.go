package score

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// space is every white space of Unicode, for use inside a character class:
// \s of the regexp package knows ASCII only, and PDF text is full of no-break
// and thin spaces.
const space = `\s\v\x{1c}-\x{1f}\x{85}\pZ`

// isSpace agrees with the class [space].
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f
}

func isAlnum(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

func isWord(r rune) bool {
	return isAlnum(r) || r == '_'
}

func hasAlnum(s string) bool {
	return strings.ContainsFunc(s, isAlnum)
}

func trim(s string) string {
	return strings.TrimFunc(s, isSpace)
}

// collapse makes every run of white space one space and trims the ends.
func collapse(s string) string {
	return strings.Join(strings.FieldsFunc(s, isSpace), " ")
}

// squeeze makes every run of white space one space and keeps the ends.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	wasSpace := false
	for _, r := range s {
		is := isSpace(r)
		if is && !wasSpace {
			b.WriteByte(' ')
		}
		if !is {
			b.WriteRune(r)
		}
		wasSpace = is
	}
	return b.String()
}

// keepAlnum drops everything but letters and digits.
func keepAlnum(s string) string {
	return strings.Map(func(r rune) rune {
		if !isAlnum(r) {
			return -1
		}
		return r
	}, s)
}

// textKey is what is left of a heading or list item when it is compared:
// lower-case letters and digits.
func textKey(s string) string {
	return keepAlnum(strings.ToLower(norm.NFKC.String(s)))
}

// cellKey is what is left of a cell or word of a table when it is compared.
// Unlike [textKey] it keeps signs where there is nothing else, because "-"
// and "*" are contents of a table.
func cellKey(s string) string {
	s = strings.Join(strings.FieldsFunc(norm.NFKC.String(s), isSpace), "")
	s = strings.ToLower(s)
	if k := keepAlnum(s); k != "" {
		return k
	}
	return s
}

// splitLines cuts at every line break of Unicode, as opposed to strings.Split
// at "\n", and leaves out the empty line after a last break.
func splitLines(s string) []string {
	var lines []string
	for s != "" {
		i := strings.IndexFunc(s, isLineBreak)
		if i < 0 {
			return append(lines, s)
		}
		lines = append(lines, s[:i])
		_, size := utf8.DecodeRuneInString(s[i:])
		if strings.HasPrefix(s[i:], "\r\n") {
			size = 2
		}
		s = s[i+size:]
	}
	return lines
}

func isLineBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}
