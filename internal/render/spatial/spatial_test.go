package spatial

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/geom"
	"recto/internal/page"
)

var update = flag.Bool("update", false, "rewrite the expected output")

// readRuns reads the runs of a case, one a line: where the baseline starts (x, y),
// the size, the width of a character in points, an optional angle or "hidden",
// and the text in quotes. Spaces in the text are drawn spaces.
func readRuns(t *testing.T, src string) []page.Run {
	t.Helper()
	var runs []page.Run
	for line := range strings.SplitSeq(strings.TrimSpace(src), "\n") {
		var x, y, size, advance, angle float64
		var text string
		numbers, quoted, _ := strings.Cut(line, `"`)
		text = strings.TrimSuffix(quoted, `"`)
		hidden := strings.Contains(numbers, "hidden")
		n, _ := fmt.Sscan(strings.ReplaceAll(numbers, "hidden", ""), &x, &y, &size, &advance, &angle)
		if n < 4 {
			t.Fatalf("not a run: %s", line)
		}
		runs = append(runs, newRun(text, x, y, size, advance, angle))
		if hidden {
			runs[len(runs)-1].Mode = page.Invisible
		}
	}
	return runs
}

func newRun(text string, x, y, size, advance, angle float64) page.Run {
	r := page.Run{Size: size, Angle: angle, Font: &page.Font{Name: "Test"}, Confidence: 1, MCID: -1}
	flags := page.GlyphFlag(0)
	for _, c := range text {
		if c == ' ' {
			flags = page.SpaceBefore
		} else {
			g := page.Glyph{Rune: c, Origin: geom.Point{X: x, Y: y}, Flags: flags}
			switch angle {
			case 90:
				g.Box = geom.Rect{X0: x - 0.2*size, Y0: y, X1: x + 0.8*size, Y1: y + advance}
			case 270:
				g.Box = geom.Rect{X0: x - 0.8*size, Y0: y - advance, X1: x + 0.2*size, Y1: y}
			default:
				g.Box = geom.Rect{X0: x, Y0: y - 0.8*size, X1: x + advance, Y1: y + 0.2*size}
			}
			r.Glyphs = append(r.Glyphs, g)
			flags = 0
		}
		switch angle {
		case 90:
			y += advance
		case 270:
			y -= advance
		default:
			x += advance
		}
	}
	return r
}

func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		src, _, _ := strings.Cut(string(data), "-- text --\n")
		got := src + "-- text --\n" + Text(readRuns(t, strings.TrimPrefix(src, "-- runs --\n")), Options{}) + "\n"
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got != string(data) {
			t.Errorf("%s: got\n%s\nwant\n%s", path, got, data)
		}
	}
}

func TestOptions(t *testing.T) {
	runs := []page.Run{newRun("plain", 72, 72, 10, 5, 0), newRun("stamp", 20, 400, 10, 5, 270), newRun("ocr", 72, 90, 10, 5, 0)}
	runs[2].Mode = page.Invisible
	for _, c := range []struct {
		o    Options
		want string
	}{{Options{}, "plain"}, {Options{KeepHidden: true}, "plain\nocr"}, {Options{KeepRotated: true}, "plain\nstamp"}} {
		if got := Text(runs, c.o); got != c.want {
			t.Errorf("Text with %+v = %q, want %q", c.o, got, c.want)
		}
	}
	if got := Text(nil, Options{}); got != "" {
		t.Errorf("Text(nothing) = %q", got)
	}
}

// FuzzText holds that nothing blows up, wherever text stands.
func FuzzText(f *testing.F) {
	f.Add(10.0, 10.0, 10.0, 5.0, 1e9, 12.0, 8.0, -3.0, "a b", "c")
	f.Fuzz(func(t *testing.T, x1, y1, s1, a1, x2, y2, s2, a2 float64, t1, t2 string) {
		var runs []page.Run
		var want int
		for _, r := range []page.Run{newRun(t1, x1, y1, s1, a1, 0), newRun(t2, x2, y2, s2, a2, 0)} {
			if len(r.Glyphs) > 0 {
				runs = append(runs, r)
				want += len(r.Glyphs)
			}
		}
		got := Text(runs, Options{})
		if len(got) > 20*(want+len(t1)+len(t2))+4*maxColumn*(want+1) {
			t.Errorf("%d glyphs give %d bytes", want, len(got))
		}
	})
}

// BenchmarkPage is a page of a book: 2,200 glyphs in 45 lines, a run each.
func BenchmarkPage(b *testing.B) {
	var runs []page.Run
	glyphs := 0
	for i := range 45 {
		r := newRun("A line of running text as it stands in any book with words", 72, 72+14*float64(i), 10, 6, 0)
		glyphs += len(r.Glyphs)
		runs = append(runs, r)
	}
	p := &page.Page{Runs: runs}
	b.ReportAllocs()
	for b.Loop() {
		Page(p, Options{})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*glyphs), "ns/glyph")
}
