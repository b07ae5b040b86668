package layout

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"recto/internal/doc"
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

// FuzzTables looks at the tables of pages with random grids, rules, captions and
// notes in the same way.
func FuzzTables(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed, seed%3 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, open bool) {
		r := rand.New(rand.NewPCG(seed, 7))
		text := randomGrid(r)
		if open {
			text = randomOpenTables(r)
		}
		p, err := page.ParseText(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Number = 1
		for _, o := range []Options{{strict: true}, {strict: true, MoreTables: true}, {strict: true, DrawnTables: true}} {
			s := Prepare(p, o)
			understand([]*Sheet{s}, o, func(pass string, sheets []*Sheet) {
				if err := s.check(pass); err != nil {
					t.Errorf("%v on\n%s", err, text)
				}
			})
			for _, g := range s.tables {
				if err := checkGrid(s, g); err != nil {
					t.Errorf("%v on\n%s", err, text)
				}
			}
		}
	})
}

// randomOpenTables returns a page with tables under each other that have rules across
// only, some in pieces, headings of several lines, captions and notes.
func randomOpenTables(r *rand.Rand) string {
	var b strings.Builder
	y := 60.0
	line := func(x float64, words int, wordLength int) {
		for range words {
			n := 1 + r.IntN(wordLength)
			word := strings.Repeat("aB1-."[r.IntN(5):][:1], n)
			fmt.Fprintf(&b, "%g %g %g %g 10 Times %q\n", x, y, x+5*float64(n), y+10, word)
			x += 5*float64(n) + 2.5
		}
	}
	cols := 2 + r.IntN(5)
	width := 450 / float64(cols)
	rule := func() {
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "rule 72 %g %g %g\n", y, 72+width*float64(cols), y+0.5)
		} else {
			for c := range cols {
				fmt.Fprintf(&b, "rule %g %g %g %g\n", 72+width*float64(c), y, 72+width*float64(c+1), y+0.5)
			}
		}
		y += 4
	}
	for range 1 + r.IntN(3) {
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "72 %g 120 %g 10 Times \"Table 3:\"\n", y, y+10)
			line(124, 1+r.IntN(12), 6)
			y += 14
		}
		rule()
		for k := range 3 + r.IntN(9) {
			for c := range cols {
				if r.IntN(5) > 0 {
					line(75+width*float64(c)+float64(r.IntN(9)), 1+r.IntN(2), 3+r.IntN(5))
				}
			}
			if k == r.IntN(3) {
				c := r.IntN(cols)
				fmt.Fprintf(&b, "rule %g %g %g %g\n", 72+width*float64(c), y+11, 72+width*float64(c+1), y+11.5)
			}
			y += 12
			if r.IntN(6) == 0 {
				rule()
			}
		}
		if r.IntN(2) == 0 {
			line(72, 4+r.IntN(14), 6)
			y += 12
		}
		rule()
		y += 10 + float64(r.IntN(30))
	}
	return b.String()
}

// BenchmarkLongTable understands a table of 2,000 and of 20,000 rows on 20 and 200
// pages: the time for a row must not grow.
func BenchmarkLongTable(b *testing.B) {
	for _, pages := range []int{20, 200} {
		b.Run(fmt.Sprintf("rows=%d", 100*pages), func(b *testing.B) {
			for b.Loop() {
				var sheets []*Sheet
				for n := range pages {
					p, err := page.ParseText(longTablePage(n))
					if err != nil {
						b.Fatal(err)
					}
					p.Number = n + 1
					sheets = append(sheets, Prepare(p, Options{}))
				}
				rows := 0
				for _, p := range Understand(sheets, Options{}).Pages {
					for _, it := range p.Items {
						if t, ok := it.(*doc.Table); ok {
							rows += t.RowCount
						}
					}
				}
				if rows < 99*pages {
					b.Fatalf("%d rows, want %d", rows, 100*pages)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*pages*100), "ns/row")
		})
	}
}

// longTablePage returns page n of a table with rules across: headings and 99 rows.
func longTablePage(n int) string {
	var b strings.Builder
	b.WriteString("rule 72 50 500 50.5\nrule 72 57 500 57.5\nrule 72 751 500 751.5\n")
	for k := range 100 {
		y := 51 + 7*float64(k)
		for c := range 6 {
			word := fmt.Sprintf("%d.%d", n*100+k, c)
			if k == 0 {
				word = "Head" + strings.Repeat("x", c)
			} else if c == 0 {
				word = "Name" + strings.Repeat("y", k%7)
			}
			x := 75 + 70*float64(c)
			fmt.Fprintf(&b, "%g %g %g %g 6 Times %q\n", x, y, x+3*float64(len(word)), y+6, word)
		}
	}
	return b.String()
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
