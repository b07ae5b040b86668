package layout

import (
	"strings"
	"unicode"

	"recto/internal/text"
)

// Text written from right to left shows an opening bracket as ")". Some documents
// name the character, others the shape; where the second is the case, the brackets
// of a line read in order come closed before they are opened.

// mirrors are the shapes of brackets and of what they are the other way round.
var mirrors = strings.NewReplacer("(", ")", ")", "(", "[", "]", "]", "[", "{", "}", "}", "{", "«", "»", "»", "«")

const (
	openers = "([{"
	closers = ")]}"
)

// rightWeight is what a letter written from right to left counts beside one written
// from left to right, where the direction of their line is asked: Arabic and Hebrew
// leave short vowels out, and an address or name in Latin letters does not turn the
// words around it.
const rightWeight = 2

// mirrorBrackets turns the brackets of a line from right to left round when none
// of them makes a pair as they are.
func (s *Sheet) mirrorBrackets(l *line) {
	open, closed, pairs, inverted := 0, 0, 0, 0
	for _, i := range l.pieces {
		if isLatin(s.pieces[i].text) {
			continue
		}
		for _, r := range s.pieces[i].text {
			switch {
			case strings.ContainsRune(openers, r) && closed > 0:
				closed, inverted = closed-1, inverted+1
			case strings.ContainsRune(openers, r):
				open++
			case strings.ContainsRune(closers, r) && open > 0:
				open, pairs = open-1, pairs+1
			case strings.ContainsRune(closers, r):
				closed++
			}
		}
	}
	if inverted == 0 || pairs > 0 {
		return
	}
	for _, i := range l.pieces {
		if p := &s.pieces[i]; !isLatin(p.text) {
			p.text = mirrors.Replace(p.text)
		}
	}
}

// joinLatin gives the signs between two words written from left to right the
// level of these words: an address stays in one piece.
func (s *Sheet) joinLatin(l *line, level []int) {
	last := -1
	for k, i := range l.pieces {
		t := s.pieces[i].text
		switch {
		case isLatin(t):
			for m := last + 1; last >= 0 && m < k; m++ {
				level[m] = level[k]
			}
			last = k
		case s.pieces[i].rtl || hasWordRune(t):
			last = -1
		}
	}
}

// isLatin reports whether a text has letters written from left to right.
func isLatin(t string) bool { return leftLetters(t) > 0 }

// leftLetters counts the letters written from left to right. Digits are not among
// them: they say nothing about the direction of their line.
func leftLetters(t string) int {
	n := 0
	for _, r := range t {
		if unicode.IsLetter(r) && !text.IsRTL(r) {
			n++
		}
	}
	return n
}

// rightLetters counts the letters written from right to left.
func rightLetters(t string) int {
	n := 0
	for _, r := range t {
		if unicode.IsLetter(r) && text.IsRTL(r) {
			n++
		}
	}
	return n
}
