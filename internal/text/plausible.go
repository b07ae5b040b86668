package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What words look like in any language, without a dictionary.
const (
	longWithoutVowel = 4 // letters: shorter ones are abbreviations
	mostConsonants   = 9 // in succession; German compounds reach eight
	mostRepeats      = 3 // of one letter
)

// Plausible reports whether a word looks like one that somebody wrote: letters of
// one kind with vowels among them, a number, or a sign or two; not the letters,
// digits and signs in a row that bad recognition leaves. Abbreviations, units and
// codes fail now and then, so that only the share over many words says something.
func Plausible(word string) bool {
	core := strings.TrimFunc(word, func(r rune) bool {
		return strings.ContainsRune("()[]{}.,;:!?\"'“”„‘’«»-–—…*•/&%$€£§©®°+", r)
	})
	if core == "" {
		return utf8.RuneCountInString(word) <= 2 && !strings.ContainsAny(word, "|<>=")
	}
	letters, digits, others, small, single := 0, 0, 0, 0, utf8.RuneCountInString(core) == 1
	vowel, latin, capAfterSmall, switches := false, true, false, 0
	consonants, longest, repeats := 0, 0, 1
	var before rune
	for _, r := range core {
		switch {
		case unicode.IsLetter(r):
			letters++
			if unicode.IsLower(r) {
				small++
			} else if unicode.IsUpper(r) && unicode.IsLower(before) {
				capAfterSmall = true
			}
			if unicode.IsDigit(before) {
				switches++
			}
			if r > 0x024F && (r < 0x1E00 || r > 0x1EFF) {
				latin = false
			}
			if strings.ContainsRune("aeiouyäöüáéíóúàèìòùâêîôûåæøœëïãõAEIOUYÄÖÜÁÉÍÓÚÀÈÌÒÙÂÊÎÔÛÅÆØŒËÏÃÕ", r) || r > 0xFF {
				vowel, consonants = true, 0
			} else {
				consonants++
				longest = max(longest, consonants)
			}
		case unicode.IsDigit(r):
			digits++
			if unicode.IsLetter(before) {
				switches++
			}
		case unicode.IsMark(r):
		case !strings.ContainsRune("'’-–./,:&@_%", r):
			others++
		}
		if r == before && unicode.IsLetter(r) {
			repeats++
		} else {
			repeats = 1
		}
		if repeats > mostRepeats {
			return false
		}
		before = r
	}
	switch {
	case others > 0, switches > 1, capAfterSmall && small < letters/2+1:
		return false
	case letters == 0:
		return digits > 0
	case !latin:
		return true
	case single:
		return strings.ContainsRune("aAIiyYàoOeu", []rune(core)[0])
	case small > 0 && letters >= longWithoutVowel && digits == 0 && !vowel:
		return false
	}
	return longest < mostConsonants
}
