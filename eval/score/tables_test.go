package score

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// gridText writes a table with the text of the covering cell in each field.
func gridText(t Table) string {
	fields := t.fields()
	var rows []string
	for r := range t.Rows {
		var row []string
		for c := range t.Cols {
			text := "·"
			if n, covered := fields[place{r, c}]; covered {
				text = t.Cells[n].Text
			}
			row = append(row, text)
		}
		rows = append(rows, strings.Join(row, " "))
	}
	return strings.Join(rows, "/")
}

func TestTables(t *testing.T) {
	for _, c := range []struct {
		name, markdown string
		want           []string
	}{
		{"none", "a | b\n\nc", nil},
		{"pipes", "a | b\n--|:-:\n1 | 2\n3\n4 | 5", []string{"a b/1 2"}},
		{"ragged rows", "|a|b|\n|-|-|\n|1|\n|1|2|3|", []string{"a b/1 /1 2"}},
		{"escaped pipe and markup", `|a\|b|**c**|` + "\n|-|-|", []string{"a|b c"}},
		{"empty head", "| | |\n|-|-|\n|1|2|", []string{"1 2"}},
		{"spans", "<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr></table>", []string{"a b b/a c d"}},
		{"order", "|a|\n|-|\n\n<table><tr><th>b</th></tr></table>\n\n|c|\n|-|\n", []string{"a", "b", "c"}},
		{"tags in cells", "<table><tr><td>CO<sub>2</sub><br>x</td></tr></table>", []string{"CO 2 x"}},
		{"huge span", `<table><tr><td rowspan="0" colspan="-3">a</td></tr></table>`, []string{"a"}},
	} {
		var got []string
		for _, table := range Tables(c.markdown) {
			got = append(got, gridText(table))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: Tables(%q) = %q, want %q", c.name, c.markdown, got, c.want)
		}
	}
}

func TestRelations(t *testing.T) {
	table := Tables("<table><tr><td colspan=2>h</td><td></td><td>z</td></tr><tr><td>a</td><td>b</td><td>-</td><td></td></tr></table>")[0]
	var got []string
	for r, n := range relations(table) {
		way := "→"
		if r.below {
			way = "↓"
		}
		got = append(got, fmt.Sprintf("%s%s%s×%d", r.from, way, r.to, n))
	}
	slices.Sort(got)
	want := []string{"a→b×1", "b→-×1", "h→z×1", "h↓a×1", "h↓b×1"}
	if !slices.Equal(got, want) {
		t.Errorf("relations = %v, want %v", got, want)
	}
}

// TestJoinedRegions has a table that goes on over a page break and came out as
// one. Both regions count as found, and the table as right.
func TestJoinedRegions(t *testing.T) {
	regions := Tables("|a|b|\n|-|-|\n|1|2|\n|3|4|\n\n|5|6|\n|-|-|\n")
	output := Tables("|a|b|\n|-|-|\n|1|2|\n|3|4|\n|5|6|\n")
	s := CompareTables([]TrueTable{regions}, output)
	if s.Regions != 2 || s.FoundRegions != 2 || s.TrueOutputs != 1 {
		t.Errorf("found %d of %d regions and %d true outputs, want 2 of 2 and 1", s.FoundRegions, s.Regions, s.TrueOutputs)
	}
	if got := s.Structure[0].TEDS.String(); got != "1.000" {
		t.Errorf("TEDS = %s, want 1.000", got)
	}
}

func TestCompareAreas(t *testing.T) {
	truth := []Region{{1, Box{0, 0, 10, 10}}, {1, Box{0, 20, 10, 30}}, {2, Box{0, 0, 10, 10}}}
	given := []Region{
		{1, Box{0, 0, 10, 8}},   // 80 of 100
		{1, Box{0, 26, 10, 36}}, // 40 of 160
		{3, Box{0, 0, 10, 10}},  // wrong page
	}
	want := AreaCount{Right: 1, True: 3, Given: 3}
	if got := CompareAreas(truth, given); got != want {
		t.Errorf("CompareAreas(%v, %v) = %v, want %v", truth, given, got, want)
	}
}
