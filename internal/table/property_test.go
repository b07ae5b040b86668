package table

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"recto/internal/doc"
	"recto/internal/geom"
)

// maker builds tables from a row of bytes, each of them one choice.
type maker []byte

func (m *maker) choose(n int) int {
	if len(*m) == 0 {
		return 0
	}
	c := int((*m)[0])
	*m = (*m)[1:]
	return c % n
}

// cellTexts are what makes forms stumble, and what merging looks at.
var cellTexts = []string{
	"", "a", "word", "12", "1.5", "1,234", "-3", "a,b", `say "no"`, "two\nlines", "<b>", "&amp;", "a | b", "=1+2", "@x", "continued", "x\\", "é 中", "  padded  ",
}

// table makes a valid table: no two cells cover the same place.
func (m *maker) table() *doc.Table {
	t := &doc.Table{RowCount: m.choose(6) + 1, ColCount: m.choose(5) + 1}
	t.HeaderRows = m.choose(t.RowCount + 1)
	y := float64(50 * m.choose(15))
	t.Boxes = []geom.Rect{{X0: 50, Y0: y, X1: 50 + 80*float64(t.ColCount), Y1: y + 20*float64(t.RowCount)}}
	taken := map[[2]int]bool{}
	for row := range t.RowCount {
		for col := range t.ColCount {
			if taken[[2]int{row, col}] || m.choose(8) == 7 { // places may be left empty
				continue
			}
			c := doc.Cell{Row: row, Col: col, RowSpan: 1, ColSpan: 1, Text: doc.Of(cellTexts[m.choose(len(cellTexts))])}
			for m.choose(4) == 3 && col+c.ColSpan < t.ColCount && !taken[[2]int{row, col + c.ColSpan}] {
				c.ColSpan++
			}
			for m.choose(4) == 3 && row+c.RowSpan < t.RowCount {
				c.RowSpan++ // nothing stands further down yet but what came down through this row
			}
			for r := row; r < row+c.RowSpan; r++ {
				for k := col; k < col+c.ColSpan; k++ {
					taken[[2]int{r, k}] = true
				}
			}
			c.Box = geom.Rect{X0: 50 + 80*float64(col), Y0: y + 20*float64(row), X1: 50 + 80*float64(col+c.ColSpan), Y1: y + 20*float64(row+c.RowSpan)}
			for i := range c.Text {
				c.Text[i].Box = c.Box
			}
			t.Cells = append(t.Cells, c)
		}
	}
	return t
}

// overlap returns a place that two cells of a table cover, or one outside it.
func overlap(t *doc.Table) string {
	taken := map[[2]int]bool{}
	for _, c := range t.Cells {
		for row := c.Row; row < c.Row+c.RowSpan; row++ {
			for col := c.Col; col < c.Col+c.ColSpan; col++ {
				if taken[[2]int{row, col}] || row >= t.RowCount || col >= t.ColCount {
					return fmt.Sprintf("row %d, column %d of %dx%d", row, col, t.RowCount, t.ColCount)
				}
				taken[[2]int{row, col}] = true
			}
		}
	}
	return ""
}

// places returns what stands at every place: the text of a cell at its origin,
// marked as header, and "^" where it reaches to.
func places(t *doc.Table) [][]string {
	g := newGrid(t)
	out := make([][]string, g.rows)
	for row := range out {
		out[row] = make([]string, g.cols)
		for col := range out[row] {
			c := g.at(row, col)
			switch {
			case c == nil:
				out[row][col] = headMark(row < 0)
			case c.Row == row && c.Col == col:
				out[row][col] = headMark(row < t.HeaderRows || c.Header) + strings.Join(strings.Fields(plain(c.Text)), " ")
			default:
				out[row][col] = "^"
			}
		}
	}
	return out
}

func headMark(header bool) string {
	if header {
		return "#"
	}
	return ""
}

