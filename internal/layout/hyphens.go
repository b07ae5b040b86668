package layout

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
)

// vocabulary is what words the document uses away from line ends: it knows
// whether a word broken at a hyphen is one word or two.
type vocabulary map[string]bool

// readVocabulary collects the document's words, hyphenated ones included, in
// small letters. Words at the end and the beginning of a line are left out when a
// hyphen may have broken them.
func readVocabulary(d *document) {
	v := vocabulary{}
	for _, s := range d.sheets {
		s.vocab = v
		for li := range s.lines {
			words := strings.Fields(s.lines[li].text)
			for k, w := range words {
				if k == len(words)-1 && strings.HasSuffix(w, "-") {
					continue
				}
				if w = bareWord(w); len(w) > 2 {
					v[w] = true
				}
			}
		}
	}
}

// bareWord returns a word without what stands around it, in small letters.
func bareWord(w string) string {
	return strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }))
}

// firsts are the first parts of compounds that keep their hyphen when nothing is
// known of the word.
var firsts = map[string]bool{
	"self": true, "non": true, "well": true, "high": true, "low": true, "long": true, "short": true, "cross": true,
	"half": true, "all": true, "semi": true, "full": true, "real": true, "open": true, "multi": true, "quasi": true, "so": true,
}

// joinHyphen decides what becomes of a hyphen at the end of a line. ok says that
// no space follows, drop that the hyphen goes. The words of the document decide,
// then the two halves.
func (s *Sheet) joinHyphen(out doc.Text, prev *piece, next string) (drop, ok bool) {
	if len(out) == 0 || !strings.HasSuffix(prev.text, "-") {
		return false, false
	}
	word := lastWord(out)
	if len(word) < 2 {
		return false, false
	}
	stem := word[:len(word)-1]
	before, _ := utf8.DecodeLastRuneInString(stem)
	after, _ := utf8.DecodeRuneInString(next)
	if !unicode.IsLetter(before) || !unicode.IsLetter(after) {
		return false, unicode.IsDigit(after) && (unicode.IsDigit(before) || unicode.IsLetter(before))
	}
	if unicode.IsUpper(after) {
		return false, true // a compound of names
	}
	first, second := bareWord(stem), bareWord(strings.SplitN(next, " ", 2)[0])
	switch {
	case s.vocab[first+second]:
		return true, true
	case s.vocab[first+"-"+second]:
		return false, true
	case strings.Contains(stem, "-") && !prev.hyphen:
		return false, true // "state-of-the-" goes on
	case utf8.RuneCountInString(first) < 2 || firsts[first]:
		return false, true
	}
	return true, true
}

// lastWord returns what stands behind the last space of a text.
func lastWord(t doc.Text) string {
	word := ""
	for i := len(t) - 1; i >= 0; i-- {
		in := t[i].Text
		if at := strings.LastIndexByte(in, ' '); at >= 0 {
			return in[at+1:] + word
		}
		word = in + word
	}
	return word
}
