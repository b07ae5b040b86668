package eval

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"recto/internal/format/pdf"
	"recto/internal/geom"
	"recto/internal/render/searchable"
)

// Rasters turns documents into scans of themselves: PDFs of pictures without a
// word of text. They are kept in a folder, by the bytes of the document.
type Rasters struct {
	Runtime *pdf.Runtime
	Dir     string
	DPI     float64
}

// scanQuality is the JPEG quality of the pictures, as office scanners have it.
const scanQuality = 90

// Of returns the path of a document's scan.
func (r Rasters) Of(ctx context.Context, path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	out := filepath.Join(r.Dir, fmt.Sprintf("%x-%gdpi.pdf", sha256.Sum256(data), r.DPI))
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		return out, err
	}
	reader, err := r.Runtime.Open(ctx, data, "")
	if err != nil {
		return "", err
	}
	defer reader.Close()
	var buf bytes.Buffer
	w := searchable.New(&buf)
	for n := 1; n <= reader.PageCount(); n++ {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := r.addPage(w, reader, n); err != nil {
			return "", fmt.Errorf("render page %d of %s: %w", n, path, err)
		}
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return out, keepFile(out, buf.Bytes())
}

func (r Rasters) addPage(w *searchable.Writer, from *pdf.Reader, n int) error {
	img, err := from.Render(n, r.DPI, geom.Rect{})
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: scanQuality}); err != nil {
		return err
	}
	picture, ok := searchable.JPEG(buf.Bytes())
	if !ok {
		return errors.New("a JPEG of our own is none")
	}
	out := searchable.Page{Picture: picture, Width: float64(img.Bounds().Dx()) * 72 / r.DPI, Height: float64(img.Bounds().Dy()) * 72 / r.DPI}
	picture.Box = geom.Rect{X1: out.Width, Y1: out.Height}
	return w.Add(out)
}

// keepFile writes a file that is there completely or not at all.
func keepFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// kept lists the numbers whose share a scan should keep of the document's own.
var kept = map[string][]string{"tagged": {"NID", "NID-T", "MHS", "list F1", "TEDS"}, "icdar": {"det F1", "TEDS", "adjM F1"}, "olm": {"overall"}}

// WriteKept prints which share of the scores of digital documents their scans
// keep, a line for each corpus.
func WriteKept(w io.Writer, scans, digital Report) error {
	for i, c := range scans {
		var parts []string
		for _, name := range kept[c.Name] {
			if own := digital[i].Number(name); own.Applies() && own > 0 {
				parts = append(parts, fmt.Sprintf("%.3f of %s", c.Number(name)/own, name))
			}
		}
		if _, err := fmt.Fprintf(w, "%s: kept %s\n", c.Name, strings.Join(parts, ", ")); err != nil {
			return err
		}
	}
	return nil
}
