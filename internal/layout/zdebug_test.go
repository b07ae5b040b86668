package layout

import (
	"context"
	"fmt"
	"os"
	"testing"

	"recto/internal/format/pdf"
)

func TestZDebug(t *testing.T) {
	if os.Getenv("F") == "" {
		t.Skip()
	}
	rt, _ := pdf.NewRuntime(context.Background(), "")
	data, _ := os.ReadFile(os.Getenv("F"))
	r, err := rt.Open(context.Background(), data, "")
	if err != nil {
		t.Fatal(err)
	}
	n := 1
	fmt.Sscan(os.Getenv("P"), &n)
	p := r.ReadPage(n)
	s := Prepare(p, Options{})
	for _, l := range s.lines {
		fmt.Printf("%.1f %.1f-%.1f size %.1f st %d ang %.0f | ", l.base, l.box.X0, l.box.X1, l.size, l.style, l.angle)
		for k, i := range l.pieces {
			if k > 0 {
				q := s.pieces[l.pieces[k-1]]
				fmt.Printf("{%.1f}", s.pieces[i].box.X0-q.box.X1)
			}
			fmt.Print(s.pieces[i].text)
		}
		fmt.Println()
	}
	if os.Getenv("R") != "" {
		for _, r := range s.rules {
			fmt.Printf("rule %v v=%v\n", r.Box, r.Vertical)
		}
		for _, f := range p.Fills {
			fmt.Printf("fill %v\n", f)
		}
		for _, f := range p.Shapes {
			fmt.Printf("shape %v\n", f)
		}
		for _, f := range p.Images {
			fmt.Printf("img %v\n", f)
		}
	}
}

func TestZGutter(t *testing.T) {
	if os.Getenv("F") == "" {
		t.Skip()
	}
	rt, _ := pdf.NewRuntime(context.Background(), "")
	data, _ := os.ReadFile(os.Getenv("F"))
	r, _ := rt.Open(context.Background(), data, "")
	n := 1
	fmt.Sscan(os.Getenv("P"), &n)
	s := Prepare(r.ReadPage(n), Options{})
	understand([]*Sheet{s}, Options{}, func(name string, _ []*Sheet) {
		if name == "tables" {
			var els []element
			for li := range s.lines {
				l := &s.lines[li]
				if l.glyphs == 0 || s.isFurniture(li) {
					continue
				}
				els = append(els, element{box: l.box, base: l.base, size: l.size, line: li})
			}
			for i := range s.figures {
				f := &s.figures[i]
				els = append(els, element{box: f.box, base: f.box.Y1, size: s.body, line: -1, fig: f})
			}
			o := orderer{s: s}
			fmt.Println("body", s.body, "tables", len(s.tables))
			for _, x := range candidateStrips(els, 7) {
				for _, g := range openIntervals(els, x, x+7) {
					g2 := g
					fmt.Println(x, g, o.rate(els, &g2))
				}
			}
		}
		if name == "columns" {
			for _, c := range s.columns {
				fmt.Println("COLUMN", c.box, len(c.lines), c.table != nil, c.fig != nil)
			}
		}
	})
}

func TestZBlocks(t *testing.T) {
	if os.Getenv("F") == "" {
		t.Skip()
	}
	rt, _ := pdf.NewRuntime(context.Background(), "")
	data, _ := os.ReadFile(os.Getenv("F"))
	r, _ := rt.Open(context.Background(), data, "")
	n := 1
	fmt.Sscan(os.Getenv("P"), &n)
	var ss []*Sheet
	for k := 1; k <= r.PageCount(); k++ {
		ss = append(ss, Prepare(r.ReadPage(k), Options{}))
	}
	understand(ss, Options{IgnoreTags: true}, func(name string, _ []*Sheet) {
		if name != "blocks" {
			return
		}
		s := ss[n-1]
		fmt.Println("body", s.body)
		for i := range s.blocks {
			b := &s.blocks[i]
			fmt.Printf("%d col%d kind%d size %.1f style %d before %.1f after %.1f [%.0f %.0f %.0f %.0f] col %.0f-%.0f lines %d font %v | %.90s\n", i, b.column, b.kind, b.size, b.style, b.before, b.after, b.box.X0, b.box.Y0, b.box.X1, b.box.Y1, b.left, b.right, len(b.lines), func() string { if len(b.lines) > 0 { return s.lines[b.lines[0]].font.Name }; return "" }(), b.text)
		}
	})
}
