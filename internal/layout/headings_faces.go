package layout

import (
	"strings"

	"recto/internal/doc"
)

// A face that only ever stands alone above text heads it, be it as large and as
// heavy as the text: headings in italics, in another family, in a bold face whose
// font does not say so.
const (
	minFaceHeads = 3   // texts in the face that could be headings
	faceShare    = 0.8 // of all texts in the face
	maxFaceWords = 12
	minFaceSize  = 0.9 // of the body's
)

// findFaces returns the blocks that are headings by their face and place, though
// nothing in their own look says so.
func findFaces(d *document, found []headingAt) map[*Sheet]map[int]bool {
	isFound := indexHeadings(found)
	heads, all := map[headStyle]int{}, map[headStyle]int{}
	lone := map[*Sheet]map[int]bool{}
	for _, s := range d.sheets {
		if s.tagged {
			continue
		}
		lone[s] = map[int]bool{}
		for i := range s.blocks {
			b := &s.blocks[i]
			if len(b.lines) == 0 || b.kind == code || !differentFont(s, b, d.body.font) {
				continue
			}
			k := s.headStyleOf(b)
			all[k]++
			if isFound[s][i] || s.standsAsHead(d, i) {
				heads[k]++
				lone[s][i] = !isFound[s][i]
			}
		}
	}
	for s, blocks := range lone {
		for i := range blocks {
			k := s.headStyleOf(&s.blocks[i])
			if !blocks[i] || heads[k] < minFaceHeads || float64(heads[k]) < faceShare*float64(all[k]) {
				delete(blocks, i)
			}
		}
	}
	return lone
}

// standsAsHead reports whether a block is a short line set apart above text in
// the body's face, and no sentence.
func (s *Sheet) standsAsHead(d *document, i int) bool {
	b := &s.blocks[i]
	t := strings.TrimSpace(b.text)
	if b.kind != paragraph || len(b.lines) > 2 || len(strings.Fields(t)) > maxFaceWords || !hasLetters(t) || isMath(s, b) || b.style&doc.Monospace != 0 {
		return false
	}
	if b.size < minFaceSize*d.body.size || endsSentence(t) || strings.HasSuffix(t, ":") || strings.HasSuffix(t, ",") || strings.HasSuffix(t, ";") {
		return false
	}
	if startsLower(t) || s.isByline(b) || emailForm.MatchString(t) || strings.Contains(t, "://") || s.leadsToPage(b) || s.headsAddress(i) {
		return false
	}
	for _, li := range b.lines {
		if l := &s.lines[li]; l.wide || l.angle != 0 || l.font != s.lines[b.lines[0]].font {
			return false
		}
	}
	if m := s.markOf(&s.lines[b.lines[0]]); m.kind == bulletMarker {
		return false
	}
	if i+1 >= len(s.blocks) || !s.standsApart(b) {
		return false
	}
	n := &s.blocks[i+1]
	return n.kind == paragraph && n.column == b.column && len(n.lines) > 0 && len(n.text) > len(t) && !differentFont(s, n, d.body.font)
}
