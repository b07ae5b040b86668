package image

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/tiff"

	"recto/internal/format"
)

// fields are the entries of a directory by their tags; all are longs.
type fields map[uint16][]uint32

// buildTIFF writes a picture of given pieces in big-endian order, which BigTIFF
// and old-style offsets share.
func buildTIFF(big bool, f fields, pieces ...[]byte) []byte {
	o := binary.BigEndian
	b := append([]byte("MM\x00*"), make([]byte, 4)...)
	if big {
		b = append([]byte("MM\x00+\x00\x08\x00\x00"), make([]byte, 8)...)
	}
	offsets, counts := uint16(tagOffsets), uint16(tagCounts)
	if _, tiled := f[tagTileWidth]; tiled {
		offsets, counts = tagTileOffsets, tagTileCounts
	}
	all := fields{}
	for k, v := range f {
		all[k] = v
	}
	for _, p := range pieces {
		all[offsets] = append(all[offsets], uint32(len(b)))
		all[counts] = append(all[counts], uint32(len(p)))
		b = append(b, p...)
	}
	at := map[uint16]int{}
	for tag, v := range all {
		at[tag] = len(b)
		for _, x := range v {
			b = o.AppendUint32(b, x)
		}
	}
	if big {
		o.PutUint64(b[8:], uint64(len(b)))
		b = o.AppendUint64(b, uint64(len(all)))
	} else {
		o.PutUint32(b[4:], uint32(len(b)))
		b = o.AppendUint16(b, uint16(len(all)))
	}
	for tag, v := range all {
		b = o.AppendUint16(o.AppendUint16(b, tag), 4)
		fits := 1
		if big {
			fits = 2
			b = o.AppendUint64(b, uint64(len(v)))
		} else {
			b = o.AppendUint32(b, uint32(len(v)))
		}
		switch {
		case len(v) > fits && big:
			b = o.AppendUint64(b, uint64(at[tag]))
		case len(v) > fits:
			b = o.AppendUint32(b, uint32(at[tag]))
		default:
			for i := range fits {
				if i < len(v) {
					b = o.AppendUint32(b, v[i])
				} else {
					b = o.AppendUint32(b, 0)
				}
			}
		}
	}
	return append(b, make([]byte, 8)...)
}

