package score

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// direction is one of the four ways to go from a cell.
type direction int

const (
	up direction = iota
	down
	left
	right
)

// steps goes one field in each direction.
var steps = [...]place{up: {-1, 0}, down: {1, 0}, left: {0, -1}, right: {0, 1}}

func (c Check) isInTable(markdown string) bool {
	want := checkText(c.Cell)
	for _, t := range checkedTables(markdown) {
		fields := t.fields()
		for i, cell := range t.Cells {
			if isNearCell(want, checkText(cell.Text), c.MaxDiffs) && c.hasNeighbours(t, fields, i) {
				return true
			}
		}
	}
	return false
}

// hasNeighbours tells whether a cell has around it what the check asks for.
func (c Check) hasNeighbours(t Table, fields map[place]int, cell int) bool {
	anyNear := func(want string, cells []int) bool {
		for _, i := range cells {
			if isNearCell(checkText(want), checkText(t.Cells[i].Text), c.MaxDiffs) {
				return true
			}
		}
		return false
	}
	for d, want := range map[direction]string{up: c.Up, down: c.Down, left: c.Left, right: c.Right} {
		if want != "" && !anyNear(want, neighbours(t, fields, cell, d)) {
			return false
		}
	}
	for d, want := range map[direction]string{up: c.TopHeading, left: c.LeftHeading} {
		if want != "" && !anyNear(want, headCells(t, fields, cell, d)) {
			return false
		}
	}
	return true
}

// minCellRatio keeps short cells from matching anything: in a cell of three
// letters two allowed differences would be most of it.
const minCellRatio = 0.5

func isNearCell(want, got string, diffs int) bool {
	limit := 1 - share(diffs, max(utf8.RuneCountInString(want), 1))
	return Ratio(want, got) >= max(minCellRatio, limit)-slack
}

// neighbours returns the cells next to a cell in one direction, one for each
// row or column it spans.
func neighbours(t Table, fields map[place]int, cell int, d direction) []int {
	c := t.Cells[cell]
	var found []int
	look := func(p place) {
		for ; 0 <= p.row && p.row < t.Rows && 0 <= p.col && p.col < t.Cols; p.row, p.col = p.row+steps[d].row, p.col+steps[d].col {
			if n, covered := fields[p]; covered && n != cell {
				found = append(found, n)
				return
			}
		}
	}
	switch d {
	case up, down:
		row := c.Row - 1
		if d == down {
			row = c.Row + c.RowSpan
		}
		for col := c.Col; col < c.Col+c.ColSpan; col++ {
			look(place{row, col})
		}
	case left, right:
		col := c.Col - 1
		if d == right {
			col = c.Col + c.ColSpan
		}
		for row := c.Row; row < c.Row+c.RowSpan; row++ {
			look(place{row, col})
		}
	}
	return found
}

// headCells returns the head cells that stand over or left of a cell. Where
// the table marks none, the last cells on the way are taken.
func headCells(t Table, fields map[place]int, cell int, d direction) []int {
	var heads, ends []int
	seen := map[int]bool{}
	todo := []int{cell}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[i] {
			continue
		}
		seen[i] = true
		next := neighbours(t, fields, i, d)
		todo = append(todo, next...)
		if i == cell {
			continue
		}
		if t.Cells[i].Head {
			heads = append(heads, i)
		}
		if len(next) == 0 {
			ends = append(ends, i)
		}
	}
	if len(heads) > 0 {
		return heads
	}
	return ends
}

// checkedTables returns the tables of a text as checks see them: pipe tables
// need no rule, and all cells of the HTML row group thead are heads.
func checkedTables(markdown string) []Table {
	tables := loosePipeTables(markdown)
	for _, source := range outerTables(markdown) {
		for _, element := range tableElements(source) {
			t := tableOf(element)
			headRows, headTexts := 0, map[string]bool{}
			for _, group := range elements(element, atom.Thead) {
				headRows = max(headRows, len(elements(group, atom.Tr)))
				for _, c := range elements(group, atom.Td, atom.Th) {
					headTexts[spacedText(c)] = true
				}
			}
			for i, c := range t.Cells {
				if c.Row < headRows && headTexts[c.Text] {
					t.Cells[i].Head = true
				}
			}
			if len(t.Cells) > 0 {
				tables = append(tables, t)
			}
		}
	}
	return tables
}

// loosePipeTables takes every two or more lines with pipes for a table. Its
// first row and column are heads.
func loosePipeTables(markdown string) []Table {
	var tables []Table
	var block []string
	flush := func() {
		if len(block) > 1 {
			if rows := loosePipeRows(block); len(rows) > 0 {
				tables = append(tables, placeCells(rows))
			}
		}
		block = nil
	}
	for line := range strings.SplitSeq(trim(markdown), "\n") {
		if strings.Contains(line, "|") {
			block = append(block, line)
			continue
		}
		flush()
	}
	flush()
	return tables
}

func loosePipeRows(lines []string) [][]Cell {
	var rows [][]Cell
	for _, line := range lines {
		if strings.Trim(line, "- :|\t") == "" {
			continue // a rule
		}
		texts := strings.Split(line, "|")
		for i, s := range texts {
			texts[i] = trim(s)
		}
		if texts[0] == "" {
			texts = texts[1:]
		}
		if len(texts) > 0 && texts[len(texts)-1] == "" {
			texts = texts[:len(texts)-1]
		}
		if len(texts) == 0 || isPipeRule(texts) {
			continue
		}
		var row []Cell
		for i, s := range texts {
			row = append(row, Cell{Text: s, Head: len(rows) == 0 || i == 0})
		}
		rows = append(rows, row)
	}
	return rows
}
