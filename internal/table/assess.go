package table

import (
	"math"
	"strings"

	"recto/internal/doc"
	"recto/internal/geom"
)

// Judge says how sure each table of a document is and what is odd about it. It
// sets Confidence, so far how sure the way is by which the table was found, to
// the chance that the table is right, and adds Concerns.
func Judge(d *doc.Document) {
	foot := footOf(d)
	for i, p := range d.Pages {
		for _, it := range p.Items {
			if t, ok := it.(*doc.Table); ok && t.RowCount > 0 && t.ColCount > 0 {
				e := gather(t)
				t.Confidence = e.confidence(t.Confidence)
				t.Concerns = append(t.Concerns, concerns(t, e)...)
			}
		}
		if i > 0 {
			noteCut(d.Pages[i-1], p, foot)
		}
	}
}

// evidence is what speaks for a table and against it, mostly as a share of what
// could.
type evidence struct {
	cells    int     // with text
	rows     int     // of the table
	filled   float64 // cells with text
	lonely   float64 // rows below the header that have one filled cell only
	pure     float64 // cells that are figures in columns of figures, words in those of words
	aligned  float64 // cells that begin, end or are centred where most of their column do
	head     float64 // places of the last header row that have text
	touching int     // texts that stand on the text of a neighbour
	words    float64 // of a filled cell, mean
}

// minCells is how many filled cells a column needs to say anything.
const minCells = 3

func gather(t *doc.Table) evidence {
	e := evidence{rows: t.RowCount, pure: 1, aligned: 1, head: 1}
	g := newGrid(t)
	columns := map[[2]int][]*doc.Cell{} // by page and column: pages may be set apart
	inRow := make([]int, g.rows)
	words := 0
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Text.Empty() || c.Row < 0 || c.Col < 0 || c.Row >= g.rows || c.Col >= g.cols {
			continue
		}
		e.cells++
		words += len(strings.Fields(c.Text.Plain()))
		inRow[c.Row]++
		if c.ColSpan == 1 && c.Row >= t.HeaderRows {
			key := [2]int{c.Page, c.Col}
			columns[key] = append(columns[key], c)
		}
	}
	e.filled, e.words = share(e.cells, len(t.Cells)), share(words, e.cells)
	lonely, body := 0, 0
	for _, n := range inRow[min(max(t.HeaderRows, 0), g.rows):] {
		if n > 0 {
			body++
		}
		if n == 1 {
			lonely++
		}
	}
	e.lonely = share(lonely, body)
	if t.HeaderRows > 0 && t.HeaderRows <= g.rows {
		n := 0
		for col := range g.cols {
			if c := g.at(t.HeaderRows-1, col); c != nil && !c.Text.Empty() {
				n++
			}
		}
		e.head = share(n, g.cols)
	}
	pure, aligned, all := 0, 0, 0
	for _, column := range columns {
		if len(column) < minCells {
			continue
		}
		numbers := 0
		for _, c := range column {
			if looksNumeric(plain(c.Text)) {
				numbers++
			}
		}
		all += len(column)
		pure += max(numbers, len(column)-numbers)
		aligned += alignedCells(column)
	}
	if all > 0 {
		e.pure, e.aligned = share(pure, all), share(aligned, all)
	}
	e.touching = touchingCells(t)
	return e
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// What is usual in good tables, and how much of the confidence is lost by being
// as far from it as can be. Set by hand on the dev documents, so that confidence
// is about the mean likeness to the truth (make eval ARGS=--table-confidence).
const (
	usualFilled  = 0.75 // cells with text: rules of a drawing bound empty fields
	lossFilled   = 0.9
	usualLonely  = 0.1 // rows with a single cell: running text taken for rows
	lossLonely   = 0.6
	usualAligned = 0.95 // cells at their column's edge: text cut at gaps has none
	lossAligned  = 0.8
	usualPure    = 0.95 // cells of their column's kind
	lossPure     = 1.0
	usualHead    = 0.6 // places of a header with text
	lossHead     = 0.5
	manyWords    = 8.0  // words of an average cell: a frame around text
	keptWords    = 0.85 // factor for that
	keptFew      = 0.85 // factor for tables of two rows, which little speaks for
	priorLoss    = 0.6  // ways of finding are right more often than they say
	sureTags     = 0.97 // from here on the author says that it is a table
)

// confidence returns the chance that the table is right, from how sure the way is
// by which it was found and from what it looks like.
func (e evidence) confidence(prior float64) float64 {
	if prior >= sureTags {
		return prior
	}
	c := 1 - priorLoss*(1-prior)
	c *= 1 - lossFilled*max(0, usualFilled-e.filled)/usualFilled
	c *= 1 - lossLonely*max(0, e.lonely-usualLonely)
	c *= 1 - lossAligned*max(0, usualAligned-e.aligned)
	c *= 1 - lossPure*max(0, usualPure-e.pure)
	c *= 1 - lossHead*max(0, usualHead-e.head)
	if e.words > manyWords {
		c *= keptWords
	}
	if e.rows <= 2 {
		c *= keptFew
	}
	return max(0, min(c, 1))
}

// textBox returns where a cell's text stands.
func textBox(c *doc.Cell) (b geom.Rect) {
	for i := range c.Text {
		b = b.Union(c.Text[i].Box)
	}
	return b
}

// Cells are aligned when their edges are within alignSlack points, which is less
// than the narrowest space. A few cells of a long column show where its edge is.
const (
	alignSlack = 2.0
	edgeProbes = 20
)

// alignedCells counts the cells of a column at the commonest of its left edges,
// right edges or centres.
func alignedCells(column []*doc.Cell) int {
	best := 0
	at := make([]float64, len(column))
	for _, edge := range []func(geom.Rect) float64{
		func(b geom.Rect) float64 { return b.X0 }, func(b geom.Rect) float64 { return b.X1 }, geom.Rect.CenterX,
	} {
		for i, c := range column {
			at[i] = edge(textBox(c))
		}
		for _, x := range at[:min(len(at), edgeProbes)] {
			n := 0
			for _, y := range at {
				if math.Abs(x-y) <= alignSlack {
					n++
				}
			}
			best = max(best, n)
		}
	}
	return best
}

// touchingCells counts the cells whose text stands on that of the cell before it
// in its row.
func touchingCells(t *doc.Table) int {
	n, row := 0, -1
	var before geom.Rect
	for i := range t.Cells {
		c := &t.Cells[i]
		b := textBox(c)
		if b.IsZero() {
			continue
		}
		if c.Row == row && b.Overlaps(before) && b.OverlapX(before) > minTouch*min(b.W(), before.W()) {
			n++
		}
		before, row = b, c.Row
	}
	return n
}

// minTouch is how much of the narrower text lies on the other one; italics lean
// into their neighbours by less.
const minTouch = 0.2
