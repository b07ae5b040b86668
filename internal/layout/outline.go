package layout

import (
	"math"
	"strings"

	"recto/internal/doc"
)

// Bookmarks name headings with their pages and depths. They are believed when
// most of them are found on the pages they lead to: many outlines are left over
// from other documents, name files, or count pages.

// When an outline is believed.
const (
	minBookmarks  = 3   // that lead to pages being read
	foundShare    = 0.6 // of them whose title stands on its page
	maxNumberKey  = 12  // letters and digits of "Chapter 12", which may be missing on one side
	minTitleKey   = 4   // letters of a title that is found without its number
	sizesDisagree = 1.05
)

// matchOutline notes for the blocks that bookmarks name how deep they lie.
func matchOutline(d *document) {
	byPage := map[int]*Sheet{}
	for _, s := range d.sheets {
		byPage[s.in.Number] = s
	}
	type match struct {
		b     *block
		depth int
	}
	var found []match
	taken := map[*block]bool{}
	leading := 0
	for k := range d.opts.Outline {
		m := &d.opts.Outline[k]
		s := byPage[m.Page]
		if s == nil || !hasLetters(m.Title) {
			continue
		}
		leading++
		if b := s.bookmarked(m, taken); b != nil {
			taken[b] = true
			found = append(found, match{b, m.Level})
		}
	}
	if leading < minBookmarks || float64(len(found)) < foundShare*float64(leading) {
		return
	}
	for _, f := range found {
		f.b.bookmark = f.depth
	}
}

// isNamed reports whether the structure tree or a bookmark calls a block a heading.
func (b *block) isNamed() bool { return b.told || b.bookmark > 0 }

// bookmarked returns the block on its page that a bookmark names, the nearest to
// the place it leads to, or the largest; nil for none.
func (s *Sheet) bookmarked(m *doc.Bookmark, taken map[*block]bool) *block {
	key := letterKey(m.Title)
	var best *block
	better := func(a, b *block) bool {
		if da, db := math.Abs(a.box.Y0-m.Y), math.Abs(b.box.Y0-m.Y); m.Y >= 0 && da != db {
			return da < db
		}
		return a.size > b.size
	}
	for i := range s.blocks {
		b := &s.blocks[i]
		if b.kind != paragraph || len(b.lines) == 0 || len(b.lines) > maxHeadingLines || taken[b] || s.leadsToPage(b) {
			continue
		}
		if sameTitle(letterKey(b.text), key) && (best == nil || better(b, best)) {
			best = b
		}
	}
	return best
}

// sameTitle reports whether two titles, reduced to letters and digits, are the
// same but for a number before one of them.
func sameTitle(a, b string) bool {
	if a == b {
		return true
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	number, ok := strings.CutSuffix(a, b)
	return ok && len(b) >= minTitleKey && len(number) <= maxNumberKey && strings.ContainsAny(number, "0123456789")
}

// followOutline gives headings that bookmarks name the levels of the outline,
// counted from the level the highest of them have by their looks, and brings the
// others into line: the same look has the same level, deeper ones stay below.
// A flat outline says nothing about levels.
func followOutline(found []headingAt, title int) {
	top, depths := 0, map[int][]headingAt{}
	for k, h := range found {
		if n := h.s.blocks[h.i].bookmark; n > 0 && k != title {
			depths[n] = append(depths[n], h)
			if top == 0 || n < top {
				top = n
			}
		}
	}
	if len(depths) < 2 || !sizesFollow(depths) {
		return
	}
	levels := map[int]int{}
	for _, h := range depths[top] {
		levels[h.s.blocks[h.i].level]++
	}
	first := mostOf(levels)
	byLook, byLevel := map[look]map[int]int{}, map[int]map[int]int{}
	for k, h := range found {
		b := &h.s.blocks[h.i]
		if b.bookmark == 0 || b.treeLevel > 0 || k == title {
			continue
		}
		was := b.level
		b.level = min(first+b.bookmark-top, 6)
		count(byLook, h.look, b.level)
		count(byLevel, was, b.level)
	}
	for k, h := range found {
		b := &h.s.blocks[h.i]
		if b.bookmark > 0 || b.treeLevel > 0 || k == title {
			continue
		}
		if byLook[h.look] != nil {
			b.level = mostOf(byLook[h.look])
			continue
		}
		for was := b.level; was > 0; was-- {
			if byLevel[was] != nil {
				b.level = min(mostOf(byLevel[was])+b.level-was, 6)
				break
			}
		}
	}
}

// sizesFollow reports whether headings that lie deeper are on average no larger.
func sizesFollow(depths map[int][]headingAt) bool {
	smallest := math.Inf(1)
	for n := 1; n <= maxOutlineDepth; n++ {
		sum := 0.0
		for _, h := range depths[n] {
			sum += h.s.blocks[h.i].size
		}
		if len(depths[n]) == 0 {
			continue
		}
		mean := sum / float64(len(depths[n]))
		if mean > sizesDisagree*smallest {
			return false
		}
		smallest = min(smallest, mean)
	}
	return true
}

// maxOutlineDepth is how deep bookmarks may lie; readers keep to it.
const maxOutlineDepth = 16

func count[K comparable](in map[K]map[int]int, k K, n int) {
	if in[k] == nil {
		in[k] = map[int]int{}
	}
	in[k][n]++
}

// mostOf returns the number that was counted most, the smaller of two.
func mostOf(counts map[int]int) int {
	best := 0
	for n := 1; n <= 6; n++ {
		if counts[n] > counts[best] {
			best = n
		}
	}
	return best
}
