package layout

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
)

// Captions and footnotes.
const (
	captionBeside = 3.0  // distance to the figure or table it stands beside, in ems: a gutter
	besideShare   = 0.8  // share of its height that stands beside it
	captionReach  = 3.5  // distance from its figure or table, in lines of the caption
	noteZone      = 0.45 // footnotes stand below so much of the page
	noteSize      = 0.93 // and are set smaller than so much of the body
	maxCaption    = 1200 // characters
)

var captionForm = regexp.MustCompile(`^(?i:(?:supplementary |extended data )?(fig(?:ure|\.)?|table|tab\.|abb(?:ildung|\.)|tabelle|tableau|scheme|chart|plate|exhibit|graph|listing|algorithm|box|figura|tabla|cuadro|tabela))\s*([A-Z]?[0-9]+(?:[.\-–][0-9]+)*[a-z]?|[IVX]+|[A-Z])\s*([.:|)\-–—]|\s|$)`)

// findNotes marks captions and footnotes.
func findNotes(d *document) {
	for _, s := range d.sheets {
		s.findCaptions()
		s.findFootnotes(d.body.size)
	}
}

// findCaptions marks blocks that name a figure or table and ties them to the
// nearest one.
func (s *Sheet) findCaptions() {
	for i := range s.blocks {
		b := &s.blocks[i]
		if b.kind != paragraph || len(b.text) > maxCaption {
			continue
		}
		text := b.text
		if m := readMarker(text); m.kind == bulletMarker {
			text = strings.TrimSpace(text[len(m.text):]) // an ornament
		}
		m := captionForm.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		near := s.nearestGraphic(b)
		// "Table 4 shows that …" is a sentence: a caption has a mark after its
		// number, another look than the text, or its figure beside it.
		marked := m[3] != "" && strings.TrimSpace(m[3]) != ""
		bold := s.pieces[s.lines[b.lines[0]].pieces[0]].style&doc.Bold != 0
		small := b.size < noteSize*s.body
		if !marked && !bold && !small && near < 0 {
			continue
		}
		if !marked && !bold && !startsUpper(strings.TrimSpace(text[len(m[0]):])) {
			continue
		}
		b.kind = caption
		if near >= 0 && s.blocks[near].caption < 0 {
			s.blocks[near].caption = i
		}
	}
}

// nearestGraphic returns the figure or table within reach of a block, above or
// below it or else beside it, -1 for none.
func (s *Sheet) nearestGraphic(b *block) int {
	best, bestD := -1, captionReach*b.size*1.2
	for i := range s.blocks {
		g := &s.blocks[i]
		if g.kind != figureBlock && g.kind != tableBlock || g.box.OverlapX(b.box) < 0.2*min(g.box.W(), b.box.W()) {
			continue
		}
		d := max(b.box.Y0-g.box.Y1, g.box.Y0-b.box.Y1, 0)
		if d < bestD {
			best, bestD = i, d
		}
	}
	if best >= 0 {
		return best
	}
	bestD = captionBeside * b.size
	for i := range s.blocks {
		g := &s.blocks[i]
		if g.kind != figureBlock && g.kind != tableBlock || g.box.OverlapY(b.box) < besideShare*b.box.H() || g.box.H() < b.box.H() {
			continue
		}
		if d := gapX(g.box, b.box); d >= 0 && d < bestD {
			best, bestD = i, d
		}
	}
	return best
}

var noteMark = regexp.MustCompile(`^(\d{1,3}|[*†‡§¶#]{1,3}|[a-z])(?:[\s.):]|\pL)`)

// noteMarkOf returns the mark a note begins with, "" for none.
func noteMarkOf(t doc.Text) string {
	if len(t) > 0 && t[0].Style&doc.Superscript != 0 {
		return strings.TrimSpace(t[0].Text)
	}
	if m := noteMark.FindStringSubmatch(t.Plain()); m != nil {
		return m[1]
	}
	return ""
}

// findFootnotes marks small text at the foot of a column that begins with a note
// mark that is raised, or stands under a short rule or under other notes. That the
// mark stands raised in the text above binds it; alone it would make notes of
// numbered references.
func (s *Sheet) findFootnotes(body float64) {
	inNotes := map[int]bool{} // columns whose notes have begun
	for i := range s.blocks {
		b := &s.blocks[i]
		if b.kind != paragraph || len(b.lines) == 0 {
			continue
		}
		if b.box.Y0 < noteZone*s.in.Height || b.size > noteSize*body {
			continue
		}
		first := &s.pieces[s.lines[b.lines[0]].pieces[0]]
		raised := first.style&doc.Superscript != 0
		mark := ""
		if raised {
			mark = first.text
		} else if m := noteMark.FindStringSubmatch(b.text); m != nil && !strings.HasPrefix(b.text, "a ") {
			mark = m[1]
		}
		if mark == "" {
			continue
		}
		if raised || s.shortRuleAbove(b.box) || inNotes[b.column] {
			b.kind, b.note = footnote, mark
			inNotes[b.column] = true
		}
	}
}

// Footnote rules are short, and near the note.
const (
	maxNoteRule  = 0.55 // of the page width
	noteRuleNear = 16.0 // points above the note
)

// shortRuleAbove reports whether a separator rule stands just above the box.
func (s *Sheet) shortRuleAbove(b geom.Rect) bool {
	return slices.ContainsFunc(s.rules, func(r page.Rule) bool {
		return !r.Vertical && r.Box.W() < maxNoteRule*s.in.Width && r.Box.W() > 20 &&
			r.Box.Y1 <= b.Y0+4 && b.Y0-r.Box.Y1 < noteRuleNear && math.Abs(r.Box.X0-b.X0) < 40
	})
}
