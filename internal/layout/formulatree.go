package layout

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/text"
)

// formulaTree is a displayed formula by its structure: what is raised, lowered,
// above and below.
type formulaTree struct {
	nodes  []mathNode
	number []int // pieces of its number, nil when it has none
}

// mathNode is a piece, a fraction or rows in a stack, with what is attached.
type mathNode struct {
	piece    int // -1 for a fraction or stack
	num, den []mathNode
	rows     [][]mathNode
	sub, sup []mathNode // lowered and raised, or below and above a large operator
	box      geom.Rect
}

// Geometry of mathematics, in ems of the main line.
const (
	mainBaseline  = 0.15 // pieces of the main line are off its baseline by less
	mathScript    = 0.85 // scripts are smaller than so much of it
	scriptRun     = 0.45 // ems of their own size between the pieces of one script
	mathWordGap   = 0.15
	barReach      = 1.6 // of a numerator's or denominator's baseline to the bar
	axisHeight    = 0.25
	matrixColumns = 1.3 // white between the columns of a matrix, at most
)

// largeOperators have limits above and below.
const largeOperators = "∑∏∫∮⋃⋂⊎⋀⋁∐⊕⊗"

// mathRow arranges pieces: fractions by their bars, then what is on the main line,
// then what is raised, lowered or stacked.
func (s *Sheet) mathRow(pieces []int) []mathNode {
	nodes, rest := s.fractions(pieces)
	for _, i := range rest {
		nodes = append(nodes, mathNode{piece: i, box: s.pieces[i].box})
	}
	base, size := s.mainOf(nodes)
	var row, scripts, off []mathNode
	for _, n := range nodes {
		switch {
		case n.piece < 0, s.onMain(n.piece, base, size):
			row = append(row, n)
		case s.pieces[n.piece].size < mathScript*size:
			scripts = append(scripts, n)
		default:
			off = append(off, n)
		}
	}
	byX := func(a, b mathNode) int { return cmp.Compare(a.box.X0, b.box.X0) }
	slices.SortStableFunc(row, byX)
	row, off = s.stackRows(row, off, size)
	scripts = append(scripts, off...)
	slices.SortStableFunc(row, byX)
	slices.SortStableFunc(scripts, byX)
	return s.attachMath(row, scripts, base)
}

// fractions makes nodes of the pieces above and below fraction bars, the widest
// bar first, and returns the other pieces.
func (s *Sheet) fractions(pieces []int) (out []mathNode, rest []int) {
	rest = slices.Clone(pieces)
	var bars []geom.Rect
	for _, r := range s.rules {
		if !r.Vertical {
			bars = append(bars, r.Box)
		}
	}
	slices.SortStableFunc(bars, func(a, b geom.Rect) int { return cmp.Compare(b.W(), a.W()) })
	for _, bar := range bars {
		var above, below, others []int
		near := [2]bool{}
		for _, i := range rest {
			p := &s.pieces[i]
			x := p.box.CenterX()
			switch y := bar.CenterY(); {
			case x < bar.X0-1 || x > bar.X1+1 || p.box.W() > bar.W()+2:
				others = append(others, i)
			case p.base <= y+0.1*p.size:
				above = append(above, i)
				near[0] = near[0] || y-p.base < barReach*p.size
			default:
				below = append(below, i)
				near[1] = near[1] || p.base-y < barReach*p.size
			}
		}
		if !near[0] || !near[1] {
			continue
		}
		box := bar
		for _, i := range append(slices.Clone(above), below...) {
			box = box.Union(s.pieces[i].box)
		}
		out = append(out, mathNode{piece: -1, num: s.mathRow(above), den: s.mathRow(below), box: box})
		rest = others
	}
	return out, rest
}

// mainOf returns baseline and size of the main line: that of most characters
// among the largest.
func (s *Sheet) mainOf(nodes []mathNode) (base, size float64) {
	type at struct{ base, size float64 }
	weight := map[at]int{}
	largest := 0.0
	for _, n := range nodes {
		if n.piece >= 0 && !s.isTall(n.piece) {
			largest = max(largest, s.pieces[n.piece].size)
		}
	}
	most := 0
	for _, n := range nodes {
		if n.piece < 0 {
			continue
		}
		p := &s.pieces[n.piece]
		if s.isTall(n.piece) || p.size < mathScript*largest {
			continue
		}
		k := at{math.Round(p.base), math.Round(p.size)}
		weight[k] += utf8.RuneCountInString(p.text)
		if strings.ContainsAny(p.text, relationSigns) {
			weight[k] += 10 // the relation is on the main line
		}
		if weight[k] > most {
			most, base, size = weight[k], p.base, p.size
		}
	}
	if most == 0 && len(nodes) > 0 {
		base, size = nodes[0].box.Y1, nodes[0].box.H()
	}
	return base, size
}

