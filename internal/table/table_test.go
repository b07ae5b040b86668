package table

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/doc"
)

var update = flag.Bool("update", false, "rewrite the expected output")

// readTable reads the rows of a case: one line a row, cells parted by "|".
// "^" joins a cell to the one above, "<" to the one on its left; a leading "#"
// makes a header; \n is a line break and ^{x} a superscript.
func readTable(t *testing.T, src string) *doc.Table {
	t.Helper()
	table := &doc.Table{}
	at := map[[2]int]int{} // place → index of its cell
	for row, line := range strings.Split(strings.TrimSpace(src), "\n") {
		header := strings.HasPrefix(line, "#")
		if header {
			table.HeaderRows = row + 1
		}
		cells := strings.Split(strings.TrimPrefix(line, "#"), "|")
		table.RowCount, table.ColCount = row+1, max(table.ColCount, len(cells))
		for col, text := range cells {
			switch text = strings.TrimSpace(text); text {
			case "^":
				i := at[[2]int{row - 1, col}]
				at[[2]int{row, col}] = i
				table.Cells[i].RowSpan = row - table.Cells[i].Row + 1
			case "<":
				i := at[[2]int{row, col - 1}]
				at[[2]int{row, col}] = i
				table.Cells[i].ColSpan = col - table.Cells[i].Col + 1
			case "none":
			default:
				at[[2]int{row, col}] = len(table.Cells)
				text = strings.NewReplacer(`\n`, "\n", `\p`, "|").Replace(text)
				table.Cells = append(table.Cells, doc.Cell{Row: row, Col: col, RowSpan: 1, ColSpan: 1, Header: header, Text: readText(text)})
			}
		}
	}
	return table
}

func readText(s string) doc.Text {
	before, rest, found := strings.Cut(s, "^{")
	if !found {
		return doc.Of(s)
	}
	raised, after, _ := strings.Cut(rest, "}")
	return append(append(doc.Of(before), doc.Inline{Text: raised, Style: doc.Superscript}), doc.Of(after)...)
}

// TestForms compares every form of the tables in testdata with what stands
// below them.
func TestForms(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		src, _, _ := strings.Cut(string(data), "-- rows --\n")
		table := readTable(t, strings.TrimPrefix(src, "-- table --\n"))
		got := src + forms(t, table)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if got != string(data) && !*update {
			t.Errorf("%s: got\n%s\nwant\n%s", path, got, data)
		}
	}
}

func forms(t *testing.T, table *doc.Table) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("-- rows --\n")
	for _, row := range Rows(table) {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	b.WriteString("-- csv --\n" + CSV(table))
	b.WriteString("-- html --\n" + HTML(table, HTMLOptions{}) + "\n")
	b.WriteString("-- pipes --\n" + Pipes(table, PipeOptions{}) + "\n")
	b.WriteString("-- compact --\n" + Pipes(table, PipeOptions{Compact: true, MultilineSeparator: " / "}) + "\n")
	return b.String()
}

func TestEmptyTable(t *testing.T) {
	empty := &doc.Table{MergedInto: 1}
	if r := Rows(empty); r == nil || len(r) != 0 {
		t.Errorf("Rows(empty) = %v, want an empty list", r)
	}
	if got := CSV(empty) + HTML(empty, HTMLOptions{}) + Pipes(empty, PipeOptions{}); got != "" {
		t.Errorf("empty table gives %q, want nothing", got)
	}
}

// TestWrongSpans holds that a table which breaks its promises costs its looks
// and not the process.
func TestWrongSpans(t *testing.T) {
	table := &doc.Table{RowCount: 2, ColCount: 2, HeaderRows: 5, Cells: []doc.Cell{
		{Row: 0, Col: 0, RowSpan: 9, ColSpan: 9, Text: doc.Of("big")},
		{Row: 7, Col: 7, RowSpan: 1, ColSpan: 1, Text: doc.Of("far")},
		{Row: -1, Col: -1, Text: doc.Of("before")},
	}}
	forms(t, table)
}
