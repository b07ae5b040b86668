package layout

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"recto/internal/page"
)

// TestTablesHoldEachPieceOnce fills random grids with text and rules, of which some
// are left out, and looks at every table found: its cells cover the grid without
// overlapping, and each piece in its box is in exactly one of them, or in none and
// once in the page's header or footer: a lone number at the edge is the page's.
func TestTablesHoldEachPieceOnce(t *testing.T) {
	found := 0
	for seed := range uint64(300) {
		text := randomGrid(rand.New(rand.NewPCG(seed, 4)))
		p, err := page.ParseText(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Number = 1
		s := Prepare(p, Options{strict: true})
		understand([]*Sheet{s}, Options{strict: true}, nil)
		found += len(s.tables)
		for _, g := range s.tables {
			if err := checkGrid(s, g); err != nil {
				t.Errorf("seed %d: %v on\n%s", seed, err, text)
			}
		}
	}
	if found < 150 {
		t.Errorf("found %d tables on 300 pages, want 150 or more", found)
	}
}

// randomGrid returns a page with rows and columns of words, wrapped now and then,
// between rules that are sometimes missing.
func randomGrid(r *rand.Rand) string {
	var b strings.Builder
	rows, cols := 2+r.IntN(7), 2+r.IntN(5)
	vertical, horizontal := r.Float64(), r.Float64()
	width := 450 / float64(cols)
	height := 14 + 14*float64(r.IntN(3))
	x1, y1 := 72+width*float64(cols), 90+height*float64(rows)
	for k := range rows + 1 {
		if y := 90 + height*float64(k); k == 0 || k == rows || r.Float64() < horizontal {
			fmt.Fprintf(&b, "rule 72 %g %g %g\n", y, x1, y+0.5)
		}
	}
	for k := range cols + 1 {
		if x := 72 + width*float64(k); r.Float64() < vertical {
			fmt.Fprintf(&b, "rule %g 90 %g %g\n", x, x+0.5, y1)
		}
	}
	for i := range rows {
		for j := range cols {
			for line := range 1 + r.IntN(int(height/14)) {
				x, y := 75+width*float64(j), 92+height*float64(i)+12*float64(line)
				for range r.IntN(3) {
					word := strings.Repeat("ab1"[r.IntN(3):][:1], 1+r.IntN(6))
					if end := x + 5*float64(len(word)); end < 72+width*float64(j+1) || r.IntN(9) == 0 {
						fmt.Fprintf(&b, "%g %g %g %g 10 Times %q\n", x, y, end, y+10, word)
						x = end + 3
					}
				}
			}
		}
	}
	return b.String()
}

// checkGrid says what is wrong with a table, nil when nothing is.
func checkGrid(s *Sheet, g *grid) error {
	rows, cols := len(g.ys)-1, len(g.xs)-1
	fields, holds := make([]int, rows*cols), map[int]int{}
	for k := range g.cells {
		c := &g.cells[k]
		for r := c.row; r < c.row+c.rowSpan; r++ {
			for col := c.col; col < c.col+c.colSpan; col++ {
				if r >= rows || col >= cols {
					return fmt.Errorf("cell %d reaches beyond %dx%d", k, rows, cols)
				}
				fields[r*cols+col]++
			}
		}
		for _, i := range c.pieces {
			holds[i]++
		}
	}
	for k, n := range fields {
		if n != 1 {
			return fmt.Errorf("field %d,%d is in %d cells", k/cols, k%cols, n)
		}
	}
	furniture := map[int]bool{} // a lone number may be the page's
	for li := range s.lines {
		for _, i := range s.lines[li].pieces {
			furniture[i] = s.isFurniture(li)
		}
	}
	for i := range s.pieces {
		inFurniture := furniture[i] && holds[i] == 0 && s.fate[i].used == 1
		if p := &s.pieces[i]; g.box.ContainsRect(p.box, -0.5) && holds[i] != 1 && !inFurniture && s.fate[i].reason == "" {
			return fmt.Errorf("%q is in %d cells", p.text, holds[i])
		}
	}
	return nil
}
