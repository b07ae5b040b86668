package layout

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"recto/internal/geom"
)

// Page furniture: headers and footers that repeat from page to page.
const (
	headerZone    = 0.16 // share of the page height in which a header may stand
	footerZone    = 0.16
	furnitureRows = 4   // rows looked at from the edge inwards
	sameHeight    = 6.0 // points by which repetitions may differ in height
	headGap       = 1.5 // gap below a header, in leadings, when only its place repeats
)

// edgeRow is a row of lines near the top or bottom edge of a page.
type edgeRow struct {
	sheet int
	lines []int
	base  float64
	size  float64
	text  string  // all lines, left to right
	key   string  // text with numbers replaced
	gap   float64 // distance of baselines to the next row inwards
	rank  int     // 0 for the outermost row
	width float64
}

// findFurniture marks repeated lines at the top and bottom of pages as header or
// footer and reads the printed page number out of them.
func findFurniture(d *document) {
	for _, top := range []bool{true, false} {
		var rows []edgeRow
		for i, s := range d.sheets {
			rows = append(rows, s.edgeRows(i, top)...)
		}
		numbered := numberedRows(d, rows)
		furniture := make([]bool, len(rows))
		byKey := map[string][]int{}
		for k := range rows {
			byKey[rows[k].key] = append(byKey[rows[k].key], k)
		}
		for k := range rows {
			furniture[k] = numbered[k] || repeats(d, rows, byKey[rows[k].key], k)
		}
		markByPlace(d, rows, furniture)
		for k := range rows {
			furniture[k] = furniture[k] || looksLikeFurniture(d, &rows[k])
		}
		for k := range rows {
			if !furniture[k] || !outerAreFurniture(rows, furniture, k) {
				continue
			}
			s := d.sheets[rows[k].sheet]
			if s.isOneOfMany(rows[k].lines[0]) {
				furniture[k] = false
				continue
			}
			if top {
				s.header = append(s.header, rows[k].lines...)
			} else {
				s.footer = append(s.footer, rows[k].lines...)
			}
		}
	}
	markStanding(d)
	for _, s := range d.sheets {
		s.markLastNumber()
		s.markMarginStamps()
	}
	readPrintedNumbers(d)
	for _, s := range d.sheets {
		byHeight := func(a, b int) int {
			return cmp.Or(cmp.Compare(s.lines[a].base, s.lines[b].base), cmp.Compare(s.lines[a].box.X0, s.lines[b].box.X0))
		}
		slices.SortFunc(s.header, byHeight)
		slices.SortFunc(s.footer, byHeight)
	}
}

// marginZone is the share of the page width in which turned text is a stamp.
const marginZone = 0.08

// watermarkSize is the size from which diagonal text is a watermark, in ems of
// the page's text.
const watermarkSize = 1.8

// markMarginStamps puts turned text along the sides of an upright page, such as
// the notes of a download, with the footer.
func (s *Sheet) markMarginStamps() {
	turned, upright := 0, 0
	for i := range s.lines {
		if s.lines[i].angle == 0 {
			upright += s.lines[i].glyphs
		} else {
			turned += s.lines[i].glyphs
		}
	}
	if turned*4 > upright {
		return
	}
	for i := range s.lines {
		l := &s.lines[i]
		if isDiagonal(l.angle) && l.size > watermarkSize*s.body {
			s.footer = append(s.footer, i)
			continue
		}
		edge := l.box.X1 < marginZone*s.in.Width || l.box.X0 > (1-marginZone)*s.in.Width
		if l.angle != 0 && edge && (l.box.H() > 2*l.box.W() || s.turn != geom.Identity) { // or a page number level on the paper
			s.footer = append(s.footer, i)
		}
	}
}

// edgeRows lists the outermost rows of a page, from the edge inwards.
func (s *Sheet) edgeRows(sheet int, top bool) []edgeRow {
	var order []int
	for i := range s.lines {
		if s.lines[i].angle == 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		c := cmp.Compare(s.lines[a].base, s.lines[b].base)
		if !top {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(s.lines[a].box.X0, s.lines[b].box.X0))
	})
	var rows []edgeRow
	for _, i := range order {
		l := &s.lines[i]
		if n := len(rows); n > 0 && math.Abs(rows[n-1].base-l.base) < 0.4*max(l.size, rows[n-1].size) {
			rows[n-1].lines = append(rows[n-1].lines, i)
			continue
		}
		if len(rows) > furnitureRows {
			break
		}
		rows = append(rows, edgeRow{sheet: sheet, lines: []int{i}, base: l.base, size: l.size, rank: len(rows)})
	}
	for k := range rows {
		r := &rows[k]
		r.gap = 1000
		if k+1 < len(rows) {
			r.gap = math.Abs(rows[k+1].base - r.base)
		}
		slices.SortFunc(r.lines, func(a, b int) int { return cmp.Compare(s.lines[a].box.X0, s.lines[b].box.X0) })
		var parts []string
		for _, i := range r.lines {
			parts = append(parts, s.lines[i].text)
			r.width += s.lines[i].box.W()
		}
		r.text = strings.Join(parts, " ")
		r.key = furnitureKey(r.text)
	}
	in := rows[:0]
	for _, r := range rows {
		if top && r.base <= headerZone*s.in.Height || !top && r.base >= (1-footerZone)*s.in.Height {
			if r.rank < furnitureRows {
				in = append(in, r)
			}
		}
	}
	return in
}

