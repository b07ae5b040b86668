package pdf

import (
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

// widths are advance widths of a text face, in ems.
var widths = map[rune]float64{'f': 0.32, 'i': 0.27, 'l': 0.26, 'a': 0.45, 'e': 0.44, 'o': 0.5, 't': 0.31, 'n': 0.53}

// letters lays out a text; a capital F, I or L stands for a glyph that is mapped to
// f and is as wide as ff, fi or fl.
func letters(f *page.Font, text string, stretch float64) page.Run {
	r := page.Run{Font: f, Size: 10}
	x := 0.0
	for _, c := range text {
		w := widths[c]
		switch c {
		case 'F':
			c, w = 'f', 0.58
		case 'I':
			c, w = 'f', 0.52
		case 'L':
			c, w = 'f', 0.50
		}
		if w == 0 {
			w = 0.4
		}
		w *= 10 * stretch
		r.Glyphs = append(r.Glyphs, page.Glyph{Rune: c, Box: geom.Rect{X0: x, Y1: 10, X1: x + w}})
		x += w
	}
	return r
}

func TestRepairLigatures(t *testing.T) {
	usual := "afterofanofeatafanfeelfoiltoiletfilofinale"
	for _, c := range []struct {
		name, text, want string
		stretch          float64
	}{
		{"fi", "beneIt", "benefit", 1},
		{"fl", "Laten", "flaten", 1},
		{"ff", "oFen", "offen", 1},
		{"plain f", "afen", "afen", 1},
		{"stretched text proves nothing", "afentalot", "afentalot", 1.4},
	} {
		t.Run(c.name, func(t *testing.T) {
			font := &page.Font{Name: "Text"}
			p := &page.Page{Runs: []page.Run{letters(font, usual, 1), letters(font, "oItenLon", 1), letters(font, c.text, c.stretch)}}
			r := &Reader{letters: map[*page.Font]*letterWidths{}}
			r.repairLigatures(p)
			if got := p.Runs[2].Text(); got != c.want {
				t.Errorf("repairLigatures(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}