// isTall reports whether a piece is a large operator or delimiter, which stands on
// the main line wherever its baseline is.
func (s *Sheet) isTall(i int) bool {
	p := &s.pieces[i]
	return strings.HasPrefix(p.font.Name, "CMEX") || strings.Contains(largeOperators, p.text)
}

func (s *Sheet) onMain(i int, base, size float64) bool {
	p := &s.pieces[i]
	return s.isTall(i) || math.Abs(p.base-base) < mainBaseline*size && p.size >= mathScript*size
}

// stackRows puts text of full size above and below the main line, as in a matrix,
// into stacks, with what stands between them on the main line. What has nothing
// below or above it is returned: it is a script set as large.
func (s *Sheet) stackRows(row, off []mathNode, size float64) (out, alone []mathNode) {
	slices.SortStableFunc(off, func(a, b mathNode) int { return cmp.Compare(a.box.X0, b.box.X0) })
	for len(off) > 0 {
		box := off[0].box
		k := 1
		for k < len(off) && off[k].box.X0-box.X1 < matrixColumns*size && !s.delimited(row, box, off[k].box) {
			box = box.Union(off[k].box)
			k++
		}
		members := slices.Clone(off[:k])
		off = off[k:]
		if !slices.ContainsFunc(members, func(n mathNode) bool { return gapY(n.box, members[0].box) > -0.3*size }) {
			alone = append(alone, members...)
			continue
		}
		row = slices.DeleteFunc(row, func(n mathNode) bool {
			inside := n.box.X0 > box.X0-0.3*size && n.box.X1 < box.X1+0.3*size && (n.piece < 0 || !s.isTall(n.piece))
			if inside {
				members = append(members, n)
			}
			return inside
		})
		slices.SortStableFunc(members, func(a, b mathNode) int {
			if d := a.box.CenterY() - b.box.CenterY(); math.Abs(d) > 0.5*size {
				return cmp.Compare(d, 0)
			}
			return cmp.Compare(a.box.X0, b.box.X0)
		})
		stack := mathNode{piece: -1, box: box}
		for j, m := range members {
			if j == 0 || math.Abs(m.box.CenterY()-members[j-1].box.CenterY()) > 0.5*size {
				stack.rows = append(stack.rows, nil)
			}
			stack.rows[len(stack.rows)-1] = append(stack.rows[len(stack.rows)-1], m)
		}
		row = append(row, stack)
	}
	return row, alone
}

// delimited reports whether something on the main line stands between two boxes.
func (s *Sheet) delimited(row []mathNode, a, b geom.Rect) bool {
	return slices.ContainsFunc(row, func(n mathNode) bool { return n.box.X0 >= a.X1-1 && n.box.X1 <= b.X0+1 })
}

// attachMath gives runs of scripts to the node they belong to.
func (s *Sheet) attachMath(row, scripts []mathNode, base float64) []mathNode {
	for _, raised := range []bool{false, true} {
		var side []mathNode
		for _, n := range scripts {
			if (s.pieces[n.piece].base < base) == raised {
				side = append(side, n)
			}
		}
		for len(side) > 0 {
			k, right := 1, side[0].box.X1
			for k < len(side) && side[k].box.X0-right < scriptRun*s.pieces[side[k].piece].size {
				right = max(right, side[k].box.X1)
				k++
			}
			var run []int
			box := geom.Rect{}
			for _, n := range side[:k] {
				run = append(run, n.piece)
				box = box.Union(n.box)
			}
			side = side[k:]
			script := s.mathRow(run)
			switch h := s.hostOf(row, box); {
			case h < 0:
				row = slices.Insert(row, 0, script...)
			case raised:
				row[h].sup = append(row[h].sup, script...)
			default:
				row[h].sub = append(row[h].sub, script...)
			}
		}
	}
	return row
}

// hostOf returns the node a script belongs to: the large operator it stands above
// or below, else the one before it.
func (s *Sheet) hostOf(row []mathNode, script geom.Rect) int {
	host := -1
	for k := range row {
		n := &row[k]
		if n.piece >= 0 && strings.ContainsAny(s.pieces[n.piece].text, largeOperators) && n.box.OverlapX(script) > 0.5*min(n.box.W(), script.W()) {
			return k
		}
		if n.box.CenterX() < script.CenterX() && n.box.X0 < script.X0 {
			host = k
		}
	}
	return host
}

// pieces appends all pieces of the tree in reading order.
func (t *formulaTree) pieces(out []int) []int {
	return append(mathPieces(t.nodes, out), t.number...)
}

func mathPieces(nodes []mathNode, out []int) []int {
	for i := range nodes {
		n := &nodes[i]
		if n.piece >= 0 {
			out = append(out, n.piece)
		}
		out = mathPieces(n.den, mathPieces(n.num, out))
		for _, r := range n.rows {
			out = mathPieces(r, out)
		}
		out = mathPieces(n.sup, mathPieces(n.sub, out))
	}
	return out
}