var numberRuns = regexp.MustCompile(`\d+`)

// furnitureKey is a row's text without what changes from page to page.
func furnitureKey(t string) string {
	t = numberRuns.ReplaceAllString(strings.ToLower(t), "#")
	fields := strings.Fields(t)
	for i, f := range fields {
		if isRoman(f) {
			fields[i] = "#"
		}
	}
	return strings.Join(fields, " ")
}

// isRoman reports whether a word is a small roman numeral as used for pages.
func isRoman(w string) bool {
	if w == "" || len(w) > 8 {
		return false
	}
	return strings.Trim(w, "ivxlc") == ""
}

// repeats reports whether row k stands on several pages at the same height, alike
// being the rows of its text. Two
// pages suffice for a document of few pages; a running title of a chapter needs
// three in a long one.
func repeats(d *document, rows []edgeRow, alike []int, k int) bool {
	r := &rows[k]
	if strings.IndexFunc(r.key, unicode.IsLetter) < 0 {
		return false // numbers are judged by counting
	}
	if r.rank > 0 && strings.Contains(r.key, "#") && len(strings.Fields(r.key)) > 4 && r.gap < 1.2*d.body.leading {
		return false // a line of the text itself, as in a form
	}
	pages := map[int]bool{}
	for _, j := range alike {
		if o := &rows[j]; math.Abs(o.base-r.base) < sameHeight && math.Abs(o.size-r.size) < 0.1*r.size {
			pages[o.sheet] = true
		}
	}
	n := len(pages)
	switch total := len(d.sheets); {
	case total < 2:
		return false
	case total <= 4:
		return n >= 2
	}
	return n >= 3 || n >= 2 && neighbours(pages)
}

// neighbours reports whether two of the pages are next to each other or one
// apart, as left and right pages are.
func neighbours(pages map[int]bool) bool {
	for p := range pages {
		if pages[p+1] || pages[p+2] {
			return true
		}
	}
	return false
}

// numberedRows finds rows that hold nothing but a page number (with words such
// as "Page … of …") that counts with the pages.
func numberedRows(d *document, rows []edgeRow) []bool {
	out := make([]bool, len(rows))
	offsets := map[int]int{}
	number := make([]int, len(rows))
	for k := range rows {
		n, ok := loneNumber(rows[k].text)
		if !ok {
			number[k] = -1
			continue
		}
		number[k] = n
		offsets[n-d.sheets[rows[k].sheet].in.Number]++
	}
	for k := range rows {
		if number[k] < 0 {
			continue
		}
		s := d.sheets[rows[k].sheet]
		agree := offsets[number[k]-s.in.Number]
		edge := rows[k].rank == 0 && rows[k].gap > headGap*max(d.body.leading, rows[k].size)
		out[k] = agree >= 2 || edge
	}
	return out
}

var loneNumberForm = regexp.MustCompile(`^(?i:page|seite|p\.|pag\.|página|str\.|s\.)?\s*[-–—|•·\[(]*\s*(?:[A-Z]{1,2}[-–])?(\d{1,4}|[ivxlc]{1,7})\s*[-–—|•·\])]*(?:\s*(?i:of|von|de|/|sur)\s*\d{1,4})?$`)

// loneNumber reads a text that is only a page number.
func loneNumber(t string) (int, bool) {
	m := loneNumberForm.FindStringSubmatch(strings.TrimSpace(t))
	if m == nil {
		return 0, false
	}
	if n, err := strconv.Atoi(m[1]); err == nil {
		return n, true
	}
	return romanValue(m[1])
}

// romanValue reads a small roman numeral.
func romanValue(t string) (int, bool) {
	value := map[rune]int{'i': 1, 'v': 5, 'x': 10, 'l': 50, 'c': 100}
	total, last := 0, 1000
	for _, r := range strings.ToLower(t) {
		v := value[r]
		if v == 0 {
			return 0, false
		}
		total += v
		if v > last {
			total -= 2 * last
		}
		last = v
	}
	return total, total > 0
}

