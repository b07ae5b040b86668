package pdf

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"recto/internal/doc"
	"recto/internal/format"
)

func TestOpen(t *testing.T) {
	tests := []struct {
		name     string
		data     []byte
		password string
		want     error
	}{
		{"encrypted", sample(t, "encrypted"), "", format.ErrEncrypted},
		{"wrong password", sample(t, "encrypted"), "verso", format.ErrPassword},
		{"right password", sample(t, "encrypted"), "recto", nil},
		{"owner's password", sample(t, "encrypted"), "owner of recto", nil},
		{"needless password", sample(t, "letter"), "recto", nil},
		{"broken", sample(t, "broken"), "", format.ErrBroken},
		{"empty", sample(t, "empty"), "", format.ErrEmpty},
		{"blank", []byte(" \r\n\t"), "", format.ErrEmpty},
		{"no PDF", []byte("Dear reader, this is no PDF."), "", format.ErrBroken},
		{"half", sample(t, "report")[:4000], "", format.ErrBroken},
		{"leading junk", append([]byte("HTTP/1.1 200 OK\r\n\r\n"), sample(t, "letter")...), "", nil},
		{"no end", sample(t, "letter")[:len(sample(t, "letter"))-20], "", nil}, // the table is rebuilt
	}
	for _, tt := range tests {
		r, err := runtime.Open(t.Context(), tt.data, tt.password)
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("open %s: %v, want %v", tt.name, err, tt.want)
		}
		if err != nil {
			continue
		}
		if p := r.ReadPage(1); p.Err != nil || len(p.Runs) == 0 {
			t.Errorf("%s: page 1 has %d runs and the error %v", tt.name, len(p.Runs), p.Err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("close %s: %v", tt.name, err)
		}
	}
}

// TestBadPage checks that a page that cannot be loaded fails alone.
func TestBadPage(t *testing.T) {
	r := open(t, "badpage")
	if r.PageCount() != 3 {
		t.Fatalf("%d pages, want 3", r.PageCount())
	}
	for n, text := range []string{"The first page.", "", "The third page."} {
		p := r.ReadPage(n + 1)
		if p.Number != n+1 {
			t.Errorf("page %d says it is %d", n+1, p.Number)
		}
		if text == "" {
			if p.Err == nil {
				t.Errorf("page %d is read: %+v", n+1, p)
			}
			continue
		}
		if p.Err != nil {
			t.Fatal(p.Err)
		}
		runOf(t, p, text)
	}
	if err := r.Broken(); err != nil {
		t.Errorf("a bad page breaks the reader: %v", err)
	}
	for _, n := range []int{-1, 0, 4, 1 << 40} {
		if p := r.ReadPage(n); p.Err == nil {
			t.Errorf("page %d of 3 is read", n)
		}
	}
}

func TestLabels(t *testing.T) {
	r := open(t, "labels")
	for n, want := range []string{"i", "ii", "1"} {
		if got := r.Label(n + 1); got != want {
			t.Errorf("Label(%d) = %q, want %q", n+1, got, want)
		}
		if got := r.ReadPage(n + 1).Label; got != want {
			t.Errorf("page %d has the label %q, want %q", n+1, got, want)
		}
	}
	if got := open(t, "letter").Label(1); got != "" {
		t.Errorf("label of a page without labels = %q", got)
	}
}

func TestMeta(t *testing.T) {
	tests := map[string]doc.Meta{
		"labels": {Title: "Übersicht 1", Author: "M. Feld", Subject: "Labels", Keywords: "a, b", Creator: "gen", Producer: "Recto samples", Lang: "de-AT", PageCount: 3},
		"report": {Title: "Rain Gardens of Elm Street", Author: "Ida Moorland", Subject: "Third year of measurements", Keywords: "rain, soil, drains", Creator: "gen", Producer: "Recto samples", Lang: "en-GB", PageCount: 3},
		"hidden": {PageCount: 1},
	}
	for name, want := range tests {
		if got := open(t, name).Meta(); got != want {
			t.Errorf("Meta(%s) = %+v, want %+v", name, got, want)
		}
	}
}

// TestOutline pins down heights from the top of the page as it is shown.
func TestOutline(t *testing.T) {
	want := []doc.Bookmark{
		{Title: "To a place", Level: 1, Page: 1, Y: 150},
		{Title: "Below it", Level: 2, Page: 3, Y: 50}, // of a cropped page
		{Title: "To a page", Level: 1, Page: 2, Y: -1},
		{Title: "To a height", Level: 1, Page: 1, Y: 200},
		{Title: "By name", Level: 1, Page: 3, Y: 100},
		{Title: "By an action", Level: 1, Page: 1, Y: 300},
		{Title: "On a turned page", Level: 1, Page: 2, Y: 100},
		{Title: "To nowhere", Level: 1, Page: 0, Y: -1},
		{Title: "Über", Level: 1, Page: 1, Y: -1},
	}
	if got := open(t, "labels").Outline(); !reflect.DeepEqual(got, want) {
		t.Errorf("outline %+v, want %+v", got, want)
	}

	r := open(t, "report")
	marks := r.Outline()
	if len(marks) != 7 {
		t.Fatalf("%d bookmarks, want 7: %+v", len(marks), marks)
	}
	levels := []int{1, 2, 3, 3, 2, 2, 2}
	for i, m := range marks {
		if m.Level != levels[i] {
			t.Errorf("%s is of level %d, want %d", m.Title, m.Level, levels[i])
		}
		// Bookmarks lead to the upper edge of their headings.
		heading := runOf(t, r.ReadPage(m.Page), m.Title)
		if math.Abs(heading.Box.Y0-m.Y) > 0.5*heading.Size {
			t.Errorf("bookmark %s leads to %v, its heading begins at %v", m.Title, m.Y, heading.Box.Y0)
		}
	}
	if got := open(t, "letter").Outline(); len(got) != 0 {
		t.Errorf("a letter has the outline %+v", got)
	}
}
