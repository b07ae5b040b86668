package eval

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// maxDeviation is how far a number may be from that of the reference scorer.
// HTML parsers differ in what they make of broken tables.
const maxDeviation = 0.005

// TestReference scores the outputs of other programs that come with the corpus
// and compares with the scores that come with them.
func TestReference(t *testing.T) {
	dir := os.Getenv("RECTO_CORPUS")
	if dir == "" {
		t.Skip("RECTO_CORPUS is not set: give it the folder of the corpus to compare with the reference scorer")
	}
	corpora, err := Load(dir, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"liteparse", "odl"} {
		t.Run(program, func(t *testing.T) {
			folder := filepath.Join(dir, "reference", program)
			report, err := Run{Predict: FromFolder(folder)}.Score(t.Context(), corpora)
			if err != nil {
				t.Fatal(err)
			}
			var want map[string]struct{ Summary map[string]json.RawMessage }
			if err := readJSON(filepath.Join(folder, "scores.json"), &want); err != nil {
				t.Fatal(err)
			}
			for _, c := range report {
				worst, compared := compareSummary(t, c, want[c.Name].Summary)
				t.Logf("%s: %d numbers, at most %.6f apart", c.Name, compared, worst)
			}
		})
	}
}

// compareSummary returns the greatest deviation and how many numbers it is of.
func compareSummary(t *testing.T, c CorpusReport, want map[string]json.RawMessage) (worst float64, compared int) {
	for name, source := range want {
		if name == "docs" || name == "tables" {
			continue // counts
		}
		w := summaryValue(t, source)
		got := c.Number(name)
		if w == nil {
			if got.Applies() {
				t.Errorf("%s %s = %v, want none", c.Name, name, got)
			}
			continue
		}
		deviation := math.Abs(float64(got) - *w)
		if !(deviation <= maxDeviation) { // NaN, too
			t.Errorf("%s %s = %v, want %.3f", c.Name, name, got, *w)
		}
		worst = max(worst, deviation)
		compared++
	}
	if compared == 0 {
		t.Errorf("%s: no number to compare with", c.Name)
	}
	return worst, compared
}

// summaryValue reads a number or, for shares, a list of number and count.
func summaryValue(t *testing.T, source json.RawMessage) *float64 {
	var value *float64
	if json.Unmarshal(source, &value) == nil {
		return value
	}
	if err := unmarshalTuple(source, &value, new(int)); err != nil {
		t.Fatalf("read %s: %v", source, err)
	}
	return value
}
