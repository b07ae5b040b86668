package xlsx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// sorted writes the parts of a workbook by their names. The library hands over
// the sheets in an order that changes with every run, and the same document must
// give the same bytes. The parts wait compressed.
type sorted struct {
	w       io.Writer
	parts   map[string]*part
	current *part
}

var _ excelize.ZipWriter = (*sorted)(nil)

func newSorted(w io.Writer) excelize.ZipWriter { return &sorted{w: w, parts: map[string]*part{}} }

// part is one file within the workbook.
type part struct {
	data bytes.Buffer // compressed
	size uint64       // before
	sum  hash.Hash32
	zip  *flate.Writer
}

func (p *part) Write(b []byte) (int, error) {
	p.size += uint64(len(b))
	_, _ = p.sum.Write(b) // never fails
	return p.zip.Write(b)
}

// Create ends the part before and begins another.
func (s *sorted) Create(name string) (io.Writer, error) {
	if err := s.end(); err != nil {
		return nil, err
	}
	p := &part{sum: crc32.NewIEEE()}
	var err error
	if p.zip, err = flate.NewWriter(&p.data, flate.DefaultCompression); err != nil {
		return nil, err
	}
	s.parts[name], s.current = p, p
	return p, nil
}

func (s *sorted) end() error {
	if s.current == nil {
		return nil
	}
	err := s.current.zip.Close()
	s.current.zip, s.current = nil, nil // it holds far more than a small sheet
	return err
}

// AddFS is for workbooks made of folders, which ours are not.
func (s *sorted) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes everything.
func (s *sorted) Close() error {
	if err := s.end(); err != nil {
		return err
	}
	z := zip.NewWriter(s.w)
	for _, name := range slices.Sorted(maps.Keys(s.parts)) {
		p := s.parts[name]
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: name, Method: zip.Deflate, CRC32: p.sum.Sum32(),
			CompressedSize64: uint64(p.data.Len()), UncompressedSize64: p.size, //nolint:gosec // a length
		})
		if err != nil {
			return err
		}
		if _, err := p.data.WriteTo(w); err != nil {
			return err
		}
	}
	return z.Close()
}
