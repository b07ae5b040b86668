package score

import (
	"math/bits"
	"slices"
	"strings"
)

// alphabet numbers the different runes of some texts from 0, so that tables
// by rune can be slices.
type alphabet map[rune]int

func (a alphabet) codes(s string) []int {
	codes := make([]int, 0, len(s))
	for _, r := range s {
		code, known := a[r]
		if !known {
			code = len(a)
			a[r] = code
		}
		codes = append(codes, code)
	}
	return codes
}

// masks holds for every rune one bit per place of a text where it stands.
// The comparisons below advance 64 places per machine operation with it.
type masks struct {
	length int      // of the text
	words  int      // per rune
	bits   []uint64 // words of rune 0, words of rune 1, ...
}

// newMasks takes the text as codes of an alphabet of the given size.
func newMasks(text []int, size int) masks {
	m := masks{length: len(text), words: (len(text) + 63) / 64}
	m.bits = make([]uint64, size*m.words)
	for i, code := range text {
		m.bits[code*m.words+i/64] |= 1 << (i % 64)
	}
	return m
}

func (m masks) of(code int) []uint64 {
	return m.bits[code*m.words : (code+1)*m.words]
}

// common returns the length of the longest common subsequence of the text of
// the masks and another. The cleared bits of state are the places of the text
// where the length grows (Hyyrö's formulation of Allison and Dix).
func (m masks) common(text []int) int {
	state := make([]uint64, m.words)
	return m.commonIn(state, text)
}

// commonIn is common with memory of the caller, for loops.
func (m masks) commonIn(state []uint64, text []int) int {
	for i := range state {
		state[i] = ^uint64(0)
	}
	for _, code := range text {
		here := m.of(code)
		carry := uint64(0)
		for i, v := range state {
			var sum uint64
			sum, carry = bits.Add64(v, v&here[i], carry)
			state[i] = sum | v&^here[i]
		}
	}
	n := 0
	for _, v := range state {
		n += bits.OnesCount64(^v)
	}
	return n
}

// edits returns the Levenshtein distance between the text of the masks and
// another (Myers' algorithm over several machine words). up and down are the
// places where the distance grows and shrinks by one.
func (m masks) edits(text []int) int {
	if m.length == 0 {
		return len(text)
	}
	up, down := make([]uint64, m.words), make([]uint64, m.words)
	for i := range up {
		up[i] = ^uint64(0)
	}
	distance := m.length
	last := uint64(1) << ((m.length - 1) % 64)
	for _, code := range text {
		here := m.of(code)
		upIn, downIn := uint64(1), uint64(0)
		for i := range up {
			match := here[i] | downIn
			vertical := here[i] | down[i]
			horizontal := ((match & up[i]) + up[i]) ^ up[i] | match
			grow := down[i] | ^(horizontal | up[i])
			shrink := up[i] & horizontal
			if i == m.words-1 && grow&last != 0 {
				distance++
			}
			if i == m.words-1 && shrink&last != 0 {
				distance--
			}
			grow, upIn = grow<<1|upIn, grow>>63
			shrink, downIn = shrink<<1|downIn, shrink>>63
			up[i] = shrink | ^(vertical | grow)
			down[i] = grow & vertical
		}
	}
	return distance
}

// Ratio returns the indel similarity of two texts: twice their longest common
// subsequence over the sum of their lengths, in runes. Two empty texts are
// equal.
func Ratio(a, b string) Value {
	abc := alphabet{}
	x, y := abc.codes(a), abc.codes(b)
	if len(x)+len(y) == 0 {
		return 1
	}
	return indel(commonLength(x, y, len(abc)), len(x)+len(y))
}

func indel(common, total int) Value {
	return 2 * Value(common) / Value(total)
}

// commonLength trims what two texts begin and end with in common first, which
// is most of them when the output is good.
func commonLength(x, y []int, size int) int {
	n := 0
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
		n++
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
		n++
	}
	return n + newMasks(x, size).common(y)
}

// partialRatio returns the best [Ratio] of the shorter text against the
// windows of its length in the longer one; at the ends the windows are cut.
func partialRatio(needle, text string) Value {
	abc := alphabet{}
	x, y := abc.codes(needle), abc.codes(text)
	if len(x) > len(y) {
		x, y = y, x
		needle, text = text, needle
	}
	if len(x) == 0 {
		if len(y) == 0 {
			return 1
		}
		return 0
	}
	if strings.Contains(text, needle) {
		return 1
	}
	m := newMasks(x, len(abc))
	state := make([]uint64, m.words)
	best := Value(0)
	for start := 1 - len(x); start < len(y); start++ {
		window := y[max(0, start):min(len(y), start+len(x))]
		if indel(len(window), len(x)+len(window)) <= best {
			continue // could not be better even if all of it matched
		}
		best = max(best, indel(m.commonIn(state, window), len(x)+len(window)))
	}
	return best
}

// nearStarts returns, ascending, the places in runes where text has something
// within the given number of edits of needle (Sellers' algorithm). It runs
// over both reversed, because the algorithm finds the ends of matches.
func nearStarts(needle, text string, edits int) []int {
	abc := alphabet{}
	x, y := abc.codes(needle), abc.codes(text)
	column := make([]int, len(x)+1)
	for i := range column {
		column[i] = i
	}
	var starts []int
	for start := len(y) - 1; start >= 0; start-- {
		diagonal := 0
		for i := 1; i <= len(x); i++ {
			change := diagonal
			if x[len(x)-i] != y[start] {
				change++
			}
			diagonal = column[i]
			column[i] = min(change, column[i]+1, column[i-1]+1)
		}
		if column[len(x)] <= edits {
			starts = append(starts, start)
		}
	}
	slices.Reverse(starts)
	return starts
}
