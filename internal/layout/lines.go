package layout

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/text"
)

// line is text on one baseline without gaps as wide as a gutter.
type line struct {
	pieces []int // indices in Sheet.pieces, in reading order
	box    geom.Rect
	base   float64 // baseline of its main text
	size   float64 // size of its main text
	style  doc.Style
	color  page.Color
	font   *page.Font
	angle  float64
	text   string
	glyphs int // characters without spaces
	rtl    bool
	capped bool   // begins with a drop capital: the lines below it are pushed in
	mark   marker // bullet that only its repetition or drawing shows
	wide   bool   // joined over a gap as wide as a gutter
	label  bool   // of a chart or photograph, recognized from it

	formula *formulaTree // a displayed formula with all its parts
}

// Geometry of lines, in ems.
const (
	sameBaseline  = 0.22 // baselines of one line differ by less; scans jitter by 0.1
	scriptShift   = 0.06 // a raised or lowered piece is off the baseline by more
	scriptSize    = 0.88 // and smaller than so much of its neighbour
	capitalSize   = 2.2  // larger text beside small text is no part of its line
	minScriptSize = 0.4  // but not smaller than that: text beside a drop capital is
	scriptGap     = 0.30 // and as near as this

	maxScriptWidth = 6.0  // and no longer: exponents and marks are short
	gutterGap      = 1.05 // gap that ends a line when nothing says it goes on
	gutterGapSame  = 2.2  // the same inside one drawing operation with a drawn space
)

// Prepare reduces a page to lines. The page's glyphs are not needed afterwards.
func Prepare(p *page.Page, o Options) *Sheet {
	s := &Sheet{in: p, opts: o, turn: geom.Identity}
	if p.Err != nil {
		return s
	}
	if p.Frame != nil {
		s.turn = p.Frame.Turn
	} else {
		p, s.turn = upright(p)
	}
	s.in = p
	s.pieces = cutPieces(p, o)
	s.fate = make([]fate, len(s.pieces))
	s.dropUnseen()
	s.dropOverprints()
	s.judgeText()
	s.rules = mergeRules(p.Rules)
	s.buildLines()
	s.markWords()
	shrunk := *p
	shrunk.Runs = nil
	s.in = &shrunk
	return s
}

// dropUnseen drops text that no reader of the page sees.
func (s *Sheet) dropUnseen() {
	sheet := geom.Rect{X1: s.in.Width, Y1: s.in.Height}
	for i := range s.pieces {
		p := &s.pieces[i]
		center := geom.Point{X: p.box.CenterX(), Y: p.box.CenterY()}
		switch {
		case p.text == "":
			s.drop(i, "no text")
		case !sheet.Contains(center):
			s.drop(i, "outside the page")
		case s.in.Runs[p.run].Mode == page.Invisible && !s.opts.KeepHidden && !s.scanned():
			s.drop(i, "hidden")
		case s.opts.IgnoreDiagonal && isDiagonal(p.angle):
			s.drop(i, "diagonal")
		}
	}
}

// scannedShare is the part of the page a picture covers when invisible text
// over it is its transcript.
const scannedShare = 0.5

// scanned reports whether invisible text is the only text there is: the layer
// of an earlier recognition over a picture of the page.
func (s *Sheet) scanned() bool {
	if s.opts.IgnoreTextInImage {
		return false
	}
	covered := 0.0
	for i := range s.in.Images {
		covered += s.in.Images[i].Box.Area()
	}
	return covered > scannedShare*s.in.Width*s.in.Height
}

// spot is a piece in the frame of its own writing direction.
type spot struct {
	i           int
	x0, x1      float64 // along the line
	base        float64 // across it
	top, bottom float64
	size        float64
}

// buildLines groups pieces into lines, one writing direction at a time.
func (s *Sheet) buildLines() {
	byAngle := map[float64][]spot{}
	var angles []float64
	for i := range s.pieces {
		if s.fate[i].reason != "" {
			continue
		}
		p := &s.pieces[i]
		a := math.Round(p.angle)
		if _, ok := byAngle[a]; !ok {
			angles = append(angles, a)
		}
		at := p.angle
		if first := byAngle[a]; len(first) > 0 {
			at = s.pieces[first[0].i].angle // one frame for all
		}
		byAngle[a] = append(byAngle[a], newSpot(i, p, at))
	}
	slices.Sort(angles)
	for _, a := range angles {
		s.linesOf(byAngle[a], a)
	}
}

