package table

import (
	"strings"
	"testing"

	"recto/internal/doc"
	"recto/internal/geom"
)

// placed returns a table of the source of readTable that stands at x, y on its
// page, columns of 100 points and rows of 20, texts at the left of their cells.
func placed(t *testing.T, src string, x, y float64) *doc.Table {
	t.Helper()
	out := readTable(t, src)
	for i := range out.Cells {
		c := &out.Cells[i]
		left, top := x+100*float64(c.Col), y+20*float64(c.Row)
		c.Box = geom.Rect{X0: left, Y0: top, X1: left + 100*float64(c.ColSpan), Y1: top + 20*float64(c.RowSpan)}
		for k := range c.Text {
			c.Text[k].Box = geom.Rect{X0: left + 2, Y0: top + 5, X1: left + 2 + 5*float64(len(c.Text[k].Text)), Y1: top + 15}
		}
	}
	out.Boxes = []geom.Rect{{X0: x, Y0: y, X1: x + 100*float64(out.ColCount), Y1: y + 20*float64(out.RowCount)}}
	return out
}

func textAt(y float64, s string) *doc.Paragraph {
	return &doc.Paragraph{Base: doc.Base{Boxes: []geom.Rect{{X0: 50, Y0: y, X1: 300, Y1: y + 10}}}, Text: doc.Of(s)}
}

func pages(items ...[]doc.Item) *doc.Document {
	d := &doc.Document{}
	for i, it := range items {
		d.Pages = append(d.Pages, &doc.Page{Number: i + 1, Width: 600, Height: 800, Items: it})
	}
	return d
}

func TestMergeContinued(t *testing.T) {
	const head = "#Name|Size\n"
	for _, c := range []struct {
		name         string
		first, later string
		x, y         float64 // of the second part and the first
		before       string  // text above the second part
		after        string  // text below the first
		end          string  // text below the second
		want         string  // csv of the whole, "" when they stay apart
	}{
		{name: "repeated header", first: head + "ant|1\nbee|2", later: head + "cat|3", y: 700, x: 50, want: "Name,Size\nant,1\nbee,2\ncat,3\n"},
		{name: "no header", first: head + "ant|1\nbee|2", later: "cat|3\ndog|4", y: 700, x: 50, want: "Name,Size\nant,1\nbee,2\ncat,3\ndog,4\n"},
		{name: "header taken for one", first: head + "ant|1\nbee|2", later: "#cat|3\ndog|4", y: 700, x: 50, want: "Name,Size\nant,1\nbee,2\ncat,3\ndog,4\n"},
		{name: "outer margin", first: head + "ant|1\nbee|2", later: "cat|3", y: 700, x: 70, want: "Name,Size\nant,1\nbee,2\ncat,3\n"},
		{name: "cut row", first: head + "ant|in the\nbee|over and", later: "|under\ncat|on", y: 700, x: 50, want: "Name,Size\nant,in the\nbee,over and under\ncat,on\n"},
		{name: "row without label", first: head + "ant|1\nbee|2", later: "|3\ndog|4", y: 700, x: 50, want: "Name,Size\nant,1\nbee,2\n,3\ndog,4\n"},
		{name: "continued caption", first: head + "ant|1", later: head + "bee|2", y: 300, x: 50, before: "Table 2 (continued)", want: "Name,Size\nant,1\nbee,2\n"},
		{name: "note below", first: head + "ant|1", later: head + "bee|2", y: 300, x: 50, after: "Continued on the next page", want: "Name,Size\nant,1\nbee,2\n"},
		{name: "source below both", first: head + "ant|1\nbee|2", later: head + "cat|3", y: 690, x: 50, after: "Source: own counts", end: "Source: own counts", want: "Name,Size\nant,1\nbee,2\ncat,3\n"},
		{name: "source of its own", first: head + "ant|1\nbee|2", later: head + "cat|3", y: 690, x: 50, after: "Source: own counts", end: "Source: others"},
		{name: "room left", first: head + "ant|1\nbee|2", later: head + "cat|3", y: 300, x: 50},
		{name: "other header", first: head + "ant|1\nbee|2", later: "#Place|Month\nRome|3", y: 700, x: 50},
		{name: "caption", first: head + "ant|1\nbee|2", later: head + "cat|3", y: 700, x: 50, before: "Table 3: Others"},
		{name: "text between", first: head + "ant|1\nbee|2", later: head + "cat|3", y: 700, x: 50, after: "They are small."},
		{name: "other place", first: head + "ant|1\nbee|2", later: head + "cat|3", y: 700, x: 160},
		{name: "more columns", first: head + "ant|1\nbee|2", later: "cat|3|x", y: 700, x: 50},
		{name: "other kinds", first: head + "ant|1\nbee|2\ncat|3", later: "dog|Rome\neel|Oslo\nfox|Bern", y: 680, x: 50},
		{name: "own titles", first: "#Birds|<\nant|1\nbee|2", later: "#Boats|<\ncat|3", y: 700, x: 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := placed(t, strings.TrimSpace(c.first), 50, c.y), placed(t, strings.TrimSpace(c.later), c.x, 60)
			one, two := []doc.Item{textAt(90, "Some text."), a}, []doc.Item{}
			if c.after != "" {
				one = append(one, textAt(765, c.after))
			}
			if c.before != "" {
				two = append(two, textAt(45, c.before))
			}
			two = append(two, b)
			if c.end != "" {
				two = append(two, textAt(140, c.end))
			}
			d := pages(one, two)
			MergeContinued(d)
			if got := CSV(a); c.want != "" && got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if merged := a.MergedFrom != nil; merged != (c.want != "") || merged != (b.MergedInto == 1) {
				t.Errorf("merged from %v into %d", a.MergedFrom, b.MergedInto)
			}
		})
	}
}

func TestSaysGoesOn(t *testing.T) {
	for _, s := range []string{
		"Table 2 (continued)", "Table 2—Continued", "Continued on the next page", "Table 5: Birds of the valley, cont'd", "(Cont.)",
		"Tabelle 3 (Fortsetzung)", "Tableau 1 (suite)", "Fortsetzung Tabelle 3", "The table continues on page 7.", "continued",
		"See notes at end of table.",
	} {
		if !saysGoesOn(s) {
			t.Errorf("%q does not say that a table goes on", s)
		}
	}
	for _, s := range []string{
		"", "Table 2", "Work continued until May.", "Suite 400, Harbour Road", "Harbour Road, Suite 400", "The suite was full.", "A continuous line",
	} {
		if saysGoesOn(s) {
			t.Errorf("%q says that a table goes on", s)
		}
	}
}
