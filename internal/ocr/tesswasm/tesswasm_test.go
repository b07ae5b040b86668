package tesswasm

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"recto/internal/ocr"
)

var verse = []string{
	"The miller took the longer road along the river",
	"bank that night, because the shorter one was under",
	"water; he counted the posts of the fence as he went",
	"and came to forty before the light of the inn stood",
	"over the hedge. The host had kept a chair for him",
	"by the stove, and they spoke about the bridge that",
	"nobody wanted to pay for, until the candle was down",
	"to its last inch and the dog had fallen asleep.",
}

// start returns an engine, with the assets of the build or those beside it.
func start(t *testing.T, c Config) *Engine {
	t.Helper()
	if !Embedded() {
		a, err := ReadAssets("assets")
		if err != nil {
			t.Skip("the assets are not there: make ocr-assets")
		}
		c.Assets = a
	}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func sheet(t *testing.T, ink color.Color, lines []string) *image.NRGBA {
	t.Helper()
	const size = 28
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, 34*size, size*(2*len(lines)+4)))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(2*size, size*(3+2*i))
		d.DrawString(l)
	}
	return img
}

func gray(img image.Image) *image.Gray {
	g := image.NewGray(img.Bounds())
	draw.Draw(g, g.Rect, img, img.Bounds().Min, draw.Src)
	return g
}

func textOf(r *ocr.Result) string {
	var lines []string
	for _, l := range r.Lines {
		var words []string
		for _, w := range l.Words {
			words = append(words, w.Text)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

var english = ocr.Options{Languages: []string{"eng"}}

// TestRecognize reads pictures one after the other with one instance, then two
// at once, in colour and in gray; what came before changes nothing.
func TestRecognize(t *testing.T) {
	e := start(t, Config{Workers: 2})
	want := strings.Join(verse, "\n")
	black := sheet(t, color.Black, verse)
	pictures := []image.Image{black, gray(black), sheet(t, color.NRGBA{R: 0xB0, G: 0xD0, B: 0xFF, A: 0xFF}, verse), black}
	for i, img := range pictures {
		began := time.Now()
		r, err := e.Recognize(t.Context(), img, english)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("picture %d took %v", i, time.Since(began))
		if got := textOf(r); got != want {
			t.Errorf("picture %d is read as\n%s", i, got)
		}
		if c := r.Confidence(); c < 0.85 {
			t.Errorf("picture %d: confidence %v", i, c)
		}
		box := r.Lines[0].Words[0].Box
		if box.X0 < 54 || box.X0 > 60 || box.Y0 < 60 || box.Y1 > 87 {
			t.Errorf("picture %d: the first word is at %v", i, box)
		}
	}
	if n := len(e.idle); n != 1 {
		t.Errorf("%d instances for pictures one after the other", n)
	}
	var wg sync.WaitGroup
	for i := range 4 {
		lines := verse[i : i+4]
		img := sheet(t, color.Black, lines)
		wg.Go(func() {
			r, err := e.Recognize(t.Context(), img, english)
			if err != nil || textOf(r) != strings.Join(lines, "\n") {
				t.Errorf("side by side: %v, %+v", err, r)
			}
		})
	}
	wg.Wait()
	if n := len(e.idle); n > 2 {
		t.Errorf("%d instances for two workers", n)
	}
}

// TestVersion: the module says itself what Name says.
func TestVersion(t *testing.T) {
	e := start(t, Config{})
	in, err := e.take(t.Context(), "eng")
	if err != nil {
		t.Fatal(err)
	}
	c := in.calls(t.Context())
	if got := c.copyOut(c.call(fnVersion, in.tess)); !strings.HasPrefix(got, version) || c.err != nil {
		t.Errorf("version %q, %v", got, c.err)
	}
}

// noise is what no page is: random speckles, of which layout analysis makes
// hundreds of thousands of letters.
func noise(w, h int, share float64) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = 255
		if r.Float64() < share {
			img.Pix[i] = 0
		}
	}
	return img
}

// TestCancel: what is under way stops within a second, and the next picture
// gets an instance that was not cut off half-way.
func TestCancel(t *testing.T) {
	e := start(t, Config{Workers: 1})
	page := sheet(t, color.Black, verse)
	if _, err := e.Recognize(t.Context(), page, english); err != nil { // compiled from here on
		t.Fatal(err)
	}
	var long []string
	for range 12 {
		long = append(long, verse...)
	}
	why := errors.New("the client went away")
	for name, img := range map[string]image.Image{"text": sheet(t, color.Black, long), "noise": noise(1700, 2200, 0.04)} {
		for _, after := range []time.Duration{0, 100 * time.Millisecond, time.Second} {
			ctx, cancel := context.WithCancelCause(t.Context())
			timer := time.AfterFunc(after, func() { cancel(why) })
			began := time.Now()
			_, err := e.Recognize(ctx, img, english)
			timer.Stop()
			late := time.Since(began) - after
			e.under.Wait()
			if err == nil {
				if name == "text" && after < 200*time.Millisecond {
					t.Errorf("%s was read in %v", name, after+late)
				}
				continue
			}
			t.Logf("%s, stopped after %v: returned %v late, gave its slot back after %v", name, after, late, time.Since(began)-after)
			if !errors.Is(err, why) {
				t.Errorf("%s, stopped after %v: %v", name, after, err)
			}
			if late > time.Second {
				t.Errorf("%s, stopped after %v: %v late", name, after, late)
			}
			if late = time.Since(began) - after; late > 20*time.Second {
				t.Errorf("%s, stopped after %v: the module went on for %v", name, after, late)
			}
			cancel(nil)
		}
	}
	r, err := e.Recognize(t.Context(), page, english)
	if err != nil || textOf(r) != strings.Join(verse, "\n") {
		t.Errorf("after that: %v, %+v", err, r)
	}
}

// TestGarbage: odd pictures give little or a clear error, and harm nothing.
func TestGarbage(t *testing.T) {
	e := start(t, Config{Workers: 1})
	for name, img := range map[string]image.Image{
		"empty":       image.NewGray(image.Rect(0, 0, 0, 10)),
		"one pixel":   image.NewGray(image.Rect(0, 0, 1, 1)),
		"a thread":    image.NewGray(image.Rect(0, 0, 3000, 1)),
		"black":       image.NewGray(image.Rect(0, 0, 800, 800)),
		"transparent": image.NewNRGBA(image.Rect(0, 0, 800, 800)),
		"speckles":    noise(400, 400, 0.5),
		"off origin":  noise(500, 500, 0.3).SubImage(image.Rect(90, 90, 390, 390)),
	} {
		r, err := e.Recognize(t.Context(), img, english)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := len(textOf(r)); n > 500 {
			t.Errorf("%s: %d characters", name, n)
		}
	}
	if _, err := e.Recognize(t.Context(), huge{}, english); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a huge picture: %v", err)
	}
	if _, err := e.Recognize(t.Context(), noise(10, 10, 0.5), ocr.Options{Languages: []string{"../eng"}}); err == nil {
		t.Error("a language that is a path was taken")
	}
	r, err := e.Recognize(t.Context(), sheet(t, color.Black, verse), english)
	if err != nil || textOf(r) != strings.Join(verse, "\n") {
		t.Errorf("after that: %v, %+v", err, r)
	}
}

