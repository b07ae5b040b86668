package image

import (
	"bytes"
	"errors"
	"image"
	"os"
	"testing"

	"recto/internal/format"
	"recto/internal/heif"
)

// TestHEIC: a picture that its box turns and whose EXIF says so too is turned
// once; a size beyond the limits is told before anything is decoded, and a
// program without the decoder says how to get it.
func TestHEIC(t *testing.T) {
	data, err := os.ReadFile("../../heif/testdata/turned.heic")
	if err != nil {
		t.Fatal(err)
	}
	large := bytes.Clone(data)
	copy(large[bytes.Index(large, []byte("ispe"))+8:], "\x00\x01\x00\x00")
	if _, err := Open(format.HEIC, large); !errors.Is(err, format.ErrTooLarge) {
		t.Errorf("65536 pixels wide: %v", err)
	}
	f, err := Open(format.HEIC, data)
	if errors.Is(err, heif.ErrNotBuilt) {
		if !errors.Is(err, format.ErrUnsupported) {
			t.Error(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Picture(t.Context(), 1)
	if err != nil || m.Bounds().Size() != (image.Point{60, 100}) || f.Orientation(1) != 1 {
		t.Fatalf("%v, orientation %d", err, f.Orientation(1))
	}
	r, _, _, _ := m.At(30, 20).RGBA()
	_, _, b, _ := m.At(30, 80).RGBA()
	if r>>8 < 180 || b>>8 < 170 {
		t.Errorf("red %d above, blue %d below", r>>8, b>>8)
	}
}
