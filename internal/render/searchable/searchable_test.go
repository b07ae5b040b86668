package searchable

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"recto/internal/geom"
	"recto/internal/page"
)

// TestOffsets: every entry of the table of objects leads to its object.
func TestOffsets(t *testing.T) {
	var b bytes.Buffer
	w := New(&b)
	words := []page.Word{{Text: "Łódź 日本 😀", Box: geom.Rect{X0: 10, Y0: 10, X1: 60, Y1: 22}}, {Text: "", Box: geom.Rect{X1: 1, Y1: 1}}, {Text: "flat", Box: geom.Rect{X0: 1, X1: 2}}}
	picture, err := Encode(image.NewGray(image.Rect(0, 0, 3, 3)))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := w.Add(Page{Width: 100, Height: 200, Words: words, Picture: picture}); err != nil {
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

// TestWordsInPlace: another reader finds every word where it was put, whichever
// way the page lies, and in every script.
func TestWordsInPlace(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	texts := []string{"reader", "Łódź", "日本語", "ﬁnd", "שלום", "مرحبا", "Ελλάδα"}
	const w, h = 300.0, 200.0
	for _, tt := range []struct {
		quarters int
		skew     float64
	}{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 3}, {0, -3}, {1, 2}, {2, -4}} {
		// The words stand in a column on the straight page.
		pw, ph := w, h
		if tt.quarters%2 == 1 {
			pw, ph = h, w
		}
		angle := (float64(tt.quarters)*90 + tt.skew) * math.Pi / 180
		sin, cos := math.Sincos(angle) // counter-clockwise, from the straight page to the paper
		place := func(r geom.Rect) (out geom.Rect) {
			for i, c := range [4][2]float64{{r.X0, r.Y0}, {r.X1, r.Y0}, {r.X0, r.Y1}, {r.X1, r.Y1}} {
				x, y := c[0]-w/2, c[1]-h/2
				p := geom.Rect{X0: pw/2 + x*cos + y*sin, Y0: ph/2 - x*sin + y*cos}
				p.X1, p.Y1 = p.X0, p.Y0
				if i == 0 {
					out = p
				}
				out = geom.Rect{X0: min(out.X0, p.X0), Y0: min(out.Y0, p.Y0), X1: max(out.X1, p.X1), Y1: max(out.Y1, p.Y1)}
			}
			return out
		}
		var words []page.Word
		want := map[string]geom.Rect{}
		for i, s := range texts {
			straight := geom.Rect{X0: 60, Y0: 30 + 18*float64(i), X1: 60 + 7*float64(len([]rune(s))), Y1: 42 + 18*float64(i)}
			words = append(words, page.Word{Text: s, Box: place(straight)})
			want[norm.NFKC.String(s)] = straight
		}
		var b bytes.Buffer
		d := New(&b)
		if err := d.Add(Page{Width: pw, Height: ph, Words: words, Quarters: tt.quarters, Skew: tt.skew}); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "a.pdf")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "pdftotext", "-bbox", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]+)<`).FindAllStringSubmatch(string(out), -1)
		for _, f := range found {
			var v [4]float64
			for i := range v {
				v[i], _ = strconv.ParseFloat(f[i+1], 64)
			}
			got := geom.Rect{X0: v[0], Y0: v[1], X1: v[2], Y1: v[3]}
			text := norm.NFKC.String(f[5])
			straight, ok := want[text]
			if !ok {
				t.Errorf("%+v: the word %q is none of ours", tt, f[5])
				continue
			}
			delete(want, text)
			// The page is shown upright but as skew as it is: its middle stays.
			s, c := math.Sincos(tt.skew * math.Pi / 180)
			x, y := straight.CenterX()-w/2, straight.CenterY()-h/2
			x, y = w/2+x*c+y*s, h/2-x*s+y*c
			if math.Abs(got.CenterX()-x) > 4 || math.Abs(got.CenterY()-y) > 3 || math.Abs(got.W()-straight.W()) > 8 {
				t.Errorf("%+v: %q is at %v, want about %v x %v", tt, f[5], got, x, y)
			}
		}
		if len(want) > 0 {
			t.Errorf("%+v: not found: %v in\n%s", tt, want, out)
		}
	}
}
