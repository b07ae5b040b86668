package score

import (
	"strings"
	"testing"
)

// parseTree reads a tree like "table(tr(td:a td:b) tr)".
func parseTree(s string) *node {
	root, rest := parseNode(s)
	if rest != "" {
		panic("left over: " + rest)
	}
	return root
}

func parseNode(s string) (*node, string) {
	end := strings.IndexAny(s, "( )")
	if end < 0 {
		end = len(s)
	}
	tag, text, _ := strings.Cut(s[:end], ":")
	n := &node{tag: tag, text: text}
	s = s[end:]
	if !strings.HasPrefix(s, "(") {
		return n, s
	}
	for s[0] != ')' {
		var kid *node
		kid, s = parseNode(s[1:])
		n.kids = append(n.kids, kid)
	}
	return n, s[1:]
}

func TestCompareTrees(t *testing.T) {
	for _, c := range []struct {
		truth, found string
		text, shape  string // over 10 nodes, so that a tenth is one node
	}{
		{"a(b c)", "a(b c)", "1.000", "1.000"},
		{"a(b c)", "a(b)", "0.900", "0.900"},
		{"a(b c)", "a(b x)", "0.900", "0.900"},                  // another tag is another node
		{"a(b:12 c)", "a(b:13 c)", "0.950", "1.000"},            // half a text
		{"a(b:12 c)", "a(b c)", "0.900", "1.000"},               // a text lost
		{"a(r(b c) r(d e))", "a(r(b c d e))", "0.700", "0.700"}, // both rows out, a new one in
		{"a(r(b c) r(d e))", "a(r(d e))", "0.700", "0.700"},
		{"f(d(a c(b)) e)", "f(c(d(a b)) e)", "0.800", "0.800"}, // the example of Zhang and Shasha
	} {
		s := compare(parseTree(c.truth), parseTree(c.found), 10)
		if s.text.String() != c.text || s.shape.String() != c.shape {
			t.Errorf("compare(%s, %s) = %v %v, want %s %s", c.truth, c.found, s.text, s.shape, c.text, c.shape)
		}
	}
}

// BenchmarkBigTable compares tables of 2000 cells, each with a text of its own.
func BenchmarkBigTable(b *testing.B) {
	cell := 0
	table := func(rows int) Table {
		t := Table{Rows: rows, Cols: 10}
		for r := range rows {
			for c := range t.Cols {
				cell++
				t.Cells = append(t.Cells, Cell{Row: r, Col: c, RowSpan: 1, ColSpan: 1, Text: strings.Repeat(string(rune('a'+cell%26)), cell%17) + "0"})
			}
		}
		return t
	}
	truth, found := table(200), table(190)
	for b.Loop() {
		compareTable(truth, found)
	}
}