// parseHTML reads places back from HTML as a browser does.
func parseHTML(t *testing.T, s string) [][]string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	put := func(row, col int, text string) {
		for len(out) <= row {
			out = append(out, nil)
		}
		for len(out[row]) <= col {
			out[row] = append(out[row], "free")
		}
		out[row][col] = text
	}
	row := -1
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "tr":
			row++
			for len(out) <= row {
				out = append(out, nil)
			}
		case "td", "th":
			col := slices.Index(append(slices.Clone(out[row]), "free"), "free")
			down, right := 1, 1
			for _, a := range n.Attr {
				v, err := strconv.Atoi(a.Val)
				if err != nil {
					t.Fatal(err)
				}
				if a.Key == "rowspan" {
					down = v
				} else {
					right = v
				}
			}
			for r := range down {
				for k := range right {
					put(row+r, col+k, "^")
				}
			}
			var text strings.Builder
			for d := range n.Descendants() {
				if d.Type == html.TextNode {
					text.WriteString(d.Data)
				} else if d.Data == "br" {
					text.WriteByte('\n')
				}
			}
			put(row, col, headMark(n.Data == "th")+strings.Join(strings.Fields(text.String()), " "))
		}
	}
	return out
}

// checkForms reads HTML and CSV of a table back.
func checkForms(t *testing.T, x *doc.Table) {
	t.Helper()
	if want, got := places(x), parseHTML(t, HTML(x, HTMLOptions{})); !slices.EqualFunc(want, got, slices.Equal) {
		t.Errorf("html\n%s\nis read as %q, want %q", HTML(x, HTMLOptions{}), got, want)
	}
	records, err := csv.NewReader(strings.NewReader(CSV(x))).ReadAll()
	if err != nil {
		t.Errorf("csv %q: %v", CSV(x), err)
	}
	rows := Rows(x)
	if len(records) != len(rows) {
		t.Fatalf("csv %q has %d records, want %d", CSV(x), len(records), len(rows))
	}
	g := newGrid(x)
	for i, row := range rows {
		if len(row) != x.ColCount || len(records[i]) != x.ColCount {
			t.Fatalf("row %d has %d values and %d fields, want %d", i, len(row), len(records[i]), x.ColCount)
		}
		for k, v := range row {
			want := ""
			if c := g.origin(i, k); c != nil {
				want = plain(c.Text)
			}
			if records[i][k] != want {
				t.Errorf("csv field %d, %d = %q, want %q", i, k, records[i][k], want)
			}
			if s, ok := v.(string); ok && s != want {
				t.Errorf("value %d, %d = %q, want %q", i, k, s, want)
			}
		}
	}
}

// words counts the words of a document's tables and of what was dropped.
func words(d *doc.Document) map[string]int {
	n := map[string]int{}
	count := func(s string) {
		for _, w := range strings.Fields(s) {
			n[w]++
		}
	}
	for _, p := range d.Pages {
		for _, it := range p.Items {
			for _, c := range it.(*doc.Table).Cells {
				count(c.Text.Plain())
			}
		}
		for _, x := range p.Dropped {
			count(x.Text)
		}
	}
	return n
}

// checkMerge joins tables over three pages: no text is lost and no cells overlap.
func checkMerge(t *testing.T, a, b, c *doc.Table) (merged bool) {
	t.Helper()
	d := pages([]doc.Item{a}, []doc.Item{b}, []doc.Item{c})
	before := words(d)
	MergeContinued(d)
	after := words(d)
	for w, n := range before {
		if after[w] != n {
			t.Errorf("%q stood %d times in the parts and stands %d times in the whole", w, n, after[w])
		}
	}
	for i, x := range []*doc.Table{a, b, c} {
		if at := overlap(x); at != "" {
			t.Errorf("after merging, table %d has two cells at %s", i+1, at)
		}
		checkForms(t, x)
	}
	return a.MergedFrom != nil
}

func check(t *testing.T, choices []byte) (merged bool) {
	m := maker(choices)
	x := m.table()
	if at := overlap(x); at != "" {
		t.Fatalf("the test's own table is wrong at %s", at)
	}
	checkForms(t, x)
	like := m.table()
	if m.choose(2) == 0 { // mostly tables of one shape
		again := maker(choices)
		like = again.table()
	}
	return checkMerge(t, x, like, m.table())
}

func TestProperties(t *testing.T) {
	state, merged := uint32(1), 0
	for range 3000 {
		choices := make([]byte, 120)
		for i := range choices {
			state = state*1664525 + 1013904223
			choices[i] = byte(state >> 24)
		}
		if check(t, choices) {
			merged++
		}
		if t.Failed() {
			t.Fatalf("choices %v", choices)
		}
	}
	if merged < 30 {
		t.Errorf("only %d of the tables went on over pages", merged)
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte{3, 2, 1, 9, 0, 4, 7, 3, 3, 1})
	f.Fuzz(func(t *testing.T, choices []byte) { check(t, choices) })
}
