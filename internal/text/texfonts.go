package text

import "strings"

// The fonts of TeX's mathematics number their glyphs their own way, and many of
// the names they give them are in no list that PDF programs know. What comes out
// then is the glyph's number as if it were ASCII: "X" for a sum, "0" for a prime.
// Neither font has a letter or digit at these numbers, so that nothing is lost by
// reading them so. Signs that stand for themselves in a font with a proper Unicode
// map, such as brackets, are left alone.
var (
	texExtension = map[rune]rune{ // cmex, "OMX"
		'!': ')', '"': '[', '#': ']', '$': '⌊', '%': '⌋', '&': '⌈', '\'': '⌉', '*': '⟨', '+': '⟩', ',': '/',
		'0': '⎛', '1': '⎞', '2': '⎡', '3': '⎤', '4': '⎣', '5': '⎦', '6': '⎢', '7': '⎥', '8': '⎧', '9': '⎫', ':': '⎩', ';': '⎭',
		'@': '⎝', 'A': '⎠', 'B': '⎜', 'C': '⎟', 'D': '⟨', 'E': '⟩', 'F': '⊔', 'G': '⊔', 'H': '∮', 'I': '∮', 'J': '⊙', 'K': '⊙',
		'L': '⊕', 'M': '⊕', 'N': '⊗', 'O': '⊗', 'P': '∑', 'Q': '∏', 'R': '∫', 'S': '⋃', 'T': '⋂', 'U': '⊎', 'V': '⋀', 'W': '⋁',
		'X': '∑', 'Y': '∏', 'Z': '∫', '_': '⋁', '`': '∐', 'a': '∐', 'b': '^', 'c': '^', 'd': '^', 'e': '~', 'f': '~', 'g': '~',
		'h': '[', 'i': ']', 'j': '⌊', 'k': '⌋', 'l': '⌈', 'm': '⌉', 'n': '{', 'o': '}', 'p': '√', 'q': '√', 'r': '√', 's': '√',
	}
	texSigns = map[rune]rune{ // cmsy, "OMS"
		'0': '′', '1': '∞', '2': '∈', '3': '∋', '4': '△', '5': '▽', '6': '̸', '7': '↦', '8': '∀', '9': '∃', ':': '¬', ';': '∅', '>': '⊤',
		'b': '⌊', 'c': '⌋', 'd': '⌈', 'e': '⌉', 'f': '{', 'g': '}', 'h': '⟨', 'i': '⟩', 'j': '|', 'k': '‖', 'l': '↕', 'm': '⇕',
		'o': '≀', 'p': '√', 'q': '∐', 'r': '∇', 's': '∫',
	}
)

// TeXSigns puts the characters for the numbers of glyphs in a font of TeX's
// mathematics; text in other fonts is returned as it is.
func TeXSigns(font, s string) string {
	var codes map[rune]rune
	switch {
	case strings.HasPrefix(font, "CMEX"):
		codes = texExtension
	case strings.HasPrefix(font, "CMSY"), strings.HasPrefix(font, "CMBSY"):
		codes = texSigns
	default:
		return s
	}
	return strings.Map(func(r rune) rune {
		if m, ok := codes[r]; ok {
			return m
		}
		return r
	}, s)
}
