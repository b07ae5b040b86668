package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"

	"recto/internal/format/pdf"
	"recto/internal/geom"
)

const (
	scanDPI     = 200
	scanQuality = 90 // of JPEG, as scanners have it
)

// scan is a document of pictures, and the pictures.
type scan struct {
	pdf       string
	pages     []string // PNG files
	different int
	size      int64 // bytes of the document
}

// sheet is one page as a scanner stores it.
type sheet struct {
	jpeg          []byte
	width, height int
	gray          bool
}

// makeScan draws the pages of all PDF files of a folder and puts so many of them,
// over and over, into one PDF of pictures. The PNG files show what its JPEGs show.
func makeScan(ctx context.Context, documents, dir string, pages int) (scan, error) {
	files, err := filepath.Glob(filepath.Join(documents, "*.pdf"))
	if err != nil {
		return scan{}, err
	}
	rt, err := pdf.NewRuntime(ctx, "")
	if err != nil {
		return scan{}, err
	}
	defer rt.Close(ctx)
	var sheets []sheet
	s := scan{pdf: filepath.Join(dir, "scan.pdf")}
	for _, file := range files {
		if len(sheets) == pages {
			break
		}
		more, err := scanFile(ctx, rt, file, pages-len(sheets))
		if err != nil {
			return scan{}, fmt.Errorf("%s: %w", file, err)
		}
		for _, sh := range more {
			name := filepath.Join(dir, fmt.Sprintf("%03d.png", len(sheets)))
			if err := writePNG(name, sh.jpeg); err != nil {
				return scan{}, err
			}
			sheets, s.pages = append(sheets, sh), append(s.pages, name)
		}
	}
	if s.different = len(sheets); s.different == 0 {
		return scan{}, errors.New("there is no page to scan in " + documents)
	}
	for i := s.different; i < pages; i++ {
		sheets, s.pages = append(sheets, sheets[i%s.different]), append(s.pages, s.pages[i%s.different])
	}
	data := pictureDocument(sheets)
	s.size = int64(len(data))
	return s, os.WriteFile(s.pdf, data, 0o600)
}

// scanFile draws up to so many pages of a document.
func scanFile(ctx context.Context, rt *pdf.Runtime, file string, most int) ([]sheet, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, err := rt.Open(ctx, data, "")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []sheet
	for n := 1; n <= min(r.PageCount(), most); n++ {
		img, err := r.Render(n, scanDPI, geom.Rect{})
		if err != nil {
			return nil, err
		}
		sh := sheet{width: img.Rect.Dx(), height: img.Rect.Dy()}
		var shown image.Image = img
		if gray := grayOf(img); gray != nil {
			shown, sh.gray = gray, true
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, shown, &jpeg.Options{Quality: scanQuality}); err != nil {
			return nil, err
		}
		sh.jpeg = b.Bytes()
		out = append(out, sh)
	}
	return out, nil
}

// grayOf returns a picture that has no colours as a gray one, else nil.
func grayOf(m *image.NRGBA) *image.Gray {
	out := image.NewGray(m.Rect)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			c := m.NRGBAAt(x, y)
			if c.R != c.G || c.G != c.B {
				return nil
			}
			out.SetGray(x, y, color.Gray{Y: c.R})
		}
	}
	return out
}

func writePNG(name string, data []byte) error {
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o600)
}

// pictureDocument writes a PDF with one picture a page.
func pictureDocument(sheets []sheet) []byte {
	const perPage = 3 // objects: page, content, picture
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n")
	var kids bytes.Buffer
	for i := range sheets {
		fmt.Fprintf(&kids, "%d 0 R ", 3+perPage*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Count %d /Kids [%s] >>", len(sheets), kids.Bytes())
	for i, s := range sheets {
		first := 3 + perPage*i
		w, h := float64(s.width)*72/scanDPI, float64(s.height)*72/scanDPI
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R /Resources << /XObject << /P %d 0 R >> >> >>", w, h, first+1, first+2)
		content := fmt.Sprintf("%.2f 0 0 %.2f 0 0 cm /P Do", w, h)
		object("<< /Length %d >>\nstream\n%s\nendstream", len(content), content)
		space := "/DeviceRGB"
		if s.gray {
			space = "/DeviceGray"
		}
		object("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream", s.width, s.height, space, len(s.jpeg), s.jpeg)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}