// newSpot projects a piece on its writing direction.
func newSpot(i int, p *piece, angle float64) spot {
	if angle == 0 {
		return spot{i: i, x0: p.box.X0, x1: p.box.X1, base: p.base, top: p.box.Y0, bottom: p.box.Y1, size: p.size}
	}
	sin, cos := math.Sincos(-angle * math.Pi / 180)
	start := geom.Matrix{A: cos, B: sin, C: -sin, D: cos}.Apply(geom.Point{X: p.left, Y: p.base})
	return spot{i: i, x0: start.X, x1: start.X + p.length, base: start.Y, top: start.Y - plainAscent*p.size, bottom: start.Y + plainDescent*p.size, size: p.size}
}

// How far turned text reaches above and below its baseline, in ems.
const (
	plainAscent  = 0.75
	plainDescent = 0.25
)

// row is a set of spots on one baseline over the whole page.
type row struct {
	base, size float64
	spots      []spot
}

func (s *Sheet) linesOf(spots []spot, angle float64) {
	slices.SortStableFunc(spots, func(a, b spot) int {
		return cmp.Or(cmp.Compare(a.base, b.base), cmp.Compare(a.x0, b.x0))
	})
	var rows []row
	open := 0 // rows before it are too far up for any later spot
	for _, sp := range spots {
		best, bestD := -1, math.MaxFloat64
		for k := open; k < len(rows); k++ {
			r := &rows[k]
			d := math.Abs(sp.base - r.base)
			if sp.base-r.base > 40 && k == open {
				open++
			}
			if d <= sameBaseline*min(sp.size, r.size) && d < bestD && fitsSize(sp.size, r.size, d) {
				best, bestD = k, d
			}
		}
		if best < 0 {
			rows = append(rows, row{base: sp.base, size: sp.size})
			best = len(rows) - 1
		}
		rows[best].spots = append(rows[best].spots, sp)
	}
	var segments [][]spot
	for _, r := range rows {
		segments = append(segments, s.split(r.spots, angle)...)
	}
	if angle == 0 {
		segments = s.stackFractions(segments)
	}
	segments, group := explode(segments)
	segments = s.attachScripts(segments, group)
	for _, seg := range segments {
		s.lines = append(s.lines, s.newLine(seg, angle))
	}
}

// fitsSize reports whether a piece of one size may stand in a row of another at
// a distance d of baselines. Small pieces off the baseline are scripts.
func fitsSize(a, b, d float64) bool {
	small, large := min(a, b), max(a, b)
	if large > capitalSize*small {
		return false // a drop capital stands on the baseline of its last line
	}
	return small > scriptSize*large || d < scriptShift*large
}

// split cuts a row where a gap is as wide as a gutter or a rule stands between.
func (s *Sheet) split(spots []spot, angle float64) [][]spot {
	slices.SortStableFunc(spots, func(a, b spot) int { return cmp.Compare(a.x0, b.x0) })
	var out [][]spot
	start, right := 0, spots[0].x1
	for k := 1; k < len(spots); k++ {
		prev, cur := &spots[k-1], &spots[k]
		gap := cur.x0 - right
		limit := gutterGap * max(min(prev.size, cur.size), 0.6*max(prev.size, cur.size))
		if s.pieces[prev.i].run == s.pieces[cur.i].run && s.pieces[cur.i].space {
			limit *= gutterGapSame / gutterGap
		}
		if isTickBox(s.pieces[prev.i].text) {
			limit = max(limit, textAfter*cur.size)
		}
		if gap > limit || gap > 0 && angle == 0 && s.ruleBetween(right, cur.x0, cur.base-0.5*cur.size) {
			out = append(out, spots[start:k:k])
			start = k
			right = cur.x1
			continue
		}
		right = max(right, cur.x1)
	}
	return append(out, spots[start:])
}

