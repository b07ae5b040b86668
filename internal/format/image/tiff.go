package image

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"

	"golang.org/x/image/tiff"

	"recto/internal/format"
)

// Tags of TIFF 6.0 that are read here.
const (
	tagSubfile     = 254
	tagWidth       = 256
	tagHeight      = 257
	tagCompression = 259
	tagOrientation = 274
	tagResX        = 282
	tagResY        = 283
	tagResUnit     = 296
)

// maxEntries bounds one directory; real ones have some twenty.
const maxEntries = 4096

// ifd is a directory: the first value of every short, long or rational entry,
// or where it stands.
type ifd struct {
	next   uint32
	values map[uint16]uint32
}

// tiffHeader returns the byte order and where the first directory stands.
func tiffHeader(b []byte) (order binary.ByteOrder, first uint32, ok bool) {
	if len(b) < 8 {
		return nil, 0, false
	}
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, 0, false
	}
	return order, order.Uint32(b[4:]), true
}

// readDirectory reads a directory; ok is false when it lies outside the file.
func readDirectory(b []byte, order binary.ByteOrder, at uint32) (d ifd, ok bool) {
	if at < 8 || int64(at)+2 > int64(len(b)) {
		return d, false
	}
	n := int64(order.Uint16(b[at:]))
	end := int64(at) + 2 + 12*n
	if n == 0 || n > maxEntries || end > int64(len(b)) {
		return d, false
	}
	d.values = map[uint16]uint32{}
	for i := range n {
		e := b[int64(at)+2+12*i:]
		tag, kind, count := order.Uint16(e), order.Uint16(e[2:]), order.Uint32(e[4:])
		switch {
		case count == 0:
		case kind == 3 && count <= 2:
			d.values[tag] = uint32(order.Uint16(e[8:]))
		case kind == 4 && count == 1, kind == 5:
			d.values[tag] = order.Uint32(e[8:])
		}
	}
	if end+4 <= int64(len(b)) { // EXIF data may end without a next one
		d.next = order.Uint32(b[end:])
	}
	return d, true
}

// hints returns orientation and resolution.
func (d *ifd) hints(b []byte, order binary.ByteOrder) hints {
	out := hints{orient: int(min(d.values[tagOrientation], 100))}
	unit := map[uint32]float64{2: 1, 3: perCM}[d.values[tagResUnit]]
	if _, given := d.values[tagResUnit]; !given {
		unit = 1 // inches
	}
	ratio := func(tag uint16) float64 {
		at, ok := d.values[tag]
		if !ok || int64(at)+8 > int64(len(b)) {
			return 0
		}
		over, under := order.Uint32(b[at:]), order.Uint32(b[at+4:])
		if under == 0 {
			return 0
		}
		return float64(over) / float64(under)
	}
	out.dpiX, out.dpiY = ratio(tagResX)*unit, ratio(tagResY)*unit
	return out
}

// tiffParts walks the chain of directories. Smaller copies of a picture are left
// out, as long as there is anything else.
func tiffParts(b []byte) ([]part, error) {
	order, at, ok := tiffHeader(b)
	if !ok {
		return nil, fmt.Errorf("%w: it does not begin as a TIFF does (BigTIFF is not read)", format.ErrBroken)
	}
	var pages, copies []part
	seen := map[uint32]bool{}
	for at != 0 {
		if seen[at] {
			break // a loop
		}
		seen[at] = true
		d, ok := readDirectory(b, order, at)
		if !ok {
			break
		}
		if len(pages) >= maxPages || len(seen) > 4*maxPages {
			return nil, fmt.Errorf("%w: more than %d", format.ErrTooMany, maxPages)
		}
		p := part{at: at, orient: 1}
		p.take(d.hints(b, order))
		p.measure(b, &d)
		if d.values[tagSubfile]&1 == 1 {
			copies = append(copies, p)
		} else {
			pages = append(pages, p)
		}
		at = d.next
	}
	if len(pages) == 0 {
		pages = copies[:min(len(copies), maxPages)]
	}
	if len(pages) == 0 {
		return nil, fmt.Errorf("%w: there is no picture in the TIFF", format.ErrBroken)
	}
	if len(pages) == 1 && errors.Is(pages[0].err, format.ErrTooLarge) {
		return nil, pages[0].err
	}
	return pages, nil
}

// measure finds out the size of a TIFF's picture, and whether it can be decoded.
func (p *part) measure(b []byte, d *ifd) {
	p.w, p.h = int(d.values[tagWidth]), int(d.values[tagHeight])
	if p.err = p.check(); p.err != nil {
		return
	}
	if name, known := compressions[d.values[tagCompression]]; known {
		p.err = fmt.Errorf("pictures compressed as %s in a TIFF are not read", name)
		return
	}
	var config image.Config
	if err := guard(func() (err error) {
		config, err = tiff.DecodeConfig(&directory{data: b, at: p.at})
		return err
	}); err != nil {
		p.err = fmt.Errorf("read the picture's head: %w", err)
		return
	}
	p.w, p.h = config.Width, config.Height
	p.err = p.check()
}

// compressions are those we know and cannot read.
var compressions = map[uint32]string{6: "old JPEG", 7: "JPEG", 34661: "JBIG", 34712: "JPEG 2000", 50000: "Zstandard", 50001: "WebP"}

// directory shows a TIFF as if a directory were its first: decoders read the
// first one only.
type directory struct {
	data []byte
	at   uint32
	pos  int64
}

// ReadAt reads the file with the patched header.
func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(d.data)) {
		return 0, io.EOF
	}
	n := copy(p, d.data[off:])
	if off < 8 {
		var head [8]byte
		copy(head[:], d.data)
		order, _, _ := tiffHeader(d.data)
		order.PutUint32(head[4:], d.at)
		copy(p[:n], head[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Read reads on.
func (d *directory) Read(p []byte) (int, error) {
	n, err := d.ReadAt(p, d.pos)
	d.pos += int64(n)
	return n, err
}
