package score

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Table is a grid of cells.
type Table struct {
	Rows, Cols int
	Cells      []Cell
}

// Cell is a cell of a table with its place, counted from 0.
type Cell struct {
	Row, Col         int
	RowSpan, ColSpan int // at least 1
	Text             string
	Head             bool
}

// place is a field of the grid of a table.
type place struct{ row, col int }

// maxSpan bounds the spans of a cell, since tables come from programs that may
// be wrong.
const maxSpan = 500

// placeCells returns the table made of rows of cells that know their spans but
// not yet their place. As in HTML, a cell takes the first field of its row
// that no cell from above reaches into.
func placeCells(rows [][]Cell) Table {
	t := Table{Rows: len(rows)}
	taken := map[place]bool{}
	for r, row := range rows {
		c := 0
		for _, cell := range row {
			for taken[place{r, c}] {
				c++
			}
			cell.Row, cell.Col = r, c
			cell.RowSpan, cell.ColSpan = max(1, cell.RowSpan), max(1, cell.ColSpan)
			for i := range cell.RowSpan {
				for j := range cell.ColSpan {
					taken[place{r + i, c + j}] = true
				}
			}
			c += cell.ColSpan
			t.Rows, t.Cols = max(t.Rows, r+cell.RowSpan), max(t.Cols, c)
			t.Cells = append(t.Cells, cell)
		}
	}
	return t
}

// fields tells which cell covers each field, as its index in t.Cells. Where
// two overlap the first one counts.
func (t Table) fields() map[place]int {
	fields := make(map[place]int, len(t.Cells))
	for n, c := range t.Cells {
		for i := range c.RowSpan {
			for j := range c.ColSpan {
				p := place{c.Row + i, c.Col + j}
				if _, taken := fields[p]; !taken {
					fields[p] = n
				}
			}
		}
	}
	return fields
}

// stack puts tables under each other.
func stack(tables []Table) Table {
	var all Table
	for _, t := range tables {
		for _, c := range t.Cells {
			c.Row += all.Rows
			all.Cells = append(all.Cells, c)
		}
		all.Rows += t.Rows
		all.Cols = max(all.Cols, t.Cols)
	}
	return all
}

// unspanned returns the table without spans: fields that a cell reached into
// become empty cells.
func (t Table) unspanned() Table {
	texts := map[place]string{}
	for _, c := range t.Cells {
		texts[place{c.Row, c.Col}] = c.Text
	}
	flat := Table{Rows: t.Rows, Cols: t.Cols}
	for r := range t.Rows {
		for c := range t.Cols {
			flat.Cells = append(flat.Cells, Cell{Row: r, Col: c, RowSpan: 1, ColSpan: 1, Text: texts[place{r, c}]})
		}
	}
	return flat
}

// tree returns the table as a tree of rows and cells.
func (t Table) tree() *node {
	rows := make([]*node, t.Rows)
	for i := range rows {
		rows[i] = &node{tag: "tr"}
	}
	cells := slices.Clone(t.Cells)
	slices.SortStableFunc(cells, func(a, b Cell) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Col - b.Col
	})
	for _, c := range cells {
		rows[c.Row].kids = append(rows[c.Row].kids, &node{tag: "td", text: c.Text, colSpan: c.ColSpan, rowSpan: c.RowSpan})
	}
	return &node{tag: "table", kids: rows}
}

// parseHTML returns the nodes of a piece of HTML, none where the parser gives
// up (it limits nesting).
func parseHTML(s string) []*html.Node {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		return nil
	}
	return nodes
}

// tableElements returns every table element of a piece of HTML, also those
// inside others, in the order they begin.
func tableElements(s string) []*html.Node {
	var tables []*html.Node
	for _, n := range parseHTML(s) {
		if isElement(n, atom.Table) {
			tables = append(tables, n)
		}
		tables = append(tables, elements(n, atom.Table)...)
	}
	return tables
}

// elements returns the descendants of a node that are one of these elements.
func elements(n *html.Node, names ...atom.Atom) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if isElement(d, names...) {
			found = append(found, d)
		}
	}
	return found
}

func isElement(n *html.Node, names ...atom.Atom) bool {
	return n.Type == html.ElementNode && slices.Contains(names, n.DataAtom)
}

// tableOf reads a table element, leaving tables inside its cells to
// themselves (their text still counts as text of the cell).
func tableOf(table *html.Node) Table {
	var rows [][]Cell
	for _, tr := range elements(table, atom.Tr) {
		if enclosingTable(tr) != table {
			continue
		}
		var row []Cell
		for td := range tr.ChildNodes() {
			if !isElement(td, atom.Td, atom.Th) {
				continue
			}
			row = append(row, Cell{
				RowSpan: spanOf(td, "rowspan"),
				ColSpan: spanOf(td, "colspan"),
				Text:    spacedText(td),
				Head:    td.DataAtom == atom.Th,
			})
		}
		rows = append(rows, row)
	}
	return placeCells(rows)
}

func enclosingTable(n *html.Node) *html.Node {
	for a := range n.Ancestors() {
		if isElement(a, atom.Table) {
			return a
		}
	}
	return nil
}

// spanOf returns the value of rowspan or colspan as browsers would bound it.
func spanOf(n *html.Node, key string) int {
	return max(1, min(number(n, key), maxSpan))
}

// number returns a numeric attribute, 1 if it is missing or not a number.
func number(n *html.Node, key string) int {
	for _, a := range n.Attr {
		if a.Key == key {
			if v, err := strconv.Atoi(trim(a.Val)); err == nil {
				return v
			}
		}
	}
	return 1
}

// spacedText returns the text below a node with a space at every tag.
func spacedText(n *html.Node) string {
	var parts []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			parts = append(parts, d.Data)
		}
	}
	return collapse(strings.Join(parts, " "))
}