// ruleBetween reports whether a vertical rule stands between x0 and x1 at y.
func (s *Sheet) ruleBetween(x0, x1, y float64) bool {
	for i := range s.rules {
		r := &s.rules[i]
		if r.Vertical && r.Box.Y0 <= y && r.Box.Y1 >= y && r.Box.X0 >= x0-0.5 && r.Box.X1 <= x1+0.5 {
			return true
		}
	}
	return false
}

// attachScripts puts small raised or lowered segments into the line they belong
// to, marked as superscript or subscript.
func (s *Sheet) attachScripts(segments [][]spot, group []int) [][]spot {
	type bounds struct{ x0, x1, top, bottom, base, size float64 }
	box := make([]bounds, len(segments))
	for k, seg := range segments {
		b := bounds{x0: seg[0].x0, x1: seg[0].x1, top: seg[0].top, bottom: seg[0].bottom, base: seg[0].base, size: seg[0].size}
		for _, sp := range seg[1:] {
			b.x1 = max(b.x1, sp.x1)
			b.top, b.bottom = min(b.top, sp.top), max(b.bottom, sp.bottom)
			if sp.size > b.size {
				b.size, b.base = sp.size, sp.base
			}
		}
		box[k] = b
	}
	order := make([]int, len(segments)) // by baseline, to look at neighbours only
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(box[a].base, box[b].base) })
	gone := make([]bool, len(segments))
	for at, k := range order {
		small := box[k]
		host, hostDist := -1, math.MaxFloat64
		try := func(h int) {
			b := &box[h]
			if gone[h] || small.size > scriptSize*b.size || small.size < minScriptSize*b.size || small.x1-small.x0 > maxScriptWidth*b.size {
				return
			}
			shift := b.base - small.base // positive when raised
			if shift > 0.75*b.size || shift < -0.45*b.size || math.Abs(shift) < scriptShift*b.size {
				return
			}
			if d := s.scriptDistance(segments[h], small.x0, small.x1); d <= scriptGap*b.size && d < hostDist {
				host, hostDist = h, d
			}
		}
		for j := at + 1; j < len(order) && box[order[j]].base-small.base < 30; j++ {
			try(order[j])
		}
		for j := at - 1; j >= 0 && small.base-box[order[j]].base < 20; j-- {
			try(order[j])
		}
		if host < 0 {
			continue
		}
		style := doc.Superscript
		if box[host].base < small.base {
			style = doc.Subscript
		}
		if !kerned(segments[host], small.x0, small.x1) {
			for _, sp := range segments[k] {
				s.pieces[sp.i].style |= style
			}
		}
		merged := append(append([]spot{}, segments[host]...), segments[k]...)
		slices.SortStableFunc(merged, func(a, b spot) int { return cmp.Compare(a.x0+a.x1, b.x0+b.x1) })
		segments[host] = merged
		box[host].x0, box[host].x1 = min(box[host].x0, small.x0), max(box[host].x1, small.x1)
		gone[k] = true
	}
	// What found no host goes back to its segment.
	var out [][]spot
	for k := 0; k < len(segments); k++ {
		if gone[k] {
			continue
		}
		seg := segments[k]
		for k+1 < len(segments) && group[k+1] == group[k] && !gone[k+1] {
			k++
			seg = append(slices.Clone(seg), segments[k]...)
		}
		out = append(out, seg)
	}
	return s.joinAcrossScripts(out)
}

// explode takes short segments in small type apart: each of their words may be
// raised beside a word of its own. group says which segment each came from.
func explode(segments [][]spot) (out [][]spot, group []int) {
	largest := 0.0
	for _, seg := range segments {
		largest = max(largest, seg[0].size)
	}
	for g, seg := range segments {
		if len(seg) > 4 || len(seg) == 1 || seg[0].size > 0.75*largest {
			out, group = append(out, seg), append(group, g)
			continue
		}
		for k := range seg {
			out, group = append(out, seg[k:k+1:k+1]), append(group, g)
		}
	}
	return out, group
}

// kerned reports whether a small segment is pushed into its neighbours, as in the
// logo of TeX: then it is a letter of the word and no script.
func kerned(seg []spot, x0, x1 float64) bool {
	for _, sp := range seg {
		if min(x1, sp.x1)-max(x0, sp.x0) > 0.15*sp.size {
			return true
		}
	}
	return false
}

