package engine

import (
	"errors"
	"strings"
	"testing"

	"recto/internal/format"
	"recto/internal/heif"
)

// TestDrawing: the text of an SVG becomes items, and what cannot be had of it is
// told and fails nothing.
func TestDrawing(t *testing.T) {
	src := Source{Name: "a.svg", Data: []byte(`<svg width="600" height="400"><rect width="600" height="400" fill="#eee"/>
<text x="40" y="60" font-size="36" font-weight="bold">A plan of the harbour</text>
<text x="40" y="120"><tspan x="40">The ferry lies at the eastern pier from spring</tspan><tspan x="40" dy="20">to autumn and crosses every hour.</tspan></text></svg>`)}
	saved := 0
	r, err := engine.Parse(t.Context(), src, Options{SearchablePDF: true, Images: ImageKinds{Screenshot: true}, SaveImage: func(Image) error {
		saved++
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Doc.Pages[0]
	if got := text(p); !strings.Contains(got, "A plan of the harbour") || !strings.Contains(got, "eastern pier from spring to autumn") {
		t.Errorf("items:\n%s", got)
	}
	if p.Width != 450 || p.Height != 300 || p.NeedsOCR != "" || p.Err != nil {
		t.Errorf("page %v x %v, needs %q, %v", p.Width, p.Height, p.NeedsOCR, p.Err)
	}
	if saved != 0 || r.PDF != nil || len(r.FailedImages) != 1 || !strings.Contains(r.FailedImages[0].Text, "not drawn") {
		t.Errorf("%d pictures, a PDF of %d bytes, told %v", saved, len(r.PDF), r.FailedImages)
	}
}

// TestUnreadPictures: formats we know and cannot read say what to do.
func TestUnreadPictures(t *testing.T) {
	for head, want := range map[string]string{
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00": "HEIC", "\x00\x00\x00\x1cftypavif": "AVIF", "\x00\x00\x00\x0cjP  \r\n\x87\n": "JPEG 2000",
	} {
		if want == "HEIC" && heif.Built {
			continue
		}
		_, err := engine.Parse(t.Context(), Source{Name: "a.pic", Data: []byte(head)}, Options{})
		if !errors.Is(err, format.ErrUnsupported) || !strings.Contains(err.Error(), want+" is not read: save") {
			t.Errorf("%q: %v", head, err)
		}
	}
}
