package layout

import (
	"cmp"
	"slices"

	"recto/internal/doc"
	"recto/internal/page"
)

// Notes at the foot of a column are read after the text of all columns.
const (
	footRatio   = 0.93 // size of notes, as a share of the text's at most
	footRule    = 1.02 // longest rule above notes, as a share of the column's width
	footGap     = 1.4  // distance of baselines above notes without a rule, in leadings of the text
	maxFootPart = 0.5  // of the column's lines
)

// footNotes parts the notes at the foot of a column from its text: smaller lines
// under a short rule, or under white when the first begins with a mark.
func (o *orderer) footNotes(els []element) (text, notes []element) {
	byTop := slices.Clone(els)
	slices.SortStableFunc(byTop, func(a, b element) int { return cmp.Compare(a.base, b.base) })
	d := o.sideOf(els)
	usual := o.usualSize(els)
	k := len(byTop)
	for k > 0 && byTop[k-1].line >= 0 && byTop[k-1].size <= footRatio*usual {
		k--
	}
	// Small lines further up, such as a caption, end where the rule is.
	for ; k > 0 && k < len(byTop); k++ {
		first := byTop[k]
		above := byTop[k-1]
		if above.line < 0 {
			continue // notes under a table or figure are its own
		}
		if o.ruleAboveNotes(above, first, d.x1-d.x0) || k > 0 && above.size > footRatio*usual && o.beginsWithMark(first) && first.base-above.base > footGap*typicalLeading*usual {
			break
		}
	}
	if k == 0 || k == len(byTop) || float64(len(byTop)-k) > maxFootPart*float64(len(byTop)) {
		return els, nil
	}
	return byTop[:k:k], byTop[k:]
}

// ruleAboveNotes reports whether a short rule stands between two lines.
func (o *orderer) ruleAboveNotes(above, first element, width float64) bool {
	return slices.ContainsFunc(o.s.rules, func(r page.Rule) bool {
		return !r.Vertical && r.Box.Y0 > above.box.CenterY() && r.Box.Y1 < first.box.CenterY() &&
			r.Box.W() <= footRule*width && r.Box.X0 < first.box.X0+2*first.size && r.Box.X1 > first.box.X0
	})
}

// beginsWithMark reports whether a line begins with a raised mark or an asterisk.
func (o *orderer) beginsWithMark(e element) bool {
	l := &o.s.lines[e.line]
	p := &o.s.pieces[l.pieces[0]]
	return p.style&doc.Superscript != 0 || len(p.text) > 0 && p.text[0] == '*'
}
