// Package text knows Unicode: which way a character is written, how codes for
// shapes become characters, how words broken at line ends are joined.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// IsRTL reports whether a character belongs to a script written from right to
// left.
func IsRTL(r rune) bool {
	return r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFE || r >= 0x10800 && r <= 0x10FFF
}

// IsIdeograph reports whether a character is of a script without word spaces:
// Chinese, Japanese kana, and their punctuation.
func IsIdeograph(r rune) bool {
	return r >= 0x3000 && r <= 0x30FF || r >= 0x3400 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFFEF || r >= 0x20000 && r <= 0x3FFFF
}

// IsWordRune reports whether a character is part of a word or number.
func IsWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// Normalize turns presentation forms (ligatures, Arabic shapes, compatibility
// digits) into the characters they show and composes accents.
func Normalize(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 0xFB00 && r <= 0xFB06, r >= 0xFB13 && r <= 0xFB17, r >= 0xFB1D && r <= 0xFDFB, r >= 0xFE70 && r <= 0xFEFC:
			b.WriteString(norm.NFKC.String(string(r)))
		case r == 0x00AD, r == 0x200B, r == 0xFEFF, r == 0x2060:
		case r == 0x2010 || r == 0x2011:
			b.WriteByte('-')
		default:
			b.WriteRune(r)
		}
	}
	return doubleQuotes.Replace(norm.NFC.String(b.String()))
}

// doubleQuotes makes one sign of two single quotes side by side, as typewriters
// and older typesetting write double quotes.
var doubleQuotes = strings.NewReplacer("‘‘", "“", "’’", "”")
