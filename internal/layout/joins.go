package layout

import (
	"slices"
	"strings"

	"recto/internal/doc"
)

// captionText returns a block's text without the square or bullet that some
// publishers set before a caption.
func captionText(t string) string { return strings.TrimLeft(t, " •■▪◼◾▮●►▶▲") }

// maxBetween is how many figures, tables and captions may part a paragraph.
const maxBetween = 5

// standsBetween reports whether a block may stand between the parts of a
// paragraph: a figure, a table, or the caption of one next to it.
func (s *Sheet) standsBetween(j int) bool {
	graphic := func(k int) bool {
		return k >= 0 && k < len(s.blocks) && (s.blocks[k].kind == figureBlock || s.blocks[k].kind == tableBlock)
	}
	return graphic(j) || (graphic(j-1) || graphic(j+1)) && captionForm.MatchString(captionText(s.blocks[j].text))
}

// joinOverColumns joins a paragraph that breaks off at the foot of a column with
// the one at the head of the next.
func (s *Sheet) joinOverColumns() {
	grown, reached := -1, 0 // the block that was joined last and the column it has reached
	for i := 0; i+1 < len(s.blocks); i++ {
		a := &s.blocks[i]
		from := a.column
		if grown == i {
			from = reached
		}
		if a.kind != paragraph || len(a.lines) == 0 || a.index {
			continue
		}
		j := i + 1
		for j < len(s.blocks) && s.standsBetween(j) && j < i+maxBetween {
			j++
		}
		if j >= len(s.blocks) {
			return
		}
		b := &s.blocks[j]
		if b.kind != paragraph || len(b.lines) == 0 || from == b.column || !sameSize(a.size, b.size) || a.style&doc.Bold != b.style&doc.Bold {
			continue
		}
		last := s.lines[a.lines[len(a.lines)-1]].text
		goesOn := !endsSentence(last) && (startsLower(b.text) || strings.HasSuffix(last, "-") || strings.HasSuffix(last, ","))
		if !goesOn || len(last) < 12 && len(a.lines) < 2 {
			continue
		}
		a.lines = append(slices.Clone(a.lines), b.lines...)
		a.boxes = append(a.boxes, b.boxes...)
		a.text += " " + b.text
		a.after = b.after
		grown, reached = i, b.column
		s.blocks = slices.Delete(s.blocks, j, j+1)
		i--
	}
}
