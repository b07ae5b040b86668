package layout

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/page"
)

// FuzzUnderstand lays text, rules, fills, shapes and pictures on pages by chance,
// and reads pages out of the cases of the passes: each piece of text ends in one
// item or is dropped for a reason, after every pass.
func FuzzUnderstand(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, "")
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*.txt"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for part := range strings.SplitSeq(string(data), "\n-- ") {
			if head, text, ok := strings.Cut(part, "--\n"); ok && strings.Contains(head, "page") {
				f.Add(uint64(i), text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		r := rand.New(rand.NewPCG(seed, 11))
		pages := []string{text, chance(r)}
		if text == "" {
			pages = []string{chance(r), chance(r), chance(r)}
		}
		if len(text) > 20_000 {
			return
		}
		o := Options{strict: true, MoreTables: seed%3 == 1, DrawnTables: seed%5 == 2, TextOnly: seed%7 == 3}
		var sheets []*Sheet
		for i, text := range pages {
			p, err := page.ParseText(text)
			if err != nil || !sane(p) {
				return
			}
			p.Number = i + 1
			p.Runs = ReadBoxes(p)
			sheets = append(sheets, Prepare(p, o))
		}
		understand(sheets, o, func(pass string, sheets []*Sheet) {
			for _, s := range sheets {
				if err := s.check(pass); err != nil {
					t.Errorf("%v on\n%s", err, strings.Join(pages, "\n---\n"))
				}
			}
		})
	})
}

// sane reports whether a reader could have made the page: it has a size, and
// measures are numbers of points a page can have.
func sane(p *page.Page) bool {
	const far = 200_000
	ok := func(values ...float64) bool {
		for _, v := range values {
			if !(v > -far && v < far) {
				return false
			}
		}
		return true
	}
	if !(p.Width > 0 && p.Height > 0 && ok(p.Width, p.Height)) {
		return false
	}
	for _, r := range p.Runs {
		if !(r.Size > 0) || !ok(r.Size, r.Box.X0, r.Box.Y0, r.Box.X1, r.Box.Y1) || r.Box.X1 < r.Box.X0 || r.Box.Y1 < r.Box.Y0 {
			return false
		}
	}
	for _, r := range p.Rules {
		if !ok(r.Box.X0, r.Box.Y0, r.Box.X1, r.Box.Y1) || r.Box.X1 < r.Box.X0 || r.Box.Y1 < r.Box.Y0 {
			return false
		}
	}
	return true
}

// chance is a page of random things.
func chance(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("size 612 792\n")
	words := []string{"a", "The", "quick", "1.", "•", "12", "(3)", "Table 1:", "hyphen-", "=", "x²", "שלום", "漢字", "Figure", "....", "0,5 %", "]", "fi", "-", "A.B."}
	x, y := 50.0, 50.0
	for range r.IntN(120) {
		switch r.IntN(20) {
		case 0:
			x, y = float64(r.IntN(600)), float64(r.IntN(780))
		case 1:
			fmt.Fprintf(&b, "rule %d %d %d %d\n", r.IntN(300), r.IntN(790), 300+r.IntN(300), r.IntN(790))
		case 2:
			x0, y0 := r.IntN(500), r.IntN(700)
			fmt.Fprintf(&b, "fill %d %d %d %d\n", x0, y0, x0+r.IntN(200), y0+r.IntN(90))
		case 3:
			x0, y0 := r.IntN(500), r.IntN(700)
			fmt.Fprintf(&b, "image %d %d %d %d\n", x0, y0, x0+r.IntN(300), y0+r.IntN(300))
		case 4:
			x0, y0 := r.IntN(600), r.IntN(780)
			fmt.Fprintf(&b, "shape %d %d %d %d\n", x0, y0, x0+r.IntN(30), y0+r.IntN(30))
		case 5:
			x0, y0 := r.IntN(500), r.IntN(700)
			fmt.Fprintf(&b, "rule %d %d %d %d\nrule %d %d %d %d\n", x0, y0, x0+100, y0+1, x0, y0, x0+1, y0+90)
		case 6, 7:
			x, y = 50+float64(r.IntN(3))*180, y+12
		default:
			w := words[r.IntN(len(words))]
			size := []float64{10, 10, 10, 10, 14, 7, 24}[r.IntN(7)]
			width := size * 0.5 * float64(len([]rune(w)))
			font := []string{"Times", "Times", "Times-Bold", "Courier"}[r.IntN(4)]
			angle := ""
			if r.IntN(40) == 0 {
				angle = fmt.Sprintf(" angle=%d", r.IntN(4)*90)
			}
			fmt.Fprintf(&b, "%g %g %g %g %g %s %q%s\n", x, y, x+width, y+size, size, font, w, angle)
			x += width + size*[]float64{0.25, 0.25, 0.25, 0, 2}[r.IntN(5)]
		}
	}
	return b.String()
}
