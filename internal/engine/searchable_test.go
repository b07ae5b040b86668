package engine

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"recto/internal/geom"
	"recto/internal/page"
)

// quarterTurn turns a picture clockwise.
func quarterTurn(m image.Image) image.Image {
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dy()-1-y, x, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// TestSearchablePDF: the output PDF of a picture or a scan has every word, there
// where it stands, for our own reader and for another.
func TestSearchablePDF(t *testing.T) {
	e := reader(t)
	upright, _, err := image.Decode(bytes.NewReader(shotOf(t, "report")))
	if err != nil {
		t.Fatal(err)
	}
	encode := func(m image.Image) Source {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		return Source{Name: "a.png", Data: b.Bytes()}
	}
	for name, src := range map[string]Source{
		"picture":     encode(upright),
		"on its head": encode(onItsHead(upright)),
		"sideways":    encode(quarterTurn(upright)),
		"scan":        scanOf(t, "report", nil),
	} {
		r, err := e.Parse(t.Context(), src, Options{Words: true, SearchablePDF: true})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(r.PDF, []byte("%PDF-")) {
			t.Errorf("%s: no PDF: %v", name, r.Doc.Warnings)
			continue
		}
		again, err := engine.Parse(t.Context(), Source{Name: "out.pdf", Data: r.PDF}, Options{KeepHidden: true, Words: true, NoOCR: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// The page is shown upright, whichever way the paper lay.
		p := r.Doc.Pages[0]
		w, h, turn := p.Width, p.Height, func(b geom.Rect) geom.Rect { return b }
		switch name {
		case "on its head":
			turn = func(b geom.Rect) geom.Rect {
				return geom.Rect{X0: p.Width - b.X1, Y0: p.Height - b.Y1, X1: p.Width - b.X0, Y1: p.Height - b.Y0}
			}
		case "sideways":
			w, h = h, w
			turn = func(b geom.Rect) geom.Rect {
				return geom.Rect{X0: b.Y0, Y0: p.Width - b.X1, X1: b.Y1, Y1: p.Width - b.X0}
			}
		}
		if a := again.Doc.Pages[0]; math.Abs(a.Width-w) > 0.1 || math.Abs(a.Height-h) > 0.1 {
			t.Errorf("%s: the page is %v x %v, want %v x %v", name, a.Width, a.Height, w, h)
		}
		if share := commonWords(text(p), text(again.Doc.Pages[0])); share < 0.97 {
			t.Errorf("%s: %.2f of the words are in the PDF:\n%s", name, share, text(again.Doc.Pages[0]))
		}
		at := map[string]page.Word{}
		for _, w := range again.Words[0] {
			at[w.Text] = w
		}
		near, all := 0, 0
		for _, w := range r.Words[0] {
			got, ok := at[w.Text]
			if !ok || len(w.Text) < 6 || strings.Count(r.Text[0], w.Text) > 1 {
				continue
			}
			all++
			w.Box = turn(w.Box)
			if math.Abs(got.Box.X0-w.Box.X0) < 3 && math.Abs(got.Box.Y1-w.Box.Y1) < 3 && math.Abs(got.Box.W()-w.Box.W()) < 4 {
				near++
			}
		}
		if all < 15 || near*10 < all*9 {
			t.Errorf("%s: %d of %d words stand where they were read", name, near, all)
		}
		if _, err := exec.LookPath("pdftotext"); err != nil {
			continue // poppler is a second opinion where it is installed
		}
		file := filepath.Join(t.TempDir(), "out.pdf")
		if err := os.WriteFile(file, r.PDF, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "pdftotext", file, "-").Output()
		if share := commonWords(text(p), string(out)); err != nil || share < 0.97 {
			t.Errorf("%s: pdftotext finds %.2f of the words (%v):\n%.500s", name, share, err, out)
		}
	}
	jpegs := func(quality int) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, upright, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	photo := jpegs(60)
	r, err := e.Parse(t.Context(), Source{Name: "a.jpg", Data: photo}, Options{SearchablePDF: true})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(r.PDF, photo) || len(r.PDF) > len(photo)+20_000 {
		t.Errorf("the PDF of a JPEG of %d bytes has %d bytes, with the JPEG as it is: %v", len(photo), len(r.PDF), bytes.Contains(r.PDF, photo))
	}
	// A scanned page in a PDF keeps its picture, too, when it shows nothing else.
	for name, stamped := range map[string]bool{"scan": false, "stamped": true} {
		w, h := float64(upright.Bounds().Dx())*0.36, float64(upright.Bounds().Dy())*0.36
		f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w, Ht: h}})
		f.AddPage()
		f.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(photo))
		f.ImageOptions("scan", 0, 0, w, h, false, fpdf.ImageOptions{}, 0, "")
		if stamped { // what lies over the scan must not get lost
			f.Rect(w-80, h-60, 30, 20, "F")
		}
		var out bytes.Buffer
		if err := f.Output(&out); err != nil {
			t.Fatal(err)
		}
		r, err := e.Parse(t.Context(), Source{Name: "scan.pdf", Data: out.Bytes()}, Options{SearchablePDF: true})
		if err != nil {
			t.Fatal(err)
		}
		if kept := bytes.Contains(r.PDF, photo); r.PDF == nil || kept == stamped || kept && len(r.PDF) > out.Len()+20_000 {
			t.Errorf("%s: the PDF of a scan of %d bytes has %d bytes, with the JPEG as it is: %v", name, out.Len(), len(r.PDF), kept)
		}
	}
	r, err = e.Parse(t.Context(), sample(t, "report"), Options{SearchablePDF: true})
	if err != nil || r.PDF != nil {
		t.Errorf("a document with text of its own becomes a PDF of %d bytes: %v", len(r.PDF), err)
	}
}
