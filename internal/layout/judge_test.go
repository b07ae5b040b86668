package layout

import (
	"math"
	"strings"
	"testing"

	"recto/internal/page"
)

// TestConfidence pins down what a page's confidence means.
func TestConfidence(t *testing.T) {
	tests := []struct {
		name       string
		page       string
		confidence float64
		needs      string // part of the reason for recognition, "" for none
	}{
		{"readable", `72 100 300 112 12 Times "A line that everybody reads."`, 1, ""},
		{"blank", `rule 72 100 300 101`, 1, ""},
		{"a sign unknown", `72 100 300 112 12 Times "Nine of ten letters are kn` + "\uFFFD" + `wn."`, 24.0 / 25, ""},
		{"unknown font", `72 100 300 112 12 Times "` + strings.Repeat("\uE010", 12) + `and some words."`, 13.0 / 25, "12 of 25 characters"},
		{"picture", `image 0 0 612 792`, 0, "picture"},
		{"transcript", "image 0 0 612 792\n" + `72 100 300 112 12 Times "Read by a scanner." hidden`, 1, ""},
		{"drawn letters", strings.Repeat("shape 72 100 80 110\n", 120), 0, "drawings"},
	}
	for _, tt := range tests {
		p, err := page.ParseText(tt.page)
		if err != nil {
			t.Fatal(err)
		}
		got := Understand([]*Sheet{Prepare(p, Options{})}, Options{strict: true}).Pages[0]
		if math.Abs(got.Confidence-tt.confidence) > 0.001 {
			t.Errorf("%s: confidence %v, want %v", tt.name, got.Confidence, tt.confidence)
		}
		if (got.NeedsOCR == "") != (tt.needs == "") || !strings.Contains(got.NeedsOCR, tt.needs) {
			t.Errorf("%s: needs recognition because %q, want %q", tt.name, got.NeedsOCR, tt.needs)
		}
	}
}
