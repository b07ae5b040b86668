package eval

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBaselineFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "baseline.tsv")
	empty, err := ReadBaseline(path)
	if err != nil || len(empty) != 0 {
		t.Fatalf("ReadBaseline without a file = %v, %v", empty, err)
	}
	b := Baseline{
		{"tagged", "b", "NID"}:         0.5,
		{"tagged", "a", "TEDS"}:        1,
		{"tagged", "a", "NID"}:         0.25,
		{"tagged", WholeCorpus, "NID"}: 0.375,
		{"icdar", "z", "TEDS"}:         0.33333333,
	}
	if err := b.Write(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "corpus\tdocument\tmetric\tscore\n" +
		"icdar\tz\tTEDS\t0.3333\n" +
		"tagged\t(all)\tNID\t0.3750\n" +
		"tagged\ta\tNID\t0.2500\n" +
		"tagged\ta\tTEDS\t1.0000\n" +
		"tagged\tb\tNID\t0.5000\n"
	if string(data) != want {
		t.Errorf("file is\n%swant\n%s", data, want)
	}
	read, err := ReadBaseline(path)
	if err != nil {
		t.Fatal(err)
	}
	b[Key{"icdar", "z", "TEDS"}] = 0.3333
	if !maps.Equal(read, b) {
		t.Errorf("ReadBaseline = %v, want %v", read, b)
	}
	if moves := b.Moves(Baseline{{"icdar", "z", "TEDS"}: 0.33333333}); len(moves) != 0 {
		t.Errorf("rounding moved %v", moves)
	}
}

func TestReadBrokenBaseline(t *testing.T) {
	dir := writeFiles(t, map[string]string{"columns.tsv": "a\tb\tc\n", "number.tsv": "a\tb\tc\td\n"})
	for _, name := range []string{"columns.tsv", "number.tsv"} {
		if _, err := ReadBaseline(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), name+":1") {
			t.Errorf("ReadBaseline(%s): %v, want an error with the line", name, err)
		}
	}
}

func TestMoves(t *testing.T) {
	old := Baseline{
		{"tagged", "a", "NID"}:          0.5,
		{"tagged", "a", "MHS"}:          0.5,
		{"tagged", "b", "NID"}:          0.5,
		{"tagged", "b", "TEDS"}:         0.5,
		{"tagged", "not run", "NID"}:    0.5,
		{"tagged", WholeCorpus, "TEDS"}: 0.5,
	}
	run := Baseline{
		{"tagged", "a", "NID"}:          0.75,
		{"tagged", "a", "MHS"}:          0.5,
		{"tagged", "b", "NID"}:          0.25,
		{"tagged", "c", "NID"}:          1,
		{"tagged", WholeCorpus, "TEDS"}: 0.4,
	}
	var got []string
	moves := old.Moves(run)
	for _, m := range moves {
		got = append(got, fmt.Sprintf("%s %s %v %v", m.Document, m.Metric, m.Old, m.New))
	}
	want := "b NID 0.500 0.250; (all) TEDS 0.500 0.400; a NID 0.500 0.750; c NID - 1.000; b TEDS 0.500 -"
	if joined := strings.Join(got, "; "); joined != want {
		t.Errorf("Moves = %s, want %s", joined, want)
	}
	var text strings.Builder
	if err := WriteMoves(&text, moves); err != nil {
		t.Fatal(err)
	}
	all, b := strings.Index(text.String(), "(all)"), strings.Index(text.String(), "tagged/b")
	if all < 0 || b < all || !strings.Contains(text.String(), "2 scores are only in one") {
		t.Errorf("WriteMoves does not put the summary first and count the rest:\n%s", text.String())
	}
}

func TestReplace(t *testing.T) {
	old := Baseline{
		{"tagged", "a", "NID"}:        0.5,
		{"tagged", "a", "MHS"}:        0.5,
		{"tagged", "b", "NID"}:        0.5,
		{"olm", "c", "present"}:       0.5,
		{"olm", WholeCorpus, "order"}: 0.5,
	}
	for _, c := range []struct {
		name      string
		run, want Baseline
	}{
		{
			"one document",
			Baseline{{"tagged", "a", "NID"}: 1},
			Baseline{{"tagged", "a", "NID"}: 1, {"tagged", "b", "NID"}: 0.5, {"olm", "c", "present"}: 0.5, {"olm", WholeCorpus, "order"}: 0.5},
		},
		{
			"a whole corpus",
			Baseline{{"olm", WholeCorpus, "order"}: 1, {"olm", "d", "order"}: 1},
			Baseline{{"olm", WholeCorpus, "order"}: 1, {"olm", "d", "order"}: 1, {"tagged", "a", "NID"}: 0.5, {"tagged", "a", "MHS"}: 0.5, {"tagged", "b", "NID"}: 0.5},
		},
	} {
		if got := old.Replace(c.run); !maps.Equal(got, c.want) {
			t.Errorf("%s: Replace = %v, want %v", c.name, got, c.want)
		}
	}
}
