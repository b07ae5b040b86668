package image

import (
	"errors"
	"image"
	"os"
	"testing"

	"recto/internal/format"
)

// TestFax: a picture with runs of every length there is a code for, as libtiff
// writes it, reads the same in every way of coding it.
func TestFax(t *testing.T) {
	read := func(name string) *image.Gray {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(format.TIFF, data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m, err := f.Picture(t.Context(), 1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return m.(*image.Gray)
	}
	want := read("fax4.tif") // golang.org/x/image decodes this one
	for _, name := range []string{"fax2d.tif", "faxmh.tif"} {
		got := read(name)
		if got.Rect != want.Rect {
			t.Fatalf("%s: %v, want %v", name, got.Rect, want.Rect)
		}
		wrong := 0
		for i, v := range want.Pix {
			if got.Pix[i] != v {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of %d pixels are wrong", name, wrong, len(want.Pix))
		}
	}
}

// TestFaxDamaged: damaged and cut data end with an error, and soon.
func TestFaxDamaged(t *testing.T) {
	for _, name := range []string{"fax2d.tif", "faxmh.tif"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		failed := 0
		for at := 8; at < 1900; at += 23 {
			broken := append([]byte{}, data...)
			broken[at] ^= 0x55
			f, err := Open(format.TIFF, broken)
			if err != nil {
				continue
			}
			if _, err := f.Picture(t.Context(), 1); errors.Is(err, errFaxCode) || errors.Is(err, errFaxEnd) {
				failed++
			}
		}
		if failed < 30 {
			t.Errorf("%s: %d damaged ones are told", name, failed)
		}
	}
}