// scriptDistance returns the gap between the span x0..x1 and the nearest spot it
// does not cover; a script stands beside a word, not over it.
func (s *Sheet) scriptDistance(seg []spot, x0, x1 float64) float64 {
	best := math.MaxFloat64
	for _, sp := range seg {
		overlap := min(x1, sp.x1) - max(x0, sp.x0)
		short := utf8.RuneCountInString(s.pieces[sp.i].text) <= 2 // mathematics: boxes may be wide
		if overlap > 0.85*(x1-x0) && overlap > 0.15*sp.size && !short {
			return math.MaxFloat64
		}
		best = min(best, math.Abs(x0-sp.x1), math.Abs(sp.x0-x1))
	}
	return best
}

// joinAcrossScripts joins segments of one baseline whose gap a script has filled.
func (s *Sheet) joinAcrossScripts(segments [][]spot) [][]spot {
	slices.SortStableFunc(segments, func(a, b []spot) int {
		return cmp.Compare(mainBase(a), mainBase(b))
	})
	for k := 0; k < len(segments); k++ {
		for j := k + 1; j < len(segments) && j < k+8; j++ {
			a, b := segments[k], segments[j]
			if math.Abs(mainBase(a)-mainBase(b)) > 0.1*a[0].size {
				break
			}
			if a[0].x0 > b[0].x0 {
				a, b = b, a
			}
			end := &a[len(a)-1]
			scripted := s.pieces[end.i].style&(doc.Superscript|doc.Subscript) != 0 || s.pieces[b[0].i].style&(doc.Superscript|doc.Subscript) != 0
			if gap := b[0].x0 - end.x1; scripted && gap > -0.3*end.size && gap < 0.6*max(end.size, b[0].size) {
				segments[k] = append(append([]spot{}, a...), b...)
				segments = slices.Delete(segments, j, j+1)
				j--
			}
		}
	}
	return segments
}

// mainBase returns the baseline of the largest text of a segment.
func mainBase(seg []spot) float64 {
	best := seg[0]
	for _, sp := range seg[1:] {
		if sp.size > best.size {
			best = sp
		}
	}
	return best.base
}

// newLine makes a line of a segment: reading order, word spaces, main style.
func (s *Sheet) newLine(seg []spot, angle float64) line {
	l := line{angle: angle}
	rtl, ltr := 0, 0
	mixed := slices.ContainsFunc(seg, func(sp spot) bool { return s.pieces[sp.i].rtl })
	for k := 0; mixed && k < len(seg); k++ {
		if p := &s.pieces[seg[k].i]; p.rtl {
			rtl += max(rightWeight*rightLetters(p.text), 1)
		} else {
			ltr += leftLetters(p.text)
		}
	}
	l.rtl = rtl > ltr
	s.setSpaces(seg)
	s.writeFractions(seg)
	for _, sp := range seg {
		l.pieces = append(l.pieces, sp.i)
	}
	if mixed {
		s.orderRTL(&l)
		s.mirrorBrackets(&l)
	}
	s.measure(&l)
	return l
}

// setSpaces decides before which pieces of a segment a word space stands.
func (s *Sheet) setSpaces(seg []spot) {
	for k := range seg {
		p := &s.pieces[seg[k].i]
		if k == 0 {
			p.space = false
			continue
		}
		q := &s.pieces[seg[k-1].i]
		if p.stacked && q.stacked { // judged before it was moved here
			continue
		}
		gap := seg[k].x0 - seg[k-1].x1
		em := min(p.size, q.size)
		limit := minWordGap * em
		script := (p.style ^ q.style) & (doc.Superscript | doc.Subscript)
		if script != 0 {
			limit = 0.25 * em
		}
		if p.run == q.run {
			// The run was cut here, so it is a word gap, unless the script changes.
			p.space = gap > -0.5*em && !betweenIdeographs(q.text, p.text)
			continue
		}
		drawn := p.space && gap > -0.15*em
		p.space = (drawn || gap > limit) && !betweenIdeographs(q.text, p.text)
	}
	for k := 1; k < len(seg); k++ {
		p, q := &s.pieces[seg[k].i], &s.pieces[seg[k-1].i]
		if numberForm.MatchString(q.text) && startsWithWord(p.text) && (k == 1 || s.pieces[seg[k-1].i].space) && p.run != q.run {
			p.space = true // "1." and its heading, however close they are set
		}
	}
	s.closeSpread(seg)
}

