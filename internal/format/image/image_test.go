package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"recto/internal/format"
)

// quarters is a picture whose corners are red, green, blue and white, in reading
// order.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	colors := []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, colors[y*2/h*2+x*2/w])
		}
	}
	return m
}

// corners names the colours of the four corners, in reading order.
func corners(m image.Image) string {
	b := m.Bounds()
	var out strings.Builder
	for _, p := range []image.Point{{b.Min.X + 2, b.Min.Y + 2}, {b.Max.X - 3, b.Min.Y + 2}, {b.Min.X + 2, b.Max.Y - 3}, {b.Max.X - 3, b.Max.Y - 3}} {
		r, g, bl, _ := m.At(p.X, p.Y).RGBA()
		switch r, g, bl := r > 0x8000, g > 0x8000, bl > 0x8000; {
		case r && g && bl:
			out.WriteByte('w')
		case r:
			out.WriteByte('r')
		case g:
			out.WriteByte('g')
		case bl:
			out.WriteByte('b')
		default:
			out.WriteByte('k')
		}
	}
	return out.String()
}

func encode(t *testing.T, f func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunk is a chunk of a PNG.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// entry is an entry of a TIFF directory.
type entry struct {
	tag, kind uint16
	count     uint32
	value     uint32
}

// directoryOf writes a little-endian directory without what follows it.
func directoryOf(entries ...entry) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, e.tag)
		b = binary.LittleEndian.AppendUint16(b, e.kind)
		b = binary.LittleEndian.AppendUint32(b, e.count)
		b = binary.LittleEndian.AppendUint32(b, e.value)
	}
	return b
}

// exif is EXIF data that says an orientation and a resolution.
func exif(orientation, dpi uint32) []byte {
	b := append([]byte("II*\x00\x08\x00\x00\x00"), directoryOf(
		entry{tagOrientation, 3, 1, orientation}, entry{tagResX, 5, 1, 62}, entry{tagResY, 5, 1, 62}, entry{tagResUnit, 3, 1, 2})...)
	b = append(b, make([]byte, 62-len(b))...)
	b = binary.LittleEndian.AppendUint32(b, dpi)
	return binary.LittleEndian.AppendUint32(b, 1)
}

// withSegment puts a segment behind the first two bytes of a JPEG.
func withSegment(b []byte, marker byte, data []byte) []byte {
	out := append([]byte{}, b[:2]...)
	out = append(out, 0xFF, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(data)+2))
	return append(append(out, data...), b[2:]...)
}

