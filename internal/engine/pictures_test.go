package engine

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"recto/internal/format"
)

// shotOf is page 1 of a sample as a PNG at 200 dpi.
func shotOf(t *testing.T, name string) []byte {
	t.Helper()
	var shot []byte
	parse(t, name, Options{Images: ImageKinds{Screenshot: true}, ScreenshotDPI: 200, Pages: []int{1}, SaveImage: func(i Image) error {
		shot = i.Data
		return nil
	}})
	img, _, err := image.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPicture: a picture of a page reads like the page, and comes out again as a
// screenshot and as it was.
func TestPicture(t *testing.T) {
	shot := shotOf(t, "report")
	src := Source{Name: "photo", Data: shot}
	var saved []Image
	o := Options{Images: ImageKinds{Screenshot: true, Embedded: true}, SaveImage: func(i Image) error {
		saved = append(saved, i)
		return nil
	}}
	fast := o
	fast.NoOCR = true
	for name, o := range map[string]Options{"with recognition": o, "without": fast} {
		saved = nil
		e := engine
		if !o.NoOCR {
			e = reader(t)
		}
		r, err := e.Parse(t.Context(), src, o)
		if err != nil {
			t.Fatal(err)
		}
		p := r.Doc.Pages[0]
		if r.Format != format.PNG || len(r.Doc.Pages) != 1 || r.Doc.Meta.PageCount != 1 {
			t.Errorf("%s: %s with %d pages", name, r.Format, len(r.Doc.Pages))
		}
		if (p.NeedsOCR == "") == o.NoOCR || (p.Recognized == "") != o.NoOCR || len(r.Doc.Warnings) == 0 {
			t.Errorf("%s: needs %q, recognized %q, warnings %v", name, p.NeedsOCR, p.Recognized, r.Doc.Warnings)
		}
		if !o.NoOCR {
			want := parse(t, "report", Options{Pages: []int{1}, IgnoreTags: true})
			if share := commonWords(text(want.Doc.Pages[0]), text(p)); share < 0.95 {
				t.Errorf("%.2f of the words are read:\n%s", share, text(p))
			}
		}
		var names []string
		for _, i := range saved {
			names = append(names, i.Name)
		}
		if !slices.Equal(names, []string{"page_1.jpg", "img_p0_1.png"}) {
			t.Fatalf("%s: pictures %v", name, names)
		}
		whole := saved[1]
		if !bytes.Equal(whole.Data, shot) || whole.ContentType != "image/png" || whole.Box.W() != p.Width || whole.WidthPx != saved[0].WidthPx {
			t.Errorf("%s: the embedded picture is %s, %d pixels wide at %v, %d bytes", name, whole.ContentType, whole.WidthPx, whole.Box, len(whole.Data))
		}
	}
}

func TestPictureErrors(t *testing.T) {
	shot := shotOf(t, "letter")
	if _, err := engine.Parse(t.Context(), Source{Name: "a.png", Data: []byte("no picture")}, Options{}); !errors.Is(err, format.ErrBroken) {
		t.Errorf("text called a.png: %v", err)
	}
	r, err := engine.Parse(t.Context(), Source{Data: shot[:len(shot)/2]}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Doc.Pages[0]; p.Err == nil || !strings.Contains(p.Err.Error(), "read page 1") {
		t.Errorf("half a picture: %v", p.Err)
	}
	if _, err := engine.Parse(t.Context(), Source{Data: shot}, Options{Pages: []int{2}}); !errors.Is(err, format.ErrNoPages) {
		t.Errorf("page 2 of a picture: %v", err)
	}
}
