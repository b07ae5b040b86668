package layout

import (
	"math"
	"slices"
	"unicode/utf8"
)

// Letters drawn one by one stand at distances that say what is a word: even ones
// are one word set wide; where they are uneven, the wide ones part words.

// Single letters at even distances are a word set wide.
const (
	minSpreadLetters = 4
	maxSpreadGap     = 0.8  // ems between two letters of such a word
	spreadJitter     = 0.12 // ems by which the distances differ
)

// Letters at uneven distances are words when the distances are of two kinds.
const (
	minLooseLetters = 8    // letters of a line, fewer say nothing about its distances
	singleShare     = 0.8  // of its pieces are one letter
	looseStep       = 0.1  // ems between the widest distance inside a word and the narrowest between two
	looseRatio      = 1.4  // and so many times as wide
	wordLetters     = 2.5  // letters to a word at least, on the average
	spaceAtLeast    = 0.16 // ems: a narrower gap parts no words
)

// closeSpread removes the spaces between letters that are set apart one by one.
func (s *Sheet) closeSpread(seg []spot) {
	if s.partLetters(seg) {
		return
	}
	for k := 0; k < len(seg); {
		j := k + 1
		low, high := math.Inf(1), math.Inf(-1)
		for j < len(seg) && s.isLetter(seg[k]) && s.isLetter(seg[j]) {
			gap := (seg[j].x0 - seg[j-1].x1) / seg[j].size
			if gap > maxSpreadGap || max(high, gap)-min(low, gap) > spreadJitter {
				break
			}
			low, high = min(low, gap), max(high, gap)
			j++
		}
		if j-k >= minSpreadLetters {
			for m := k + 1; m < j; m++ {
				s.pieces[seg[m].i].space = false
			}
		}
		k = j
	}
}

// isLetter reports whether a piece is one letter or digit.
func (s *Sheet) isLetter(sp spot) bool {
	p := &s.pieces[sp.i]
	return utf8.RuneCountInString(p.text) == 1 && hasWordRune(p.text)
}

// partLetters sets the spaces of a line whose letters are drawn one by one, when
// the distances between them are of two kinds. It reports whether they are.
func (s *Sheet) partLetters(seg []spot) bool {
	if len(seg) < minLooseLetters {
		return false
	}
	single := 0
	gaps := make([]float64, 0, len(seg)-1)
	for k := range seg {
		if s.isLetter(seg[k]) {
			single++
		}
		if k == 0 {
			continue
		}
		if s.pieces[seg[k].i].run == s.pieces[seg[k-1].i].run {
			return false // the run has judged its own gaps
		}
		gaps = append(gaps, (seg[k].x0-seg[k-1].x1)/seg[k].size)
	}
	if float64(single) < singleShare*float64(len(seg)) {
		return false
	}
	slices.Sort(gaps)
	// The narrowest of the wide ones: a gap between columns is wider still.
	limit := 0.0
	usual := max(gaps[len(gaps)/2], 0)
	for k := len(gaps) / 2; k < len(gaps) && limit == 0; k++ {
		narrow, wide := max(gaps[k-1], 0), gaps[k]
		if narrow > looseRatio*usual+looseStep {
			return false // wider than what is usual within a word: word spaces lie below
		}
		if wide-narrow >= looseStep && wide >= looseRatio*narrow && wide >= spaceAtLeast {
			limit = (narrow + wide) / 2
		}
	}
	spaces := 0
	for _, g := range gaps {
		if g > limit {
			spaces++
		}
	}
	if limit == 0 || float64(len(seg)) < wordLetters*float64(spaces+1) {
		return false
	}
	for k := 1; k < len(seg); k++ {
		p := &s.pieces[seg[k].i]
		p.space = (seg[k].x0-seg[k-1].x1)/seg[k].size > limit && !betweenIdeographs(s.pieces[seg[k-1].i].text, p.text)
	}
	return true
}
