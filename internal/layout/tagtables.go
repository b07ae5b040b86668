package layout

import (
	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
)

// tagCell is a cell of a Table element.
type tagCell struct {
	tag    *page.Tag
	header bool
	c      content
	box    geom.Rect
}

// table makes a table of a Table element: rows are TR, cells TH and TD with their
// spans. PDFium leaves empty cells out of a page's tree, so a row may be short;
// its cells are then placed by where they stand.
func (w *tagWalk) table(t *page.Tag) {
	if cells := tableCells(t); len(cells) == 1 {
		// A table of one cell is a frame around text.
		c := cells[0]
		w.container(&page.Tag{Type: "Div", Children: c.Children, Kids: c.Kids, MCIDs: c.MCIDs})
		return
	}
	var rows [][]tagCell
	heads := 0
	var walk func(t *page.Tag, inHead bool)
	walk = func(t *page.Tag, inHead bool) {
		for i := range t.Children {
			child := &t.Children[i]
			switch child.Type {
			case "TR":
				var row []tagCell
				all := true
				for j := range child.Children {
					td := &child.Children[j]
					if td.Type != "TD" && td.Type != "TH" {
						continue
					}
					c := w.gather(td, nil)
					var box geom.Rect
					for _, b := range c.boxes {
						box = box.Union(b)
					}
					row = append(row, tagCell{td, td.Type == "TH", c, box})
					all = all && td.Type == "TH"
				}
				if len(row) > 0 {
					if len(rows) == heads && (inHead || all && len(row) > 1) {
						heads++
					}
					rows = append(rows, row)
				}
			case "Caption":
				w.block(child)
			default:
				walk(child, inHead || child.Type == "THead")
			}
		}
	}
	walk(t, false)
	if len(rows) == 0 {
		w.container(&page.Tag{Type: "Div", Children: t.Children, Kids: t.Kids, MCIDs: t.MCIDs})
		return
	}
	rows = w.s.joinWrapped(rows, heads)
	cols := 0
	for _, r := range rows {
		n := 0
		for _, c := range r {
			n += c.tag.ColSpan
		}
		cols = max(cols, n)
	}
	out := &doc.Table{RowCount: len(rows), ColCount: cols, HeaderRows: heads, Drawn: true}
	out.Confidence = sureTags
	lefts := columnLefts(cols, func(yield func(col int, x float64)) {
		for _, r := range rows {
			n := 0
			for _, c := range r {
				n += c.tag.ColSpan
			}
			if n != cols {
				continue
			}
			at := 0
			for _, c := range r {
				if !c.box.IsZero() {
					yield(at, c.box.X0)
				}
				at += c.tag.ColSpan
			}
		}
	})
	taken := map[[2]int]bool{}
	var box geom.Rect
	for r, row := range rows {
		width := 0
		for _, c := range row {
			width += c.tag.ColSpan
		}
		at := 0
		for _, c := range row {
			for taken[[2]int{r, at}] {
				at++
			}
			if width < cols && !c.box.IsZero() {
				for at+1 < cols && lefts != nil && c.box.X0 > (lefts[at]+lefts[at+1])/2 && lefts[at+1] > lefts[at] && !taken[[2]int{r, at + 1}] {
					at++
				}
			}
			if at >= cols {
				// More cells than columns: text must not be lost.
				cols = at + 1
				out.ColCount = cols
			}
			spanR, spanC := min(c.tag.RowSpan, len(rows)-r), min(c.tag.ColSpan, out.ColCount-at)
			for i := r; i < r+spanR; i++ {
				for j := at; j < at+spanC; j++ {
					if i > r && taken[[2]int{i, j}] {
						spanR = i - r
						break
					}
				}
			}
			for i := r; i < r+spanR; i++ {
				for j := at; j < at+spanC; j++ {
					taken[[2]int{i, j}] = true
				}
			}
			out.Cells = append(out.Cells, doc.Cell{
				Row: r, Col: at, RowSpan: max(spanR, 1), ColSpan: max(spanC, 1), Header: c.header || r < heads,
				Text: w.s.textOf(c.c.lines), Box: c.box,
			})
			box = box.Union(c.box)
			at += max(spanC, 1)
		}
	}
	if !box.IsZero() {
		out.Boxes = []geom.Rect{box}
	}
	w.items = append(w.items, out)
}

// tableCells returns the cells of a Table element.
func tableCells(t *page.Tag) []*page.Tag {
	var out []*page.Tag
	for i := range t.Children {
		switch c := &t.Children[i]; c.Type {
		case "TD", "TH":
			out = append(out, c)
		default:
			out = append(out, tableCells(c)...)
		}
	}
	return out
}

// columnLefts returns the leftmost text of every column over the complete rows,
// nil when a column has none.
func columnLefts(cols int, each func(yield func(col int, x float64))) []float64 {
	lefts := make([]float64, cols)
	seen := make([]bool, cols)
	each(func(col int, x float64) {
		if col < cols && (!seen[col] || x < lefts[col]) {
			lefts[col], seen[col] = x, true
		}
	})
	for _, ok := range seen {
		if !ok {
			return nil
		}
	}
	return lefts
}
