package score

import "math"

// assign pairs rows with columns so that the sum of the weights is greatest:
// as many pairs as the shorter side has. It returns the column of each row, -1
// for none. The algorithm is the shortest augmenting path one (Jonker and
// Volgenant, in the form Crouse gives for rectangles), on negated weights.
func assign(weights [][]float64) []int {
	if len(weights) == 0 {
		return nil
	}
	if len(weights) <= len(weights[0]) {
		return assignRows(weights)
	}
	columns := make([]int, len(weights))
	for i := range columns {
		columns[i] = -1
	}
	for col, row := range assignRows(transposed(weights)) {
		columns[row] = col
	}
	return columns
}

func transposed(m [][]float64) [][]float64 {
	t := make([][]float64, len(m[0]))
	for j := range t {
		for i := range m {
			t[j] = append(t[j], m[i][j])
		}
	}
	return t
}

// assignRows is [assign] for no more rows than columns.
func assignRows(weights [][]float64) []int {
	rows, cols := len(weights), len(weights[0])
	columnOf, rowOf := make([]int, rows), make([]int, cols)
	for i := range columnOf {
		columnOf[i] = -1
	}
	for j := range rowOf {
		rowOf[j] = -1
	}
	priceRow, priceCol := make([]float64, rows), make([]float64, cols)
	for start := range rows {
		path := newSearch(cols)
		seenRows := []int{}
		row, end := start, -1
		for end < 0 {
			seenRows = append(seenRows, row)
			col := path.extend(weights[row], row, priceRow[row], priceCol, rowOf)
			if rowOf[col] < 0 {
				end = col
			}
			row = rowOf[col]
		}
		priceRow[start] += path.least
		for _, r := range seenRows[1:] {
			priceRow[r] += path.least - path.cost[columnOf[r]]
		}
		for j, done := range path.done {
			if done {
				priceCol[j] -= path.least - path.cost[j]
			}
		}
		for end >= 0 { // swap along the path back to the start
			r := path.from[end]
			rowOf[end] = r
			columnOf[r], end = end, columnOf[r]
			if r == start {
				break
			}
		}
	}
	return columnOf
}

// search is the tree of cheapest alternating paths from one row.
type search struct {
	cost  []float64 // of reaching each column
	from  []int     // row before each column
	done  []bool    // columns whose cost is final
	open  []int     // the others
	least float64   // cost of the last column done
}

func newSearch(cols int) *search {
	s := &search{cost: make([]float64, cols), from: make([]int, cols), done: make([]bool, cols)}
	for j := range cols {
		s.cost[j] = math.Inf(1)
		s.open = append(s.open, cols-1-j)
	}
	return s
}

// extend goes on from a row and returns the column reached next, of equals one
// that is still free.
func (s *search) extend(weights []float64, row int, price float64, priceCol []float64, rowOf []int) int {
	best, lowest := -1, math.Inf(1)
	for k, j := range s.open {
		if c := s.least - weights[j] - price - priceCol[j]; c < s.cost[j] {
			s.cost[j], s.from[j] = c, row
		}
		if s.cost[j] < lowest || s.cost[j] == lowest && rowOf[j] < 0 {
			best, lowest = k, s.cost[j]
		}
	}
	s.least = lowest
	col := s.open[best]
	s.done[col] = true
	s.open[best] = s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	return col
}
