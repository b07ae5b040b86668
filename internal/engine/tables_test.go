package engine

import (
	"os"
	"testing"
)

// TestTableOptions shows what the options of table finding change: a form has a
// table only for those who ask for more, an article whose table has rules across
// only has none for those who want drawn grids.
func TestTableOptions(t *testing.T) {
	for _, c := range []struct {
		file  string
		o     Options
		count int
	}{
		{"form", Options{}, 0},
		{"form", Options{MoreTables: true}, 1},
		{"article", Options{}, 1},
		{"article", Options{DrawnTables: true}, 0},
		{"report", Options{DrawnTables: true}, 1},
	} {
		data, err := os.ReadFile("../../testdata/corpus/tagged/pdf/" + c.file + ".pdf")
		if err != nil {
			t.Fatal(err)
		}
		c.o.IgnoreTags = true
		r, err := engine.Parse(t.Context(), Source{Name: c.file + ".pdf", Data: data}, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(tables(r)); got != c.count {
			t.Errorf("Parse(%s, %+v) finds %d tables, want %d", c.file, c.o, got, c.count)
		}
	}
}
