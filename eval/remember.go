package eval

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"strings"

	"recto/internal/ocr"
)

// Remember returns an engine that keeps what it recognizes in a folder and reads
// it there the next time: words do not change while one works on the layout.
func Remember(e ocr.Engine, dir string) ocr.Engine { return remembered{e, dir} }

type remembered struct {
	ocr.Engine
	dir string
}

// Recognize answers from the folder when it knows the picture.
func (m remembered) Recognize(ctx context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	path := filepath.Join(m.dir, m.key(img, o)+".json")
	if data, err := os.ReadFile(path); err == nil {
		r := &ocr.Result{}
		if err := json.Unmarshal(data, r); err == nil {
			return r, nil
		}
	}
	r, err := m.Engine.Recognize(ctx, img, o)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return r, keepFile(path, data)
}

// key names a picture, what it is read with and what for.
func (m remembered) key(img image.Image, o ocr.Options) string {
	h := sha256.New()
	b := img.Bounds()
	fmt.Fprintf(h, "%s\n%s\n{Languages:%v}\n", m.Name(), strings.Join(m.Languages(), "+"), o.Languages)
	_ = binary.Write(h, binary.LittleEndian, []int64{int64(b.Dx()), int64(b.Dy())}) // hashes take everything
	switch p := img.(type) {
	case *image.Gray:
		for y := range b.Dy() {
			h.Write(p.Pix[y*p.Stride : y*p.Stride+b.Dx()])
		}
	case *image.NRGBA:
		for y := range b.Dy() {
			h.Write(p.Pix[y*p.Stride : y*p.Stride+4*b.Dx()])
		}
	case *image.RGBA:
		for y := range b.Dy() {
			h.Write(p.Pix[y*p.Stride : y*p.Stride+4*b.Dx()])
		}
	default:
		c := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		draw.Draw(c, c.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(c, c.Rect, img, b.Min, draw.Over)
		h.Write(c.Pix)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