// huge has a size and no pixels.
type huge struct{}

func (huge) ColorModel() color.Model { return color.GrayModel }
func (huge) Bounds() image.Rectangle { return image.Rect(0, 0, 1<<30, 1<<30) }
func (huge) At(int, int) color.Color { return color.White }

// TestDataDir: a folder brings further languages, and data that is none says so.
func TestDataDir(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"xyz.traineddata": "no language at all", "osd.traineddata": "", "notes.txt": "", "a+b.traineddata": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := start(t, Config{DataDir: dir, Workers: 1})
	if got := strings.Join(e.Languages(), " "); got != "eng xyz" {
		t.Errorf("languages = %s", got)
	}
	img := sheet(t, color.Black, []string{"Öl für die Mühle, Grüße vom Fluß"})
	if _, err := e.Recognize(t.Context(), img, ocr.Options{Languages: []string{"xyz"}}); err == nil || !strings.Contains(err.Error(), "xyz") {
		t.Errorf("broken data: %v", err)
	}
	if _, err := e.Recognize(t.Context(), img, english); err != nil {
		t.Errorf("English after broken data: %v", err)
	}
	if _, err := New(Config{Assets: e.config.Assets, DataDir: filepath.Join(dir, "nowhere")}); err == nil {
		t.Error("a folder that is not there was taken")
	}
	e = start(t, Config{DataDir: dir, Further: []string{filepath.Join(dir, "nowhere"), dir, t.TempDir()}})
	if got := strings.Join(e.Languages(), " "); got != "eng xyz" {
		t.Errorf("languages with folders that are not there = %s", got)
	}
	e = start(t, Config{Further: SystemFolders(), Workers: 1})
	if !slices.Contains(e.Languages(), "deu") {
		t.Skip("no German data to try: apt-get install tesseract-ocr-deu")
	}
	r, err := e.Recognize(t.Context(), img, ocr.Options{Languages: []string{"deu", "eng"}})
	if err != nil || textOf(r) != "Öl für die Mühle, Grüße vom Fluß" {
		t.Errorf("German: %v, %+v", err, r)
	}
}

// TestNoAssets: a build without the module says so.
func TestNoAssets(t *testing.T) {
	if Embedded() {
		t.Skip("this build has it")
	}
	if _, err := New(Config{}); !errors.Is(err, ocr.ErrNoEngine) {
		t.Errorf("New = %v, want %v", err, ocr.ErrNoEngine)
	}
}

// TestOtherModule: another version of the module is refused, for its functions
// have other names.
func TestOtherModule(t *testing.T) {
	e, err := New(Config{Assets: Assets{Module: []byte("\x00asm\x01\x00\x00\x00"), EnglishGz: []byte{0}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = e.Recognize(t.Context(), noise(10, 10, 0.5), english); err == nil || !strings.Contains(err.Error(), "not the one") {
		t.Errorf("Recognize with another module = %v", err)
	}
}

// TestFetchPins: what is fetched is what the code asks for.
func TestFetchPins(t *testing.T) {
	script, err := os.ReadFile("fetch.sh")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(script), "module_sum="+moduleSum) {
		t.Error("fetch.sh pins another module than module.go")
	}
	if out, err := exec.CommandContext(t.Context(), "bash", "-n", "fetch.sh").CombinedOutput(); err != nil {
		t.Errorf("fetch.sh: %v: %s", err, out)
	}
}
