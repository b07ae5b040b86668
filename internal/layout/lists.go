package layout

import (
	"math"
	"slices"
	"strings"
)

// findLists turns blocks that begin with a mark into list entries. Numbers need
// company: a lone "3." may be the end of a sentence.
func findLists(d *document) {
	for _, s := range d.sheets {
		for i := range s.blocks {
			b := &s.blocks[i]
			if b.kind != paragraph {
				continue
			}
			if b.pageFirst {
				b.kind, b.marker = listEntry, marker{kind: bulletMarker} // the page is no mark: it stays in the text
				continue
			}
			if b.marker = s.lines[b.lines[0]].mark; b.marker.kind == noMarker {
				b.marker = readMarker(b.text)
			}
		}
		for i := range s.blocks {
			b := &s.blocks[i]
			if b.kind == paragraph && b.marker.kind != noMarker && s.inSequence(i) {
				b.kind = listEntry
			}
		}
	}
	for k := 1; k < len(d.sheets); k++ {
		joinLists(d.sheets[k-1], d.sheets[k])
	}
}

// joinLists makes entries of a number alone on its page, when it counts on from
// the page before or to the page after: the end of a page can cut a list behind
// its first entry or before its last.
func joinLists(before, after *Sheet) {
	const reach = 2 // blocks: the rest of an entry stands between the two numbers
	for i := len(before.blocks) - 1; i >= max(0, len(before.blocks)-reach); i-- {
		a := &before.blocks[i]
		for j := range min(reach, len(after.blocks)) {
			if b := &after.blocks[j]; followsOn(a, b) {
				a.kind, b.kind = listEntry, listEntry
				return
			}
		}
	}
}

// followsOn reports whether the mark of b counts on from a's, at the same indent.
func followsOn(a, b *block) bool {
	text := func(x *block) bool { return x.kind == paragraph || x.kind == listEntry }
	m, n := a.marker, b.marker
	counts := m.kind != noMarker && m.kind != bulletMarker && m.kind != plainMarker && !m.weak && !n.weak
	return text(a) && text(b) && counts && m.kind == n.kind && m.end == n.end && n.value == m.value+1 && aligned(a, b)
}

// inSequence reports whether the entry at block i is part of a list: a sure
// bullet, or a mark of its family near by.
func (s *Sheet) inSequence(i int) bool {
	m := s.blocks[i].marker
	if m.kind == bulletMarker && !m.weak {
		return true
	}
	if m.kind == plainMarker {
		return s.plainRun(i) >= minPlainRun
	}
	const reach = 8 // blocks: entries have paragraphs and sublists between them
	for j := i - 1; j >= 0 && j >= i-reach; j-- {
		o := s.blocks[j].marker
		if o.kind == m.kind && o.end == m.end && aligned(&s.blocks[i], &s.blocks[j]) && (m.kind == bulletMarker && o.text == m.text || o.value == m.value-1) {
			return true
		}
		if s.blocks[j].kind == heading {
			break
		}
	}
	for j := i + 1; j < len(s.blocks) && j <= i+reach; j++ {
		o := s.blocks[j].marker
		if o.kind == m.kind && o.end == m.end && aligned(&s.blocks[i], &s.blocks[j]) && (m.kind == bulletMarker && o.text == m.text || o.value == m.value+1) {
			return true
		}
		if s.blocks[j].kind == heading {
			break
		}
	}
	return m.kind != bulletMarker && m.value == 1 && !m.weak && m.end == ")"
}

// minPlainRun is how many bare numbers must follow each other to be a list.
const minPlainRun = 3

// plainRun returns how many blocks around block i begin with bare numbers that
// count on.
func (s *Sheet) plainRun(i int) int {
	n := 1
	for j := i + 1; j < len(s.blocks) && s.blocks[j].marker.kind == plainMarker && s.blocks[j].marker.value == s.blocks[j-1].marker.value+1; j++ {
		n++
	}
	for j := i - 1; j >= 0 && s.blocks[j].marker.kind == plainMarker && s.blocks[j].marker.value == s.blocks[j+1].marker.value-1; j-- {
		n++
	}
	return n
}

// aligned reports whether two entries stand at the same indent, or in different
// columns, where indents cannot be compared.
func aligned(a, b *block) bool {
	return a.column != b.column || math.Abs(a.box.X0-b.box.X0) < 0.8*max(a.size, b.size)
}

// listTree is a list being built from entries.
type listTree struct {
	indent  float64
	marker  marker
	entries []treeEntry
}

type treeEntry struct {
	block    int
	children []*listTree
	more     []int // paragraphs that continue the entry
}

// nestEntries builds the lists of a run of entry blocks: deeper indents and other
// marks open a list below the entry before.
func (s *Sheet) nestEntries(blocks []int) []*listTree {
	var roots []*listTree
	var stack []*listTree
	for _, i := range blocks {
		b := &s.blocks[i]
		x := b.box.X0
		if b.kind != listEntry {
			if n := len(stack); n > 0 {
				top := stack[n-1]
				e := &top.entries[len(top.entries)-1]
				e.more = append(e.more, i)
			}
			continue
		}
		slack := 0.6 * b.size
		for len(stack) > 0 {
			top := stack[len(stack)-1]
			newColumn := s.blocks[top.entries[len(top.entries)-1].block].column != b.column
			if sameFamily(top.marker, b.marker) && (math.Abs(top.indent-x) <= slack || newColumn) {
				break
			}
			if x > top.indent+slack && !newColumn {
				break
			}
			// Another mark at the same indent is a list of its own below the
			// entry when an outer list goes on with this mark; else a sibling.
			if math.Abs(top.indent-x) <= slack && !slices.ContainsFunc(stack[:len(stack)-1], func(l *listTree) bool { return sameFamily(l.marker, b.marker) }) && b.marker.value == 1 {
				break
			}
			stack = stack[:len(stack)-1]
		}
		if n := len(stack); n > 0 && sameFamily(stack[n-1].marker, b.marker) && (math.Abs(stack[n-1].indent-x) <= slack || s.blocks[stack[n-1].entries[0].block].column != b.column) {
			stack[n-1].indent = x
			stack[n-1].entries = append(stack[n-1].entries, treeEntry{block: i})
			continue
		}
		l := &listTree{indent: x, marker: b.marker, entries: []treeEntry{{block: i}}}
		if n := len(stack); n > 0 && x > stack[n-1].indent+slack {
			top := stack[n-1]
			e := &top.entries[len(top.entries)-1]
			e.children = append(e.children, l)
		} else {
			roots = append(roots, l)
			stack = stack[:0]
		}
		stack = append(stack, l)
	}
	return roots
}

// isBox reports whether a mark is a box to tick, or the tick in one.
func isBox(mark string) bool {
	return mark != "" && (strings.Contains("☐☑☒□■❑❒✓✔✗✘", mark) || tickForm.MatchString(mark+" "))
}

// sameFamily reports whether two marks belong to one list.
func sameFamily(a, b marker) bool {
	if a.kind == bulletMarker && b.kind == bulletMarker {
		return a.text == b.text || isBox(a.text) && isBox(b.text)
	}
	return a.kind == b.kind && a.end == b.end
}
