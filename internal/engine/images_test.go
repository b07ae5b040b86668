package engine

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"slices"
	"testing"

	"recto/internal/doc"
	"recto/internal/geom"
)

func TestSavedImages(t *testing.T) {
	var got []Image
	r := parse(t, "report", Options{
		Images:    ImageKinds{Screenshot: true, Embedded: true, Layout: true},
		SaveImage: func(i Image) error { got = append(got, i); return nil },
	})
	byName := map[string]Image{}
	for _, i := range got {
		if _, twice := byName[i.Name]; twice {
			t.Errorf("two pictures are called %s", i.Name)
		}
		byName[i.Name] = i
		c, kind, err := image.DecodeConfig(bytes.NewReader(i.Data))
		if err != nil {
			t.Errorf("%s: %v", i.Name, err)
			continue
		}
		if c.Width != i.WidthPx || c.Height != i.HeightPx || "image/"+kind != i.ContentType {
			t.Errorf("%s is %s of %d x %d pixels, it says %s of %d x %d", i.Name, kind, c.Width, c.Height, i.ContentType, i.WidthPx, i.HeightPx)
		}
		if p := r.Doc.Pages[i.Page-1]; i.Box.Empty() || !(geom.Rect{X1: p.Width, Y1: p.Height}).ContainsRect(i.Box, 1) {
			t.Errorf("%s stands at %v of a page of %v x %v", i.Name, i.Box, p.Width, p.Height)
		}
	}
	for _, want := range []struct {
		name        string
		category    Category
		page        int
		contentType string
		w, h        int
	}{
		{"page_1.jpg", Screenshot, 1, "image/jpeg", 1241, 1754},
		{"page_2.jpg", Screenshot, 2, "image/jpeg", 1241, 1754},
		{"page_3.jpg", Screenshot, 3, "image/jpeg", 1241, 1754},
		{"img_p2_1.png", Embedded, 3, "image/png", 48, 32}, // its number counts pages from 0, as upstream does
		{"img_p2_2.jpg", Embedded, 3, "image/jpeg", 54, 36},
	} {
		i, ok := byName[want.name]
		if !ok || i.Category != want.category || i.Page != want.page || i.ContentType != want.contentType || i.WidthPx != want.w || i.HeightPx != want.h {
			i.Data = nil
			t.Errorf("picture %s = %+v, want %+v", want.name, i, want)
		}
	}

	// Every figure has its picture, and there is one for each picture's region.
	figures := 0
	for _, p := range r.Doc.Pages {
		for _, it := range p.Items {
			f, ok := it.(*doc.Figure)
			if !ok {
				continue
			}
			figures++
			if i, ok := byName[f.Image]; !ok || i.Category != Layout || i.Page != p.Number || i.Box != f.Box() {
				i.Data = nil
				t.Errorf("the figure at %v of page %d has the picture %q = %+v", f.Box(), p.Number, f.Image, i)
			}
		}
	}
	if figures == 0 || len(got) != 3+2+figures {
		t.Errorf("%d pictures for 3 pages, 2 images and %d figures", len(got), figures)
	}

	if len(r.Images) != len(got) {
		t.Fatalf("the result lists %d pictures, %d were saved", len(r.Images), len(got))
	}
	for i := range got {
		if r.Images[i].Name != got[i].Name || r.Images[i].Data != nil {
			t.Errorf("picture %d of the result is %s with %d bytes, want %s without", i, r.Images[i].Name, len(r.Images[i].Data), got[i].Name)
		}
	}
}

func TestImageKinds(t *testing.T) {
	for _, tt := range []struct {
		kinds ImageKinds
		want  Category
	}{
		{ImageKinds{Screenshot: true}, Screenshot}, {ImageKinds{Embedded: true}, Embedded}, {ImageKinds{Layout: true}, Layout},
	} {
		var got []Category
		parse(t, "report", Options{Images: tt.kinds, ScreenshotDPI: 72, Pages: []int{3},
			SaveImage: func(i Image) error { got = append(got, i.Category); return nil }})
		if len(got) == 0 || slices.ContainsFunc(got, func(c Category) bool { return c != tt.want }) {
			t.Errorf("%+v saves %v, want %s only", tt.kinds, got, tt.want)
		}
	}
	r := parse(t, "report", Options{Images: ImageKinds{true, true, true}})
	if r.Images != nil {
		t.Errorf("nobody takes pictures, %d were made", len(r.Images))
	}
}

// TestSaveFails checks that an error of the caller ends the parse.
func TestSaveFails(t *testing.T) {
	full := errors.New("the disk is full")
	calls := 0
	_, err := engine.Parse(t.Context(), sample(t, "report"), Options{Images: ImageKinds{Screenshot: true}, ScreenshotDPI: 36,
		SaveImage: func(Image) error { calls++; return full }})
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("Parse gave %v after %d pictures, want the caller's error after one", err, calls)
	}
}

// TestDamagedImage checks that an image that cannot be decoded is a warning.
func TestDamagedImage(t *testing.T) {
	n := 0
	r := parse(t, "pictures", Options{Images: ImageKinds{Embedded: true}, SaveImage: func(Image) error { n++; return nil }})
	if n != 2 || len(r.Doc.Warnings) != 1 || r.Doc.Warnings[0].Page != 1 {
		t.Errorf("%d images and the warnings %+v, want the 2 that are larger than strips and one of page 1", n, r.Doc.Warnings)
	}
}

// TestFoldedImages: lines and shades made of pictures are left out, and a picture
// that comes again is handed out without its bytes.
func TestFoldedImages(t *testing.T) {
	var got []Image
	parse(t, "painted", Options{Images: ImageKinds{Embedded: true}, SaveImage: func(i Image) error {
		got = append(got, i)
		return nil
	}})
	var second []Image
	for _, i := range got {
		if i.Page == 2 {
			second = append(second, i)
		} else if i.SameAs != "" || len(i.Data) == 0 {
			t.Errorf("%s of page 1 has %d bytes and is the same as %q", i.Name, len(i.Data), i.SameAs)
		}
	}
	if len(got) != 6 || len(second) != 1 || second[0].SameAs != "img_p0_1.jpg" || second[0].Data != nil || second[0].Name != "img_p1_1.jpg" {
		t.Errorf("%d pictures, of page 2 %+v", len(got), second)
	}
}
