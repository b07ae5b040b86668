package text

import (
	"slices"
	"unicode"
)

// family is a script, or scripts that are mixed within one word.
type family uint8

// The families that mix with others: formulas and names join Latin to Greek and
// Cyrillic, East Asian text sets Latin words without a space.
const (
	noFamily family = iota
	latin
	greek
	cyrillic
	eastAsian
	otherFamilies // the first of all others
)

// span is a range of characters of one family.
type span struct {
	first, last rune
	family      family
}

// families are the blocks of letters in the order of their codes.
var families = []span{
	{'A', 'Z', latin}, {'a', 'z', latin}, {0xC0, 0x024F, latin}, {0x0250, 0x02AF, latin},
	{0x0370, 0x03FF, greek}, {0x0400, 0x052F, cyrillic},
	{0x0530, 0x058F, otherFamilies}, {0x0590, 0x05FF, otherFamilies + 1}, {0x0600, 0x06FF, otherFamilies + 2}, {0x0700, 0x074F, otherFamilies + 3},
	{0x0750, 0x077F, otherFamilies + 2}, {0x0780, 0x07BF, otherFamilies + 4}, {0x07C0, 0x07FF, otherFamilies + 5}, {0x0800, 0x089F, otherFamilies + 6},
	{0x08A0, 0x08FF, otherFamilies + 2}, {0x0900, 0x097F, otherFamilies + 7}, {0x0980, 0x09FF, otherFamilies + 8}, {0x0A00, 0x0A7F, otherFamilies + 9},
	{0x0A80, 0x0AFF, otherFamilies + 10}, {0x0B00, 0x0B7F, otherFamilies + 11}, {0x0B80, 0x0BFF, otherFamilies + 12}, {0x0C00, 0x0C7F, otherFamilies + 13},
	{0x0C80, 0x0CFF, otherFamilies + 14}, {0x0D00, 0x0D7F, otherFamilies + 15}, {0x0D80, 0x0DFF, otherFamilies + 16}, {0x0E00, 0x0E7F, otherFamilies + 17},
	{0x0E80, 0x0EFF, otherFamilies + 18}, {0x0F00, 0x0FFF, otherFamilies + 19}, {0x1000, 0x109F, otherFamilies + 20}, {0x10A0, 0x10FF, otherFamilies + 21},
	{0x1100, 0x11FF, eastAsian}, {0x1200, 0x139F, otherFamilies + 22}, {0x13A0, 0x13FF, otherFamilies + 23}, {0x1400, 0x167F, otherFamilies + 24},
	{0x1680, 0x16FF, otherFamilies + 25}, {0x1700, 0x177F, otherFamilies + 26}, {0x1780, 0x17FF, otherFamilies + 27}, {0x1800, 0x18AF, otherFamilies + 28},
	{0x1900, 0x1CFF, otherFamilies + 29}, {0x1E00, 0x1EFF, latin}, {0x1F00, 0x1FFF, greek},
	{0x2E80, 0x9FFF, eastAsian}, {0xA000, 0xABFF, otherFamilies + 30}, {0xAC00, 0xD7AF, eastAsian}, {0xF900, 0xFAFF, eastAsian},
	{0xFB1D, 0xFB4F, otherFamilies + 1}, {0xFB50, 0xFDFF, otherFamilies + 2}, {0xFE70, 0xFEFC, otherFamilies + 2}, {0xFF21, 0xFFDC, eastAsian},
	{0x20000, 0x3FFFF, eastAsian},
}

// familyOf returns the family of a letter, noFamily for other characters.
func familyOf(r rune) family {
	i, found := slices.BinarySearchFunc(families, r, func(s span, r rune) int {
		switch {
		case s.last < r:
			return -1
		case s.first > r:
			return 1
		}
		return 0
	})
	if !found || !unicode.IsLetter(r) {
		return noFamily
	}
	return families[i].family
}

// minRareLetters is how many letters nobody writes alone make a word suspect:
// phonetic signs and variables come one or two at a time.
const minRareLetters = 3

// Garbled returns how many characters of a word cannot be what the page shows:
// codes that are no characters, and all letters of a word that mixes scripts as
// no writing does or consists of letters that no language strings together.
func Garbled(word string) int {
	bad, letters, rare := 0, 0, 0
	var seen [3]family // the families of the word, in the order they come
	kinds := 0
	for _, r := range word {
		if r < 0x80 {
			if r < 0x20 || r == 0x7F {
				bad++
			}
			if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				letters++
				if kinds < len(seen) && !slices.Contains(seen[:kinds], latin) {
					seen[kinds], kinds = latin, kinds+1
				}
			}
			continue
		}
		if isNoCharacter(r) {
			bad++
			continue
		}
		f := familyOf(r)
		if f == noFamily {
			continue
		}
		letters++
		if r >= 0x0180 && r <= 0x02AF {
			rare++
		}
		if kinds < len(seen) && !slices.Contains(seen[:kinds], f) {
			seen[kinds], kinds = f, kinds+1
		}
	}
	switch {
	case kinds == len(seen),
		kinds == 2 && seen[0] >= otherFamilies && seen[1] >= otherFamilies,
		rare >= minRareLetters && rare == letters:
		return bad + letters
	}
	return bad
}

// isNoCharacter reports whether a code beyond ASCII stands for no character:
// controls, private use, the replacement character, codes not given out.
func isNoCharacter(r rune) bool {
	switch {
	case r < 0xA0, r == unicode.ReplacementChar, r >= 0xE000 && r <= 0xF8FF, r >= 0xF0000:
		return true
	case r < 0x250, r >= 0x2000 && r < 0x2C00, r >= 0x3000 && r < 0xD7A4:
		return false
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cf)
}
