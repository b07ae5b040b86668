package score

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestRatio(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want string
	}{
		{"", "", "1.000"},
		{"abc", "", "0.000"},
		{"abc", "abc", "1.000"},
		{"abc", "xyz", "0.000"},
		{"abcd", "acbd", "0.750"},                       // abd or acd of 4 and 4
		{"größe", "grosse", "0.545"},                    // gre of 5 and 6 runes
		{strings.Repeat("ab", 100), "ab", "0.020"},      // over more than one machine word
		{"x" + strings.Repeat("ab", 100), "b", "0.010"}, // 2 of 202
	} {
		if got := Ratio(c.a, c.b).String(); got != c.want {
			t.Errorf("Ratio(%q, %q) = %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// TestBitParallel compares the fast algorithms with the plain ones they stand
// for, around the ends of machine words.
func TestBitParallel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		abc := alphabet{}
		a, b := randomText(random, 200), randomText(random, 200)
		x, y := abc.codes(a), abc.codes(b)
		if len(x) == 0 {
			continue
		}
		common, edits := plainDistances(x, y)
		m := newMasks(x, len(abc))
		if got := commonLength(x, y, len(abc)); got != common {
			t.Errorf("commonLength(%q, %q) = %d, want %d", a, b, got, common)
		}
		if got := m.edits(y); got != edits {
			t.Errorf("edits(%q, %q) = %d, want %d", a, b, got, edits)
		}
	}
}

func randomText(random *rand.Rand, maxLength int) string {
	text := make([]byte, random.IntN(maxLength))
	for i := range text {
		text[i] = "abcd "[random.IntN(5)]
	}
	return string(text)
}

// plainDistances returns the length of the longest common subsequence and the
// Levenshtein distance by the textbook.
func plainDistances(x, y []int) (common, edits int) {
	lcs, lev := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range lev {
		lev[j] = j
	}
	for i := range x {
		lcsBefore, levBefore := lcs[0], lev[0]
		lev[0] = i + 1
		for j := range y {
			same := 0
			if x[i] == y[j] {
				same = 1
			}
			nextLCS, nextLev := lcs[j+1], lev[j+1]
			lcs[j+1] = max(lcs[j+1], lcs[j], lcsBefore+same)
			lev[j+1] = min(lev[j+1]+1, lev[j]+1, levBefore+1-same)
			lcsBefore, levBefore = nextLCS, nextLev
		}
	}
	return lcs[len(y)], lev[len(y)]
}

func TestPartialRatio(t *testing.T) {
	for _, c := range []struct {
		needle, text string
		want         string
	}{
		{"abc", "xxabcxx", "1.000"},
		{"xxabcxx", "abc", "1.000"},   // the shorter one is the needle
		{"abcd", "xxabxdxx", "0.750"}, // abxd
		{"abcd", "bcdxxxxx", "0.857"}, // bcd at the edge: 2·3 of 4+3
		{"abc", "", "0.000"},
		{"", "", "1.000"},
	} {
		if got := partialRatio(c.needle, c.text).String(); got != c.want {
			t.Errorf("partialRatio(%q, %q) = %s, want %s", c.needle, c.text, got, c.want)
		}
	}
}

func TestNearStarts(t *testing.T) {
	for _, c := range []struct {
		needle, text string
		edits        int
		want         []int
	}{
		{"abc", "abc éabc", 0, []int{0, 5}},
		{"abc", "xabd", 0, nil},
		{"abc", "xxabd", 1, []int{2}}, // abd, or ab alone
		{"abc", "abxc", 1, []int{0}},
	} {
		if got := nearStarts(c.needle, c.text, c.edits); !slices.Equal(got, c.want) {
			t.Errorf("nearStarts(%q, %q, %d) = %v, want %v", c.needle, c.text, c.edits, got, c.want)
		}
	}
}

func BenchmarkRatio(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	x, y := randomText(random, 100000), randomText(random, 100000)
	for b.Loop() {
		Ratio(x, y)
	}
}