// markByPlace marks rows that differ in text but keep their place: running
// titles of chapters with a page number beside them.
func markByPlace(d *document, rows []edgeRow, furniture []bool) {
	if len(d.sheets) < 4 {
		return
	}
	apart := func(r *edgeRow) bool {
		return r.rank == 0 && r.gap >= headGap*max(d.body.leading, r.size)
	}
	type place struct{ base, size int }
	at := func(r *edgeRow) place { return place{int(math.Round(r.base)), int(math.Round(r.size * 2))} }
	count := map[place]int{}
	for k := range rows {
		if apart(&rows[k]) {
			count[at(&rows[k])]++
		}
	}
	for k := range rows {
		r := &rows[k]
		if furniture[k] || !apart(r) {
			continue
		}
		same := 0
		for d := -1; d <= 1; d++ {
			p := at(r)
			p.base += d
			same += count[p]
		}
		hasNumber := false
		for _, f := range strings.Fields(r.text) {
			if n, err := strconv.Atoi(f); err == nil && n > 0 && n < 10_000 {
				hasNumber = true
			}
		}
		share := float64(same) / float64(len(d.sheets))
		furniture[k] = share >= 0.3 && hasNumber || share >= 0.5 && r.size < 0.97*d.body.size
	}
}

// furnitureWords are words of stamps and running lines that text seldom begins a
// page with.
var furnitureWords = regexp.MustCompile(`(?i)(https?://|www\.|©|\(c\) ?[12]\d{3}|copyright|all rights reserved|downloaded from|download date|revision:|doi:|vol(\.|ume) ?\d|issue \d|\bpage \d|\bp/n\b|issn|confidential|[12]\d{3} ?\||\| ?\d+$)`)

// Evidence that a row at the very edge is furniture without being repeated.
const (
	edgeZone     = 0.085 // share of the page height at the very edge
	edgeGap      = 1.9   // white towards the text, in leadings
	edgeEvidence = 3     // of the five signs
	spreadGap    = 4.0   // white between the parts of a row that is spread over the page, in ems
)

// looksLikeFurniture judges a row by itself, for documents of a page or two: at
// the very edge, in smaller type, apart from the text and then spread from margin
// to margin, with words of stamps.
func looksLikeFurniture(d *document, r *edgeRow) bool {
	s := d.sheets[r.sheet]
	if len(s.lines) < 8 {
		return false // a slide or a cover
	}
	signs := 0
	if r.base < edgeZone*s.in.Height || r.base > (1-edgeZone)*s.in.Height {
		signs++
	}
	if r.size < 0.95*d.body.size {
		signs++
	}
	if r.gap > edgeGap*max(d.body.leading, r.size) {
		signs++
		if s.isSpread(r) {
			signs++
		}
	}
	if furnitureWords.MatchString(r.text) {
		signs++
	}
	return signs >= edgeEvidence
}

// isSpread reports whether a row has a part at either margin of the text with
// white between, as a title, a number and a date at the foot of a page.
func (s *Sheet) isSpread(r *edgeRow) bool {
	if len(r.lines) < 2 {
		return false
	}
	left, right := math.Inf(1), math.Inf(-1)
	for i := range s.lines {
		if l := &s.lines[i]; l.angle == 0 && l.glyphs > 0 {
			left, right = min(left, l.box.X0), max(right, l.box.X1)
		}
	}
	for k := 1; k < len(r.lines); k++ {
		if s.lines[r.lines[k]].box.X0-s.lines[r.lines[k-1]].box.X1 < spreadGap*r.size {
			return false
		}
	}
	return s.lines[r.lines[0]].box.X0-left < 2*r.size && right-s.lines[r.lines[len(r.lines)-1]].box.X1 < 2*r.size
}

// outerAreFurniture reports whether every row further out on the same page is
// furniture too: text outside the header is no text, so the header begins at the edge.
func outerAreFurniture(rows []edgeRow, furniture []bool, k int) bool {
	for j := k - 1; j >= 0 && rows[j].sheet == rows[k].sheet; j-- {
		if !furniture[j] {
			return false
		}
	}
	return true
}

// readPrintedNumbers takes the printed page number from the furniture: the
// number whose distance to the page's position is the commonest one.
func readPrintedNumbers(d *document) {
	type found struct {
		text   string
		offset int
	}
	perPage := make([][]found, len(d.sheets))
	offsets := map[int]int{}
	for i, s := range d.sheets {
		seen := map[int]bool{}
		for _, li := range append(slices.Clone(s.header), s.footer...) {
			for _, f := range strings.FieldsFunc(s.lines[li].text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				n, err := strconv.Atoi(f)
				if err != nil {
					var ok bool
					if n, ok = romanValue(f); !ok || f != strings.ToLower(f) {
						continue
					}
				}
				if n <= 0 || n > 9999 {
					continue
				}
				o := n - s.in.Number
				perPage[i] = append(perPage[i], found{f, o})
				if !seen[o] {
					offsets[o]++
					seen[o] = true
				}
			}
		}
	}
	for i, s := range d.sheets {
		best := -1
		for k, f := range perPage[i] {
			if best < 0 || offsets[f.offset] > offsets[perPage[i][best].offset] {
				best = k
			}
		}
		if best >= 0 && (offsets[perPage[i][best].offset] >= 2 || len(perPage[i]) == 1) {
			s.printed = perPage[i][best].text
		}
	}
}
