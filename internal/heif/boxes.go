// Package heif decodes HEIC pictures, as telephones take them, with libheif as
// WebAssembly. Only builds with the tag heic have the decoder; the sizes that a
// file says are read by all.
package heif

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits of the walk through the boxes of a file.
const (
	maxBoxes = 10_000
	maxDepth = 4 // meta, iprp, ipco and what stands in it
)

var errBoxes = errors.New("the boxes of the HEIC are damaged")

// Size is of a picture in pixels, as stored.
type Size struct{ W, H uint32 }

// Sizes returns what the file says of the sizes of all its pictures, tiles and
// thumbnails: the boxes ispe (ISO/IEC 23008-12, 6.5.3) within meta, iprp and ipco.
// Pictures made of tiles may be larger than any of them.
func Sizes(data []byte) ([]Size, error) {
	w := walk{}
	err := w.boxes(data, 1)
	if err == nil && len(w.sizes) == 0 {
		err = fmt.Errorf("%w: none tells the size of a picture", errBoxes)
	}
	return w.sizes, err
}

type walk struct {
	sizes []Size
	seen  int
}

// boxes goes through boxes that stand one after another (ISO/IEC 14496-12, 4.2).
func (w *walk) boxes(b []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: too deep", errBoxes)
	}
	for len(b) >= 8 {
		if w.seen++; w.seen > maxBoxes {
			return fmt.Errorf("%w: more than %d", errBoxes, maxBoxes)
		}
		head, size := 8, uint64(binary.BigEndian.Uint32(b))
		switch size {
		case 0: // to the end
			size = uint64(len(b))
		case 1:
			if len(b) < 16 {
				return errBoxes
			}
			head, size = 16, binary.BigEndian.Uint64(b[8:])
		}
		if size < uint64(head) || size > uint64(len(b)) {
			return fmt.Errorf("%w: one reaches beyond its end", errBoxes)
		}
		if err := w.box(string(b[4:8]), b[head:size], depth); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (w *walk) box(kind string, body []byte, depth int) error {
	switch kind {
	case "meta": // version and flags stand first
		if len(body) < 4 {
			return errBoxes
		}
		return w.boxes(body[4:], depth+1)
	case "iprp", "ipco":
		return w.boxes(body, depth+1)
	case "ispe":
		if len(body) < 12 {
			return errBoxes
		}
		w.sizes = append(w.sizes, Size{binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])})
	}
	return nil
}

// ErrNotBuilt says how to get the decoder.
var ErrNotBuilt = errors.New("this program was built without the decoder of HEIC: build it with make build TAGS=heic")
