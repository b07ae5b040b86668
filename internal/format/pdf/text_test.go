package pdf

import (
	"math"
	"strings"
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

// TestGlyphPlaces pins down boxes and baselines on turned and cropped pages. The
// word stands at (100, 500) of a page of 420 by 600 points, cropped to
// 50-350 by 100-550 on two of them.
func TestGlyphPlaces(t *testing.T) {
	r := open(t, "rotated")
	tests := []struct {
		page          int
		width, height float64
		rotation      int
		angle         float64
		origin        geom.Point // of the first glyph
		box           geom.Rect  // of the run
	}{
		{1, 600, 420, 90, 90, geom.Point{X: 500, Y: 100}, geom.Rect{X0: 497, Y0: 100, X1: 509, Y1: 126.67}},
		{2, 300, 450, 0, 0, geom.Point{X: 50, Y: 50}, geom.Rect{X0: 50, Y0: 38.65, X1: 76.67, Y1: 52.67}},
		{3, 420, 600, 180, 180, geom.Point{X: 320, Y: 500}, geom.Rect{X0: 293.33, Y0: 497, X1: 320, Y1: 509}},
		{4, 450, 300, 270, -90, geom.Point{X: 50, Y: 250}, geom.Rect{X0: 41, Y0: 223.33, X1: 53, Y1: 250}},
	}
	for _, tt := range tests {
		p := r.ReadPage(tt.page)
		if p.Err != nil {
			t.Fatal(p.Err)
		}
		if p.Width != tt.width || p.Height != tt.height || p.Rotation != tt.rotation {
			t.Errorf("page %d: %v x %v turned by %d, want %v x %v turned by %d", tt.page, p.Width, p.Height, p.Rotation, tt.width, tt.height, tt.rotation)
		}
		run := runOf(t, p, "Mark")
		if math.Abs(run.Angle-tt.angle) > 0.01 || run.Size != 12 {
			t.Errorf("page %d: angle %v and size %v, want %v and 12", tt.page, run.Angle, run.Size, tt.angle)
		}
		if o := run.Glyphs[0].Origin; math.Hypot(o.X-tt.origin.X, o.Y-tt.origin.Y) > slack {
			t.Errorf("page %d: origin %v, want %v", tt.page, o, tt.origin)
		}
		checkBox(t, "Mark", run.Box, tt.box)
	}
}

func TestTurnedText(t *testing.T) {
	p := read(t, "rotated", 5)
	tests := []struct {
		text   string
		size   float64
		angle  float64
		origin geom.Point
	}{
		{"Upwards", 12, -90, geom.Point{X: 60, Y: 500}},
		{"Slanted", 10, -30, geom.Point{X: 200, Y: 300}},
		{"Scaled", 24, 0, geom.Point{X: 100, Y: 100}},
		{"Raised", 12, 0, geom.Point{X: 100, Y: 188}}, // 400 and 12 of text rise from below
	}
	for _, tt := range tests {
		r := runOf(t, p, tt.text)
		if math.Abs(r.Size-tt.size) > 0.01 || math.Abs(r.Angle-tt.angle) > 0.01 {
			t.Errorf("%s: size %v and angle %v, want %v and %v", tt.text, r.Size, r.Angle, tt.size, tt.angle)
		}
		if o := r.Glyphs[0].Origin; math.Hypot(o.X-tt.origin.X, o.Y-tt.origin.Y) > slack {
			t.Errorf("%s: origin %v, want %v", tt.text, o, tt.origin)
		}
	}
}

// TestGlyphsTouch checks that level glyphs of a run advance to the right and that
// their boxes are those of the advance, but for ink that hangs over.
func TestGlyphsTouch(t *testing.T) {
	p := read(t, "report", 1)
	if len(p.Runs) < 40 {
		t.Fatalf("%d runs, want a page full", len(p.Runs))
	}
	for i := range p.Runs {
		r := &p.Runs[i]
		for k := range r.Glyphs {
			g := &r.Glyphs[k]
			if g.Box.Empty() || g.Box.H() < 0.5*r.Size || g.Box.H() > 2*r.Size || g.Origin.Y < g.Box.Y0 || g.Origin.Y > g.Box.Y1 {
				t.Fatalf("%q: glyph %q has the box %v and the origin %v at size %v", textOf(r), g.Rune, g.Box, g.Origin, r.Size)
			}
			if k == 0 {
				continue
			}
			before := &r.Glyphs[k-1]
			gap := g.Box.X0 - before.Box.X1
			if g.Flags&page.SpaceBefore == 0 && math.Abs(gap) > 0.12*r.Size {
				t.Errorf("%q: %.2f points between %q and %q", textOf(r), gap, before.Rune, g.Rune)
			}
			if g.Flags&page.SpaceBefore != 0 && gap < 0.1*r.Size {
				t.Errorf("%q: a space of %.2f points between %q and %q", textOf(r), gap, before.Rune, g.Rune)
			}
		}
	}
}

func TestFonts(t *testing.T) {
	report, form, rotated := read(t, "report", 1), read(t, "form", 1), read(t, "rotated", 5)
	code := read(t, "code", 1)
	tests := []struct {
		page                                   *page.Page
		text                                   string
		name                                   string
		bold, italic, mono, serif, symbolicToo bool
	}{
		{report, "Rain Gardens of Elm Street", "Helvetica-Bold", true, false, false, false, false},
		{report, "volunteers", "Times-Bold", true, false, false, true, false},
		{report, "every", "Times-Italic", false, true, false, true, false},
		{report, "rain.example.org", "Times-Roman", false, false, false, true, false},
		{rotated, "Raised", "Times-BoldItalic", true, true, false, true, false},
		{code, "package main", "Courier", false, false, true, true, false},
		{form, "✔", "ZapfDingbats", false, false, false, false, true},
	}
	for _, tt := range tests {
		f := runOf(t, tt.page, tt.text).Font
		if f.Name != tt.name || f.Bold != tt.bold || f.Italic != tt.italic || f.Monospace != tt.mono {
			t.Errorf("font of %q = %+v, want %s, bold %t, italic %t, monospace %t", tt.text, *f, tt.name, tt.bold, tt.italic, tt.mono)
		}
		if f.Symbolic != tt.symbolicToo {
			t.Errorf("font of %q is symbolic: %t", tt.text, f.Symbolic)
		}
		if f.Serif != tt.serif && tt.name != "Courier" {
			t.Errorf("font of %q has serifs: %t", tt.text, f.Serif)
		}
		if f.Embedded {
			t.Errorf("font of %q is embedded, none is in the file", tt.text)
		}
		if f.Ascent < 0.5 || f.Ascent > 1.3 || f.Descent <= 0 || f.Descent > 0.5 {
			t.Errorf("font of %q: ascent %v, descent %v", tt.text, f.Ascent, f.Descent)
		}
	}
	if a, b := runOf(t, report, "volunteers").Font, runOf(t, report, "rain.example.org").Font; a == b {
		t.Error("two faces share one font")
	}
	fonts := map[page.Font]*page.Font{}
	for i := range report.Runs {
		f := report.Runs[i].Font
		if known := fonts[*f]; known != nil && known != f {
			t.Fatalf("%s has two values", f.Name)
		}
		fonts[*f] = f
	}
}

// TestFontNames pins down what is read from names alone.
func TestFontNames(t *testing.T) {
	tests := []struct {
		name                     string
		weight                   int
		bold, italic, mono, sign bool
	}{
		{name: "TimesNewRomanPS-BoldItalicMT", bold: true, italic: true},
		{name: "Arial,Bold", bold: true},
		{name: "CMBX10", bold: true},
		{name: "CMTI10", italic: true},
		{name: "CMMI10"},
		{name: "CMTT9", mono: true},
		{name: "CMSY10", sign: true},
		{name: "Roboto-Medium", weight: 600},
		{name: "SomeFont", weight: 700, bold: true},
		{name: "SegoeUI-Semilight"},
		{name: "NimbusRomNo9L-Medi", bold: true},
		{name: "HelveticaNeue-It", italic: true},
	}
	for _, tt := range tests {
		f := page.Font{Name: tt.name, Weight: tt.weight}
		byName(&f)
		if f.Bold != tt.bold || f.Italic != tt.italic || f.Monospace != tt.mono || f.Symbolic != tt.sign {
			t.Errorf("byName(%s, weight %d) = %+v, want bold %t, italic %t, monospace %t, symbolic %t", tt.name, tt.weight, f, tt.bold, tt.italic, tt.mono, tt.sign)
		}
	}
	for in, want := range map[string]string{"ABCDEF+Times": "Times", "ABCDE+Times": "ABCDE+Times", "AbCDEF+Times": "AbCDEF+Times", "ABCDEF+": "ABCDEF+"} {
		if got := withoutSubset(in); got != want {
			t.Errorf("withoutSubset(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestColoursAndModes(t *testing.T) {
	p := read(t, "hidden", 1)
	tests := []struct {
		text  string
		mode  page.Mode
		color page.Color
	}{
		{"Plain", page.Painted, 0x000000ff},
		{"Unpainted", page.Invisible, 0x000000ff},
		{"Clipping", page.Invisible, 0x000000ff},
		{"White", page.Painted, 0xffffffff},
		{"Outlined", page.Painted, 0x0000ffff}, // of the outline: there is nothing else
		{"Blue", page.Painted, 0x336699ff},
		{"Transparent", page.Painted, 0x33669900},
	}
	for _, tt := range tests {
		r := runOf(t, p, tt.text)
		if r.Mode != tt.mode || r.Color != tt.color {
			t.Errorf("%s: mode %d and colour %08x, want %d and %08x", tt.text, r.Mode, r.Color, tt.mode, tt.color)
		}
		if r.Confidence != 1 || r.MCID != -1 || r.Artifact {
			t.Errorf("%s: %+v is marked on a page without marks", tt.text, *r)
		}
	}
	// Text outside the page is read where it is; what to do with it is layout's.
	if b := runOf(t, p, "Right of the page").Box; b.X0 < p.Width {
		t.Errorf("text right of the page stands at %v", b)
	}
	if b := runOf(t, p, "Above the page").Box; b.Y1 > 0 {
		t.Errorf("text above the page stands at %v", b)
	}
}

func TestCharacters(t *testing.T) {
	p := read(t, "unicode", 1)
	glyph := func(text string, i int) page.Glyph { return runOf(t, p, text).Glyphs[i] }

	if g := glyph("x\U0001D400y", 1); g.Rune != 0x1D400 || g.Flags != 0 || math.Abs(g.Box.W()-10) > 3 {
		t.Errorf("a character beyond 16 bits = %+v", g)
	}
	if n := len(runOf(t, p, "x\U0001D400y").Glyphs); n != 3 {
		t.Errorf("x, a character beyond 16 bits and y are %d glyphs", n)
	}
	// The three letters of the ligature share its box from left to right.
	ligature := runOf(t, p, "affix").Glyphs
	for i := 1; i <= 3; i++ {
		if w := ligature[i].Box.W(); math.Abs(w-10.0/3) > 0.5 {
			t.Errorf("part %d of a ligature is %.2f wide, want a third of 10", i, w)
		}
		if ligature[i].Box.X0 < ligature[i-1].Box.X1-1 {
			t.Errorf("part %d of a ligature begins at %.2f, before %.2f", i, ligature[i].Box.X0, ligature[i-1].Box.X1)
		}
	}
	if g := glyph("soft-", 4); g.Rune != '-' || g.Flags&page.Hyphen == 0 {
		t.Errorf("a soft hyphen at the end of a line = %+v", g)
	}
	if g := glyph("hard-", 4); g.Rune != '-' {
		t.Errorf("a hyphen at the end of a line = %+v", g)
	}
	if g := glyph("p\uE001q", 1); g.Flags&page.Unmapped == 0 {
		t.Errorf("a character for private use = %+v, want it unmapped", g)
	}
	if got := runOf(t, p, "two words"); strings.Contains(got.Text(), " ") {
		t.Errorf("%q holds a space as a glyph", got.Text())
	}
}

func TestSplitLigatures(t *testing.T) {
	box, at := geom.Rect{X0: 10, Y0: 0, X1: 22, Y1: 10}, geom.Point{X: 10, Y: 8}
	glyphs := []page.Glyph{{Rune: 'f', Box: box, Origin: at}, {Rune: 'f', Box: box, Origin: at}, {Rune: 'l', Box: box, Origin: at}, {Rune: 'y', Box: geom.Rect{X0: 22, Y0: 0, X1: 27, Y1: 10}, Origin: geom.Point{X: 22, Y: 8}}}
	splitLigatures(glyphs, &style{})
	for i, want := range []float64{10, 14, 18, 22} {
		if glyphs[i].Box.X0 != want || glyphs[i].Origin.X != want {
			t.Errorf("part %d begins at %v, its box at %v, want %v", i, glyphs[i].Origin.X, glyphs[i].Box.X0, want)
		}
	}
}