func TestFormats(t *testing.T) {
	m := quarters(200, 100)
	plainPNG := encode(t, func(b *bytes.Buffer) error { return png.Encode(b, m) })
	plainJPEG := encode(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) })
	plainBMP := encode(t, func(b *bytes.Buffer) error { return bmp.Encode(b, m) })
	denseBMP := bytes.Clone(plainBMP)
	binary.LittleEndian.PutUint32(denseBMP[38:], 7874)
	binary.LittleEndian.PutUint32(denseBMP[42:], 7874)
	phys := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 11811), 11811), 1)
	webp, err := os.ReadFile("testdata/quarters.webp")
	if err != nil {
		t.Fatal(err)
	}
	moving, err := os.ReadFile("testdata/moving.webp")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		data     []byte
		kind     format.Format
		corners  string
		w, h     float64
		rotation int
	}{
		{"png", plainPNG, format.PNG, "rgbw", 96, 48, 0},
		{"png, 300 dpi", append(append(bytes.Clone(plainPNG[:33]), chunk("pHYs", phys)...), plainPNG[33:]...), format.PNG, "rgbw", 48, 24, 0},
		{"png, turned", append(append(bytes.Clone(plainPNG[:33]), chunk("eXIf", exif(6, 0))...), plainPNG[33:]...), format.PNG, "brwg", 48, 96, 90},
		{"jpeg", plainJPEG, format.JPEG, "rgbw", 96, 48, 0},
		{"jpeg, JFIF 200 dpi", withSegment(plainJPEG, 0xE0, []byte("JFIF\x00\x01\x01\x01\x00\xC8\x00\xC8\x00\x00")), format.JPEG, "rgbw", 72, 36, 0},
		{"jpeg, JFIF 72 dpi is not believed", withSegment(plainJPEG, 0xE0, []byte("JFIF\x00\x01\x01\x01\x00\x48\x00\x48\x00\x00")), format.JPEG, "rgbw", 96, 48, 0},
		{"jpeg, EXIF upright", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(1, 300)...)), format.JPEG, "rgbw", 48, 24, 0},
		{"jpeg, EXIF mirrored", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(2, 300)...)), format.JPEG, "grwb", 48, 24, 0},
		{"jpeg, EXIF on its head", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(3, 300)...)), format.JPEG, "wbgr", 48, 24, 180},
		{"jpeg, EXIF 4", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(4, 300)...)), format.JPEG, "bwrg", 48, 24, 180},
		{"jpeg, EXIF 5", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(5, 300)...)), format.JPEG, "rbgw", 24, 48, 90},
		{"jpeg, EXIF 6", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(6, 300)...)), format.JPEG, "brwg", 24, 48, 90},
		{"jpeg, EXIF 7", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(7, 300)...)), format.JPEG, "wgbr", 24, 48, 270},
		{"jpeg, EXIF 8", withSegment(plainJPEG, 0xE1, append([]byte("Exif\x00\x00"), exif(8, 300)...)), format.JPEG, "gwrb", 24, 48, 270},
		{"gif", encode(t, func(b *bytes.Buffer) error { return gif.Encode(b, m, nil) }), format.GIF, "rgbw", 96, 48, 0},
		{"bmp", plainBMP, format.BMP, "rgbw", 96, 48, 0},
		{"bmp, 200 dpi", denseBMP, format.BMP, "rgbw", 72, 36, 0},
		{"webp", webp, format.WEBP, "rgbw", 96, 48, 0},
		{"webp that moves", moving, format.WEBP, "rgbw", 19.2, 9.6, 0},
		{"tiff, deflate", encode(t, func(b *bytes.Buffer) error { return tiff.Encode(b, m, &tiff.Options{Compression: tiff.Deflate}) }), format.TIFF, "rgbw", 96, 48, 0},
		{"transparent png", encode(t, func(b *bytes.Buffer) error { return png.Encode(b, image.NewNRGBA(image.Rect(0, 0, 200, 100))) }), format.PNG, "wwww", 96, 48, 0},
		{"huge page", encode(t, func(b *bytes.Buffer) error { return png.Encode(b, image.NewGray(image.Rect(0, 0, 10000, 100))) }), format.PNG, "kkkk", 2384, 23.84, 0},
	}
	for _, tt := range tests {
		if got := format.Detect("", tt.data); got != tt.kind {
			t.Errorf("%s: Detect = %q, want %q", tt.name, got, tt.kind)
			continue
		}
		f, err := Open(tt.kind, tt.data)
		if err != nil || f.PageCount() != 1 {
			t.Errorf("Open(%s): %v", tt.name, err)
			continue
		}
		p := f.ReadPage(t.Context(), 1)
		if p.Err != nil || math.Abs(p.Width-tt.w) > 0.1 || math.Abs(p.Height-tt.h) > 0.1 || p.Rotation != tt.rotation || len(p.Images) != 1 {
			t.Errorf("%s: a page of %v x %v, turned %d, error %v; want %v x %v, %d", tt.name, p.Width, p.Height, p.Rotation, p.Err, tt.w, tt.h, tt.rotation)
			continue
		}
		img, err := f.Picture(t.Context(), 1)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := corners(img); got != tt.corners {
			t.Errorf("%s: corners %s, want %s", tt.name, got, tt.corners)
		}
		if b := img.Bounds(); p.Images[0].WidthPx != b.Dx() || p.Images[0].HeightPx != b.Dy() {
			t.Errorf("%s: the page says %d x %d pixels, the picture has %v", tt.name, p.Images[0].WidthPx, p.Images[0].HeightPx, b)
		}
	}
}

// TestLimits: what is too large is refused by its head alone.
func TestLimits(t *testing.T) {
	head := func(w, h uint32) []byte {
		b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
		return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(b, 8, 2, 0, 0, 0))...)
	}
	tests := []struct {
		name string
		kind format.Format
		data []byte
		want error
	}{
		{"a long side", format.PNG, head(30_001, 10), format.ErrTooLarge},
		{"many pixels", format.PNG, head(10_001, 10_000), format.ErrTooLarge},
		{"damaged", format.JPEG, []byte("\xff\xd8\xff\xe0"), format.ErrBroken},
		{"no TIFF", format.TIFF, []byte("II*\x00"), format.ErrBroken},
		{"BigTIFF without offset", format.TIFF, []byte("II+\x00\x08\x00\x00\x00"), format.ErrBroken},
		{"a directory outside", format.TIFF, []byte("II*\x00\xff\xff\xff\xff"), format.ErrBroken},
	}
	for _, tt := range tests {
		if _, err := Open(tt.kind, tt.data); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	f, err := Open(format.PNG, head(10_000, 10_000))
	if err != nil {
		t.Fatalf("a picture of the largest size: %v", err)
	}
	if f.parts[0].err != nil {
		t.Error(f.parts[0].err)
	}
	cut := encode(t, func(b *bytes.Buffer) error { return png.Encode(b, quarters(50, 50)) })
	f, err = Open(format.PNG, cut[:len(cut)-30])
	if err != nil {
		t.Fatal(err)
	}
	if p := f.ReadPage(t.Context(), 1); p.Err == nil {
		t.Error("a picture that ends early is a page without error")
	}
}

