package text

// accents are the signs that stand for an accent printed alone, with the mark
// that goes on a letter.
var accents = map[rune]rune{
	'`': 0x0300, 0x00B4: 0x0301, 'ˊ': 0x0301, 'ˋ': 0x0300, '^': 0x0302, 'ˆ': 0x0302, '~': 0x0303, '˜': 0x0303, '¯': 0x0304, 'ˉ': 0x0304,
	'˘': 0x0306, '˙': 0x0307, '¨': 0x0308, '˚': 0x030A, '˝': 0x030B, 'ˇ': 0x030C, '¸': 0x0327, '˛': 0x0328,
}

// CombiningForm returns the combining mark that a character is when it is printed
// over a letter, 0 for characters that are no accents.
func CombiningForm(r rune) rune {
	if r < 0x80 && r != '`' && r != '^' && r != '~' {
		return 0
	}
	if r >= 0x0300 && r <= 0x036F {
		return r
	}
	return accents[r]
}