// TestTIFFPixels: every way of storing four quarters is read.
func TestTIFFPixels(t *testing.T) {
	const w, h = 32, 16
	m := quarters(w, h)
	// samples writes what f says of every pixel of a region.
	samples := func(r image.Rectangle, f func(r, g, b uint8) []byte) []byte {
		var out []byte
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				c := m.RGBAAt(min(x, w-1), min(y, h-1))
				out = append(out, f(c.R, c.G, c.B)...)
			}
		}
		return out
	}
	all := m.Rect
	rgb := func(r, g, b uint8) []byte { return []byte{r, g, b} }
	index := func(r, g, b uint8) byte { return r&1 | g&2 | b&4 }
	palette := make([]uint32, 3*16)
	for i := range 16 {
		palette[i], palette[16+i], palette[32+i] = uint32(i&1)*0xffff, uint32(i>>1&1)*0xffff, uint32(i>>2&1)*0xffff
	}
	base := func(more fields) fields {
		f := fields{tagWidth: {w}, tagHeight: {h}, tagBits: {8, 8, 8}, tagCompression: {1}, tagPhotometric: {inRGB}, tagSamples: {3}, tagRows: {h}}
		for k, v := range more {
			f[k] = v
		}
		return f
	}
	var asJPEG bytes.Buffer
	if err := jpeg.Encode(&asJPEG, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	old := buildTIFF(false, base(fields{tagCompression: {6}, tagPhotometric: {inYCbCr}, tagJPEGAt: {8}, tagJPEGLength: {uint32(asJPEG.Len())}}), asJPEG.Bytes())
	delta := samples(all, rgb)
	for i := len(delta) - 1; i >= 0; i-- {
		if i%(3*w) >= 3 {
			delta[i] -= delta[i-3]
		}
	}
	packed := []byte{}
	for y := range h {
		row := samples(image.Rect(0, y, w, y+1), rgb)
		packed = append(append(packed, byte(len(row)-1)), row...)
	}
	gray16 := image.NewGray16(all)
	for i := range w * h {
		gray16.Pix[2*i], gray16.Pix[2*i+1] = 0x12, 0xFF
	}
	var deep bytes.Buffer
	if err := tiff.Encode(&deep, gray16, &tiff.Options{Compression: tiff.Deflate, Predictor: true}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		data    []byte
		corners string
	}{
		{"RGB", buildTIFF(false, base(nil), samples(all, rgb)), "rgbw"},
		{"BigTIFF", buildTIFF(true, base(nil), samples(all, rgb)), "rgbw"},
		{"strips", buildTIFF(false, base(fields{tagRows: {6}}), samples(image.Rect(0, 0, w, 6), rgb), samples(image.Rect(0, 6, w, 12), rgb), samples(image.Rect(0, 12, w, 16), rgb)), "rgbw"},
		{"tiles", buildTIFF(false, base(fields{tagTileWidth: {24}, tagTileHeight: {16}}), samples(image.Rect(0, 0, 24, 16), rgb), samples(image.Rect(24, 0, 48, 16), rgb)), "rgbw"},
		{"planes", buildTIFF(false, base(fields{tagPlanar: {2}}), samples(all, func(r, _, _ uint8) []byte { return []byte{r} }),
			samples(all, func(_, g, _ uint8) []byte { return []byte{g} }), samples(all, func(_, _, b uint8) []byte { return []byte{b} })), "rgbw"},
		{"16 bits", buildTIFF(false, base(fields{tagBits: {16, 16, 16}}), samples(all, func(r, g, b uint8) []byte { return []byte{r, 7, g, 7, b, 7} })), "rgbw"},
		{"predictor", buildTIFF(false, base(fields{tagPredictor: {2}}), delta), "rgbw"},
		{"PackBits", buildTIFF(false, base(fields{tagCompression: {32773}}), packed), "rgbw"},
		{"alpha", buildTIFF(false, base(fields{tagBits: {8, 8, 8, 8}, tagSamples: {4}, tagExtraSamples: {2}}), samples(all, func(r, g, b uint8) []byte {
			if b == 0 {
				return []byte{r, g, b, 255}
			}
			return []byte{0, 0, 0, 0}
		})), "rgww"},
		{"CMYK", buildTIFF(false, base(fields{tagBits: {8, 8, 8, 8}, tagSamples: {4}, tagPhotometric: {inCMYK}}), samples(all, func(r, g, b uint8) []byte { return []byte{255 - r, 255 - g, 255 - b, 0} })), "rgbw"},
		{"palette", buildTIFF(false, base(fields{tagBits: {8}, tagSamples: {1}, tagPhotometric: {3}, tagColorMap: append(palette, make([]uint32, 3*240)...)}), nil), ""},
		{"palette of 4 bits", buildTIFF(false, base(fields{tagBits: {4}, tagSamples: {1}, tagPhotometric: {3}, tagColorMap: palette}),
			func() (out []byte) {
				v := samples(all, func(r, g, b uint8) []byte { return []byte{index(r, g, b)} })
				for i := 0; i < len(v); i += 2 {
					out = append(out, v[i]<<4|v[i+1])
				}
				return out
			}()), "rgbw"},
		{"white is zero", buildTIFF(false, base(fields{tagBits: {8}, tagSamples: {1}, tagPhotometric: {whiteIsZero}}), samples(all, func(r, g, b uint8) []byte { return []byte{255 - r&g&b} })), "kkkw"},
		{"bits the other way round", buildTIFF(false, base(fields{tagBits: {1}, tagSamples: {1}, tagPhotometric: {whiteIsZero}, tagFillOrder: {2}}), bytes.Repeat([]byte{0xFF, 0x7F, 0, 0}, h)), "kwkw"},
		{"JPEG", buildTIFF(false, base(fields{tagCompression: {7}, tagPhotometric: {inYCbCr}}), asJPEG.Bytes()), "rgbw"},
		{"old JPEG", old, "rgbw"},
		{"16 bit grey with predictor", deep.Bytes(), "kkkk"},
	}
	for _, tt := range tests {
		f, err := Open(format.TIFF, tt.data)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		img, err := f.Picture(t.Context(), 1)
		if tt.corners == "" {
			if err == nil {
				t.Errorf("%s without pixels is read", tt.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if got := corners(img); got != tt.corners {
			t.Errorf("%s: corners %s, want %s", tt.name, got, tt.corners)
		}
	}
	for text, more := range map[string]fields{
		"colours of kind": {tagPhotometric: {8}},
		"whole numbers":   {tagSampleFormat: {3}},
		"compression 999": {tagCompression: {999}},
		"pieces of":       {tagTileWidth: {1 << 30}, tagTileHeight: {1}},
		"names 1 of":      {tagRows: {1}},
	} {
		f, err := Open(format.TIFF, buildTIFF(false, base(more), samples(all, rgb)))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, err := f.Picture(t.Context(), 1); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want an error that tells of %q", err, text)
		}
	}
}

// TestDecodeEnds: a JPEG of very many passes, a few bytes each, ends with its
// context.
func TestDecodeEnds(t *testing.T) {
	head := []byte("\xff\xd8")
	table := append([]byte("\xff\xdb\x00\x43\x00"), bytes.Repeat([]byte{1}, 64)...)
	// Baseline of a progressive picture of 5000 x 5000 grey pixels.
	frame := []byte("\xff\xc2\x00\x0b\x08\x13\x88\x13\x88\x01\x01\x11\x00")
	codes := append([]byte("\xff\xc4\x00\x14\x10\x01"), make([]byte, 15)...)
	codes = append(codes, 0xE0) // a run of 2^14 and more blocks that end
	scan := append([]byte("\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"), make([]byte, 60)...)
	data := append(append(append(append(head, table...), frame...), codes...), bytes.Repeat(scan, 40_000)...)
	f, err := Open(format.JPEG, data)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := f.Picture(ctx, 1); err == nil || ctx.Err() == nil {
		t.Fatalf("after %s: %v, the time was not up", time.Since(begun), err)
	}
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("it ended after %s", took)
	}
}

// FuzzTIFF: no directory makes the reader fall over or read more than it says.
func FuzzTIFF(f *testing.F) {
	small := fields{tagWidth: {8}, tagHeight: {2}, tagBits: {8, 8, 8}, tagCompression: {1}, tagPhotometric: {inRGB}, tagSamples: {3}, tagRows: {2}}
	f.Add(buildTIFF(false, small, make([]byte, 48)))
	f.Add(buildTIFF(true, small, make([]byte, 48)))
	for _, compression := range []uint32{3, 4, 5, 6, 7, 8, 32773} {
		other := fields{}
		for k, v := range small {
			other[k] = v
		}
		other[tagCompression], other[tagTileWidth], other[tagTileHeight], other[tagJPEGAt] = []uint32{compression}, []uint32{16}, []uint32{16}, []uint32{8}
		f.Add(buildTIFF(false, other, make([]byte, 64)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parts, err := tiffParts(data)
		if err != nil {
			return
		}
		for _, p := range parts {
			if p.err != nil || p.w*p.h > 1<<18 {
				continue
			}
			_, _ = p.tiff.decode(func(b []byte) io.Reader { return bytes.NewReader(b) })
		}
	})
}

// FuzzHints: what stands beside the pixels is read without falling over.
func FuzzHints(f *testing.F) {
	f.Add(exif(6, 300))
	f.Add(append([]byte("\xff\xd8\xff\xe1\x00\x50Exif\x00\x00"), exif(3, 72)...))
	f.Fuzz(func(_ *testing.T, data []byte) {
		exifHints(data)
		jpegHints(data)
		pngHints(data)
		webpHints(data)
		bmpHints(data)
	})
}
