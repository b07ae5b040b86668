package image

import (
	"encoding/binary"
	"errors"
	"fmt"

	"recto/internal/format"
)

// Tags of TIFF 6.0 and its supplements that are read here.
const (
	tagSubfile      = 254
	tagWidth        = 256
	tagHeight       = 257
	tagBits         = 258
	tagCompression  = 259
	tagPhotometric  = 262
	tagFillOrder    = 266
	tagOffsets      = 273
	tagOrientation  = 274
	tagSamples      = 277
	tagRows         = 278
	tagCounts       = 279
	tagResX         = 282
	tagResY         = 283
	tagPlanar       = 284
	tagT4Options    = 292
	tagResUnit      = 296
	tagPredictor    = 317
	tagColorMap     = 320
	tagTileWidth    = 322
	tagTileHeight   = 323
	tagTileOffsets  = 324
	tagTileCounts   = 325
	tagInkSet       = 332
	tagExtraSamples = 338
	tagSampleFormat = 339
	tagJPEGTables   = 347
	tagJPEGAt       = 513
	tagJPEGLength   = 514
	tagSubsampling  = 530
)

// maxEntries bounds one directory; real ones have some twenty.
const maxEntries = 4096

// sizes are the bytes of a value by its kind.
var sizes = map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// field is an entry of a directory; its values are a part of the file.
type field struct {
	kind uint16
	raw  []byte
}

// ifd is a directory.
type ifd struct {
	order  binary.ByteOrder
	next   uint64
	fields map[uint16]field
}

// tiffHeader returns the byte order, where the first directory stands, and
// whether the file is a BigTIFF, whose offsets are twice as long.
func tiffHeader(b []byte) (order binary.ByteOrder, first uint64, big, ok bool) {
	if len(b) < 8 {
		return nil, 0, false, false
	}
	switch string(b[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
		order = binary.BigEndian
	default:
		return nil, 0, false, false
	}
	switch order.Uint16(b[2:]) {
	case 42:
		return order, uint64(order.Uint32(b[4:])), false, true
	case 43:
		if len(b) >= 16 && order.Uint16(b[4:]) == 8 {
			return order, order.Uint64(b[8:]), true, true
		}
	}
	return nil, 0, false, false
}

// readDirectory reads a directory; ok is false when it lies outside the file.
// Entries whose values do are left out.
func readDirectory(b []byte, order binary.ByteOrder, big bool, at uint64) (d ifd, ok bool) {
	head, size, inline := uint64(2), uint64(12), uint64(4)
	if big {
		head, size, inline = 8, 20, 8
	}
	total := uint64(len(b))
	if at < 8 || at > total || total-at < head {
		return d, false
	}
	n := uint64(order.Uint16(b[at:]))
	if big {
		n = order.Uint64(b[at:])
	}
	if n == 0 || n > maxEntries || total-at-head < size*n {
		return d, false
	}
	d = ifd{order: order, fields: map[uint16]field{}}
	word := func(b []byte) uint64 {
		if big {
			return order.Uint64(b)
		}
		return uint64(order.Uint32(b))
	}
	for i := range n {
		e := b[at+head+size*i:]
		kind, count, value := order.Uint16(e[2:]), word(e[4:]), e[size-inline:size]
		each := sizes[kind]
		if each == 0 || count == 0 || count > total/each {
			continue
		}
		if length := each * count; length > inline {
			from := word(value)
			if from > total || total-from < length {
				continue
			}
			value = b[from : from+length]
		} else {
			value = value[:length]
		}
		d.fields[order.Uint16(e)] = field{kind, value}
	}
	if end := at + head + size*n; total-end >= inline { // EXIF data may end without a next one
		d.next = word(b[end:])
	}
	return d, true
}

// ints returns the values of an entry, at most so many.
func (d *ifd) ints(tag uint16, most int) []uint64 {
	f := d.fields[tag]
	var out []uint64
	for b := f.raw; len(b) > 0 && len(out) < most; b = b[min(int(sizes[f.kind]), len(b)):] {
		switch f.kind {
		case 1, 7:
			out = append(out, uint64(b[0]))
		case 3:
			out = append(out, uint64(d.order.Uint16(b)))
		case 4, 13:
			out = append(out, uint64(d.order.Uint32(b)))
		case 16, 18:
			out = append(out, d.order.Uint64(b))
		default:
			return nil
		}
	}
	return out
}

// one returns the first value of an entry, or what stands for it where there is
// none. Values that are no size or place in a file become huge.
func (d *ifd) one(tag uint16, otherwise int) int {
	v := d.ints(tag, 1)
	if len(v) == 0 {
		return otherwise
	}
	return int(min(v[0], 1<<40))
}

// hints returns orientation and resolution.
func (d *ifd) hints() hints {
	ratio := func(tag uint16) float64 {
		f := d.fields[tag]
		if f.kind != 5 {
			return 0
		}
		over, under := d.order.Uint32(f.raw), d.order.Uint32(f.raw[4:])
		if under == 0 {
			return 0
		}
		return float64(over) / float64(under)
	}
	unit := map[int]float64{2: 1, 3: perCM}[d.one(tagResUnit, 2)]
	return hints{orient: min(d.one(tagOrientation, 0), 100), dpiX: ratio(tagResX) * unit, dpiY: ratio(tagResY) * unit}
}

// tiffParts walks the chain of directories. Smaller copies of a picture are left
// out, as long as there is anything else.
func tiffParts(b []byte) ([]part, error) {
	order, at, big, ok := tiffHeader(b)
	if !ok {
		return nil, fmt.Errorf("%w: it does not begin as a TIFF does", format.ErrBroken)
	}
	var pages, copies []part
	seen := map[uint64]bool{}
	for at != 0 {
		if seen[at] {
			break // a loop
		}
		seen[at] = true
		d, ok := readDirectory(b, order, big, at)
		if !ok {
			break
		}
		if len(pages) >= maxPages || len(seen) > 4*maxPages {
			return nil, fmt.Errorf("%w: more than %d", format.ErrTooMany, maxPages)
		}
		p := part{orient: 1, w: d.one(tagWidth, 0), h: d.one(tagHeight, 0)}
		p.take(d.hints())
		if p.err = p.check(); p.err == nil {
			p.tiff, p.err = planTIFF(b, &d)
		}
		if d.one(tagSubfile, 0)&1 == 1 {
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
