package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"recto/internal/doc"
	"recto/internal/format"
	"recto/internal/format/pdf"
)

// TestPageLimits: what is beyond a limit is left out with a warning, or refused.
func TestPageLimits(t *testing.T) {
	small, err := Start(t.Context(), Config{Limits: pdf.Limits{Glyphs: 40, Objects: 3}})
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	r, err := small.Parse(t.Context(), sample(t, "report"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{", 40 are read", "drawn in more than 3 pieces"} {
		if !slices.ContainsFunc(r.Doc.Warnings, func(w doc.Warning) bool { return w.Page == 1 && strings.Contains(w.Text, want) }) {
			t.Errorf("no warning %q of page 1: %+v", want, r.Doc.Warnings)
		}
	}
	glyphs := 0
	for _, it := range r.Text {
		glyphs += len(strings.Join(strings.Fields(it), ""))
	}
	if glyphs == 0 || glyphs > 3*40 {
		t.Errorf("%d characters were read of three pages, want at most 40 of each", glyphs)
	}
	few, err := Start(t.Context(), Config{MaxPages: 2, MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer few.Close()
	if _, err := few.Parse(t.Context(), sample(t, "report"), Options{}); !errors.Is(err, format.ErrTooMany) {
		t.Errorf("three pages with a limit of two: %v", err)
	}
	if _, err := few.Parse(t.Context(), Source{Name: "a.pdf", Data: make([]byte, 2<<20)}, Options{}); !errors.Is(err, format.ErrTooLarge) {
		t.Errorf("two megabytes with a limit of one: %v", err)
	}
}
