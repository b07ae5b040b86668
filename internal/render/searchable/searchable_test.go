package searchable

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

// TestOffsets: every entry of the table of objects leads to its object.
func TestOffsets(t *testing.T) {
	var b bytes.Buffer
	w := New(&b)
	words := []page.Word{{Text: "Łódź 日本 😀", Box: geom.Rect{X0: 10, Y0: 10, X1: 60, Y1: 22}}, {Text: "", Box: geom.Rect{X1: 1, Y1: 1}}, {Text: "flat", Box: geom.Rect{X0: 1, X1: 2}}}
	for range 3 {
		if err := w.Add(Page{Width: 100, Height: 200, Words: words, JPEG: []byte("\xff\xd8"), WidthPx: 1, HeightPx: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	entries := regexp.MustCompile(`(?m)^(\d{10}) 00000 n `).FindAllStringSubmatch(s, -1)
	if len(entries) != firstFree-1+3*3 {
		t.Fatalf("%d objects, want %d", len(entries), firstFree-1+3*3)
	}
	for i, e := range entries {
		at, _ := strconv.Atoi(e[1])
		if want := fmt.Sprintf("%d 0 obj\n", i+1); !strings.HasPrefix(s[at:], want) {
			t.Errorf("entry %d leads to %.20q", i+1, s[at:])
		}
	}
	start := regexp.MustCompile(`startxref\n(\d+)\n`).FindStringSubmatch(s)
	if at, _ := strconv.Atoi(start[1]); !strings.HasPrefix(s[at:], "xref\n") {
		t.Errorf("startxref leads to %.20q", s[at:])
	}
}

type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	w := New(full{})
	if err := w.Add(Page{Width: 1, Height: 1}); !errors.Is(err, errFull) {
		t.Errorf("Add to a full disk: %v", err)
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close on a full disk: %v", err)
	}
}