// stripe is G4 data of 64 x 16 pixels with a black stripe from 16 to 32.
func stripe() []byte {
	bits := "001" + "101010" + "0000010111" + "1" + strings.Repeat("111", 15) + "000000000001000000000001"
	for len(bits)%8 != 0 {
		bits += "0"
	}
	var out []byte
	for i := 0; i < len(bits); i += 8 {
		var v byte
		for _, c := range bits[i : i+8] {
			v = v<<1 | byte(c-'0')
		}
		out = append(out, v)
	}
	return out
}

// tiffOf chains pages of one strip each; loop leads the last back to the first.
func tiffOf(loop bool, pages ...struct {
	compression uint32
	subfile     uint32
	strip       []byte
}) []byte {
	b := []byte("II*\x00\x00\x00\x00\x00")
	link := 4
	first := 0
	for _, p := range pages {
		at := len(b)
		b = append(b, p.strip...)
		if len(b)%2 == 1 {
			b = append(b, 0)
		}
		binary.LittleEndian.PutUint32(b[link:], uint32(len(b)))
		if first == 0 {
			first = len(b)
		}
		b = append(b, directoryOf(
			entry{tagSubfile, 4, 1, p.subfile}, entry{tagWidth, 3, 1, 64}, entry{tagHeight, 3, 1, 16}, entry{258, 3, 1, 1},
			entry{tagCompression, 3, 1, p.compression}, entry{262, 3, 1, 0}, entry{273, 4, 1, uint32(at)}, entry{277, 3, 1, 1},
			entry{278, 3, 1, 16}, entry{279, 4, 1, uint32(len(p.strip))})...)
		link = len(b)
		b = append(b, 0, 0, 0, 0)
	}
	if loop {
		binary.LittleEndian.PutUint32(b[link:], uint32(first))
	}
	return b
}

func TestTIFFPages(t *testing.T) {
	type one = struct {
		compression uint32
		subfile     uint32
		strip       []byte
	}
	plain := bytes.Repeat([]byte{0, 0, 0xFF, 0xFF, 0, 0, 0, 0}, 16) // black from 16 to 32
	for _, loop := range []bool{false, true} {
		f, err := Open(format.TIFF, tiffOf(loop, one{4, 0, stripe()}, one{1, 1, plain}, one{1, 0, plain}, one{34661, 0, plain}, one{4, 0, nil}))
		if err != nil {
			t.Fatal(err)
		}
		if f.PageCount() != 4 {
			t.Fatalf("%d pages, want 4: the small copy is none", f.PageCount())
		}
		for n := 1; n <= 2; n++ {
			img, err := f.Picture(t.Context(), n)
			if err != nil {
				t.Errorf("page %d: %v", n, err)
				continue
			}
			for x, want := range map[int]bool{8: false, 20: true, 40: false} {
				if r, _, _, _ := img.At(x, 9).RGBA(); (r < 0x8000) != want {
					t.Errorf("page %d at %d: black is %v, want %v", n, x, r < 0x8000, want)
				}
			}
		}
		if p := f.ReadPage(t.Context(), 3); p.Err == nil || !strings.Contains(p.Err.Error(), "JBIG") {
			t.Errorf("a page that cannot be decoded says %v", p.Err)
		}
	}
	many := make([]one, maxPages+1)
	for i := range many {
		many[i] = one{1, 0, plain}
	}
	if _, err := Open(format.TIFF, tiffOf(false, many...)); !errors.Is(err, format.ErrTooMany) {
		t.Errorf("%d pages: %v", len(many), err)
	}
}

// FuzzOpen: nothing in a file makes the reader fall over.
func FuzzOpen(f *testing.F) {
	var b bytes.Buffer
	_ = png.Encode(&b, quarters(8, 8))
	f.Add(b.Bytes())
	f.Add(append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 80}, append([]byte("Exif\x00\x00"), exif(6, 72)...)...))
	f.Add(tiffOf(true, struct {
		compression uint32
		subfile     uint32
		strip       []byte
	}{4, 0, stripe()}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(format.Detect("", data), data)
		if err != nil {
			return
		}
		for n := range file.PageCount() {
			if p := &file.parts[n]; p.err == nil && p.w*p.h > 1<<20 {
				continue
			}
			file.ReadPage(t.Context(), n+1)
		}
	})
}