// apartWords is the gap between two words, in ems, that is a space whatever was
// decided before: a word that began a line or a cell has lost its space, and may
// have come back into the middle of one.
const apartWords = 0.2

// parted reports whether a word space stands between two pieces that follow each
// other. Single letters are left as they were judged: they may be set wide.
func (s *Sheet) parted(before, i int) bool {
	q, p := &s.pieces[before], &s.pieces[i]
	if p.space {
		return true
	}
	if p.rtl || q.rtl || p.angle != 0 || q.angle != 0 || (p.style|q.style)&(doc.Superscript|doc.Subscript) != 0 || p.stacked || q.stacked ||
		len(p.text) < 2 || len(q.text) < 2 || betweenIdeographs(q.text, p.text) {
		return false
	}
	em := min(p.size, q.size)
	return math.Abs(p.base-q.base) < scriptShift*em && p.box.X0-q.box.X1 > apartWords*em
}

// numberForm is the number of a heading or an entry.
var numberForm = regexp.MustCompile(`^\d{1,2}(\.\d{1,2})*[.)]$`)

// betweenIdeographs reports whether both sides of a gap are of a script that
// sets no spaces.
func betweenIdeographs(a, b string) bool {
	x, y := []rune(a), []rune(b)
	return len(x) > 0 && len(y) > 0 && text.IsIdeograph(x[len(x)-1]) && text.IsIdeograph(y[0])
}

// measure fills in what follows from a line's pieces.
func (s *Sheet) measure(l *line) {
	type key struct {
		size  float64
		style doc.Style
	}
	var (
		b      strings.Builder
		weight = map[key]int{}
		most   = -1
	)
	l.box, l.glyphs = geom.Rect{}, 0
	caps := s.findSmallCaps(l.pieces)
	for k, i := range l.pieces {
		p := &s.pieces[i]
		l.box = l.box.Union(p.box)
		if k > 0 && s.parted(l.pieces[k-1], i) {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
		n := len([]rune(p.text))
		l.glyphs += n
		style := p.style &^ (doc.Superscript | doc.Subscript)
		size := caps.size(p)
		kk := key{math.Round(size*4) / 4, style}
		if p.style&(doc.Superscript|doc.Subscript) != 0 || p.stacked {
			n = 0
		}
		weight[kk] += n
		if weight[kk] > most {
			most = weight[kk]
			l.size, l.style, l.base, l.color, l.font = size, style, p.base, p.color, p.font
		}
	}
	l.text = b.String()
}

// orderRTL puts the pieces of a line with right-to-left text into reading order:
// the line runs from right to left, stretches of left-to-right words and numbers
// inside it keep theirs. It is the reordering of the Unicode bidirectional
// algorithm (UAX 9, rule L2) with the levels guessed from the pieces' scripts.
func (s *Sheet) orderRTL(l *line) {
	level := make([]int, len(l.pieces))
	base := 0
	if l.rtl {
		base = 1
	}
	for k, i := range l.pieces {
		p := &s.pieces[i]
		switch {
		case p.rtl:
			level[k] = 1
		case hasWordRune(p.text):
			level[k] = 2 * base
		default:
			level[k] = base
		}
	}
	s.joinLatin(l, level)
	highest := slices.Max(level)
	for lv := highest; lv >= 1; lv-- {
		for k := 0; k < len(level); {
			if level[k] < lv {
				k++
				continue
			}
			j := k
			for j < len(level) && level[j] >= lv {
				j++
			}
			spaces := make([]bool, 0, j-k)
			for m := k + 1; m < j; m++ {
				spaces = append(spaces, s.pieces[l.pieces[m]].space)
			}
			slices.Reverse(l.pieces[k:j])
			slices.Reverse(level[k:j])
			lead := s.pieces[l.pieces[j-1]].space
			slices.Reverse(spaces)
			for m := k + 1; m < j; m++ {
				s.pieces[l.pieces[m]].space = spaces[m-k-1]
			}
			s.pieces[l.pieces[k]].space = lead
			k = j
		}
	}
	s.pieces[l.pieces[0]].space = false
}