// formulaWriter writes a tree as styled text and in TeX's notation.
type formulaWriter struct {
	s    *Sheet
	text doc.Text
	tex  strings.Builder
}

// formulaItem makes the item of a formula.
func (s *Sheet) formulaItem(b *block, base doc.Base) *doc.Formula {
	w := formulaWriter{s: s}
	for _, li := range b.lines {
		t := s.lines[li].formula
		w.row(t.nodes, 0)
		if len(t.number) > 0 {
			number := s.textOf([][]int{t.number})
			w.say(" ", 0, geom.Rect{})
			w.text = append(w.text, number...)
			w.tex.WriteString(`\tag{` + strings.Trim(number.Plain(), "()[] ") + "}")
		}
	}
	return &doc.Formula{Base: base, Text: joinInlines(w.text), TeX: strings.TrimSpace(w.tex.String())}
}

// say adds text that is read, in the plain form only.
func (w *formulaWriter) say(t string, style doc.Style, box geom.Rect) {
	w.text = append(w.text, doc.Inline{Text: t, Style: style, Box: box})
}

// row writes nodes; script is the style of what is raised or lowered.
func (w *formulaWriter) row(nodes []mathNode, script doc.Style) {
	for k := range nodes {
		n := &nodes[k]
		if k > 0 && w.spaceBefore(&nodes[k-1], n) {
			w.say(" ", script, geom.Rect{})
			w.tex.WriteByte(' ')
		}
		w.node(n, script)
		w.script(n.sub, "_", doc.Subscript, script)
		w.script(n.sup, "^", doc.Superscript, script)
	}
}

func (w *formulaWriter) spaceBefore(a, b *mathNode) bool {
	right := a.box.X1
	for _, n := range append(slices.Clone(a.sub), a.sup...) {
		right = max(right, n.box.X1)
	}
	return b.box.X0-right > mathWordGap*w.s.body || len(b.rows) > 0 || len(a.rows) > 0
}

func (w *formulaWriter) script(nodes []mathNode, sign string, style, outer doc.Style) {
	if len(nodes) == 0 {
		return
	}
	if outer != 0 {
		style = outer
	}
	w.tex.WriteString(sign + "{")
	w.row(nodes, style)
	w.tex.WriteString("}")
}

func (w *formulaWriter) node(n *mathNode, script doc.Style) {
	switch {
	case n.piece >= 0:
		p := &w.s.pieces[n.piece]
		w.s.fate[n.piece].used++
		w.say(p.text, p.style&^(doc.Superscript|doc.Subscript)|p.marks|script, p.box)
		w.tex.WriteString(texOf(p))
	case len(n.rows) > 0:
		w.tex.WriteString(`\begin{matrix}`)
		for k, r := range n.rows {
			if k > 0 {
				w.say(" ", script, geom.Rect{})
				w.tex.WriteString(` \\ `)
			}
			for j := range r {
				if j > 0 && r[j].box.X0-r[j-1].box.X1 > 0.5*w.s.body {
					w.say(" ", script, geom.Rect{})
					w.tex.WriteString(" & ")
				}
				w.row(r[j:j+1], script)
			}
		}
		w.tex.WriteString(`\end{matrix}`)
	default:
		w.tex.WriteString(`\frac{`)
		w.bracketed(n.num, script)
		w.say("/", script, geom.Rect{})
		w.tex.WriteString("}{")
		w.bracketed(n.den, script)
		w.tex.WriteString("}")
	}
}

// bracketed writes one side of a fraction; in plain text more than one node needs
// brackets.
func (w *formulaWriter) bracketed(nodes []mathNode, script doc.Style) {
	if len(nodes) > 1 {
		w.say("(", script, geom.Rect{})
	}
	w.row(nodes, script)
	if len(nodes) > 1 {
		w.say(")", script, geom.Rect{})
	}
}

// texOf writes a piece in TeX's notation.
func texOf(p *piece) string {
	word := strings.IndexFunc(p.text, func(r rune) bool { return !unicode.IsLetter(r) }) < 0 && utf8.RuneCountInString(p.text) > 1
	switch {
	case word && functions[p.text] && text.TeXFunction(p.text):
		return `\` + p.text + " "
	case word && p.style&doc.Italic == 0 && !mathFont.MatchString(p.font.Name):
		return `\operatorname{` + p.text + "}"
	}
	t := text.TeX(p.text)
	switch {
	case strings.HasPrefix(p.font.Name, "CMSY") && isCapital(p.text):
		return `\mathcal{` + t + "}"
	case p.style&doc.Bold != 0 && hasWordRune(p.text):
		return `\mathbf{` + t + "}"
	}
	return t
}

func isCapital(t string) bool {
	r, n := utf8.DecodeRuneInString(t)
	return n == len(t) && r >= 'A' && r <= 'Z'
}
