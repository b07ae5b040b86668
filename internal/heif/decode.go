//go:build heic

package heif

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// Built reports whether this program was built to read HEIC.
const Built = true

// assets are what fetch.sh has brought, see there.
//
//go:embed all:assets
var assets embed.FS

// maxMemoryPages of 64 KiB: 1 GiB holds the largest picture and what is made of it.
const maxMemoryPages = 16384

// maxModule bounds the unpacked module.
const maxModule = 16 << 20

// libheif's words for how pixels stand.
const (
	spaceYCbCr = 0
	spaceRGB   = 1
	spaceGray  = 2
	chroma420  = 1
	chroma422  = 2
	chroma444  = 3
)

var errDecode = errors.New("the HEIC is damaged, or of a kind that is not read")

// compiled is the decoder as machine code, made when the first picture comes. It
// gets no files, no clock and no place to write to.
var compiled = sync.OnceValues(func() (*decoder, error) {
	packed, err := assets.ReadFile("assets/heif.wasm.gz")
	if err != nil {
		return nil, ErrNotBuilt
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the decoder of HEIC: %w", err)
	}
	code, err := io.ReadAll(io.LimitReader(z, maxModule))
	if err != nil {
		return nil, fmt.Errorf("unpack the decoder of HEIC: %w", err)
	}
	ctx := context.Background()
	d := &decoder{runtime: wazero.NewRuntimeWithConfig(ctx,
		wazero.NewRuntimeConfig().WithCloseOnContextDone(true).WithMemoryLimitPages(maxMemoryPages))}
	if _, err = wasi_snapshot_preview1.Instantiate(ctx, d.runtime); err == nil {
		d.module, err = d.runtime.CompileModule(ctx, code)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("compile the decoder of HEIC: %w", err), d.runtime.Close(ctx))
	}
	return d, nil
})

type decoder struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// Config returns the size of the main picture as it stands upright.
func Config(ctx context.Context, data []byte) (image.Config, error) {
	var out image.Config
	err := with(ctx, data, func(c *call) error {
		h, err := c.decode(true, 0)
		out = image.Config{Width: h.w, Height: h.h, ColorModel: color.YCbCrModel}
		return err
	})
	return out, err
}

// Decode returns the main picture, upright. Check its size before, with Sizes and
// Config. It ends when ctx does.
func Decode(ctx context.Context, data []byte) (image.Image, error) {
	var out image.Image
	err := with(ctx, data, func(c *call) (err error) {
		out, err = c.picture()
		return err
	})
	return out, err
}

// call is one file in an instance of its own.
type call struct {
	ctx      context.Context
	module   api.Module
	in, size uint64
	answers  uint64 // where five numbers are written
}

// header is what the decoder says of a picture.
type header struct {
	w, h          int
	space, chroma uint32
	premultiplied bool
}

func with(ctx context.Context, data []byte, do func(*call) error) error {
	d, err := compiled()
	if err != nil {
		return err
	}
	m, err := d.runtime.InstantiateModule(ctx, d.module, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return fmt.Errorf("start the decoder of HEIC: %w", err)
	}
	defer m.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its memory goes in any case
	c := &call{ctx: ctx, module: m, size: uint64(len(data))}
	if c.in, err = c.malloc(c.size); err == nil {
		c.answers, err = c.malloc(5 * 4)
	}
	if err == nil && !m.Memory().Write(uint32(c.in), data) {
		err = errDecode
	}
	if err == nil {
		err = do(c)
	}
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (c *call) malloc(n uint64) (uint64, error) {
	got, err := c.module.ExportedFunction("malloc").Call(c.ctx, n)
	if err != nil || len(got) != 1 || got[0] == 0 {
		return 0, errors.Join(fmt.Errorf("the HEIC needs more memory than it may have"), err)
	}
	return got[0], nil
}

// decode reads the header, and unless only that is wanted writes pixels to out.
func (c *call) decode(only bool, out uint64) (header, error) {
	flag := uint64(0)
	if only {
		flag = 1
	}
	a := c.answers
	ok, err := c.module.ExportedFunction("decode").Call(c.ctx, c.in, c.size, flag, a, a+4, a+8, a+12, a+16, out)
	if err != nil {
		return header{}, errors.Join(errDecode, err)
	}
	if len(ok) != 1 || ok[0] == 0 {
		return header{}, errDecode
	}
	var v [5]uint32
	for i := range v {
		var in bool
		if v[i], in = c.module.Memory().ReadUint32Le(uint32(a) + uint32(4*i)); !in {
			return header{}, errDecode
		}
	}
	const most = 1 << 16 // of a side: nothing below overflows
	if v[0] == 0 || v[1] == 0 || v[0] > most || v[1] > most {
		return header{}, fmt.Errorf("%w: a picture of %d x %d pixels", errDecode, v[0], v[1])
	}
	return header{w: int(v[0]), h: int(v[1]), space: v[2], chroma: v[3], premultiplied: v[4] == 1}, nil
}

// stride returns how many pixels libheif keeps for a row: an even number, 64 at
// least, and whole sixteens.
func stride(w int) int { return (max(w, 64) + 15) &^ 15 }

func (c *call) picture() (image.Image, error) {
	h, err := c.decode(true, 0)
	if err != nil {
		return nil, err
	}
	rect := image.Rect(0, 0, h.w, h.h)
	row := stride(h.w)
	size, ratio, cw, ch := row*h.h, image.YCbCrSubsampleRatio444, row, h.h
	switch h.space {
	case spaceGray:
	case spaceRGB:
		size *= 4
	case spaceYCbCr:
		switch h.chroma {
		case chroma420:
			ratio, cw, ch = image.YCbCrSubsampleRatio420, stride((h.w+1)/2), (h.h+1)/2
		case chroma422:
			ratio, cw = image.YCbCrSubsampleRatio422, stride((h.w+1)/2)
		case chroma444:
		default:
			return nil, errDecode
		}
		size += 2 * cw * ch
	default:
		return nil, errDecode
	}
	out, err := c.malloc(uint64(size))
	if err != nil {
		return nil, err
	}
	if again, err := c.decode(false, out); err != nil || again != h {
		return nil, errors.Join(errDecode, err)
	}
	seen, ok := c.module.Memory().Read(uint32(out), uint32(size))
	if !ok {
		return nil, errDecode
	}
	pix := bytes.Clone(seen) // the instance's memory goes
	switch {
	case h.space == spaceGray:
		return &image.Gray{Pix: pix, Stride: row, Rect: rect}, nil
	case h.space == spaceRGB && h.premultiplied:
		return &image.RGBA{Pix: pix, Stride: 4 * row, Rect: rect}, nil
	case h.space == spaceRGB:
		return &image.NRGBA{Pix: pix, Stride: 4 * row, Rect: rect}, nil
	}
	y, u := row*h.h, row*h.h+cw*ch
	return &image.YCbCr{Y: pix[:y], Cb: pix[y:u], Cr: pix[u:], YStride: row, CStride: cw, SubsampleRatio: ratio, Rect: rect}, nil
}
