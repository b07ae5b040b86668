package main

import (
	"bytes"
	"fmt"
	"strings"
)

// raw is a PDF written by hand, for what fpdf cannot say. Its objects are plain
// text, so that a sample can be read in an editor.
type raw struct {
	objects []string
	pages   int
	info    string
}

// The objects that every raw document begins with.
const (
	rawCatalog = 1 + iota
	rawPages
	rawHelvetica // /F1
	rawTimesBold // /F2
	rawCourier   // /F3
	rawDingbats  // /F4
	rawFirstPage
)

// newRaw starts a document of so many pages.
func newRaw(pages int) *raw {
	r := &raw{objects: make([]string, rawFirstPage-1+pages), pages: pages}
	kids := make([]string, pages)
	for i := range kids {
		kids[i] = r.page(i)
	}
	r.objects[rawPages-1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), pages)
	for n, name := range map[int]string{rawHelvetica: "Helvetica", rawTimesBold: "Times-BoldItalic", rawCourier: "Courier"} {
		r.objects[n-1] = fmt.Sprintf("<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>", name)
	}
	r.objects[rawDingbats-1] = "<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats >>"
	return r
}

// page returns the reference of the i-th page.
func (r *raw) page(i int) string { return fmt.Sprintf("%d 0 R", rawFirstPage+i) }

// add adds an object and returns its reference.
func (r *raw) add(body string) string {
	r.objects = append(r.objects, body)
	return fmt.Sprintf("%d 0 R", len(r.objects))
}

// next returns the reference that the n-th call of add from now will give.
func (r *raw) next(n int) string { return fmt.Sprintf("%d 0 R", len(r.objects)+n) }

// stream adds a stream; entries stand in its dictionary beside the length.
func (r *raw) stream(entries, data string) string {
	return r.add(fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", entries, len(data), data))
}

// rawPage is one page. Box is A5-like unless given.
type rawPage struct {
	box       string // MediaBox
	entries   string // further entries of the page
	resources string // further resources
	content   string
}

const rawBox = "0 0 420 600"

func (r *raw) set(i int, p rawPage) {
	if p.box == "" {
		p.box = rawBox
	}
	content := r.stream("", strings.TrimSpace(p.content))
	r.objects[rawFirstPage-1+i] = fmt.Sprintf("<< /Type /Page /Parent %d 0 R /MediaBox [%s] %s\n/Resources << /Font << /F1 %d 0 R /F2 %d 0 R /F3 %d 0 R /F4 %d 0 R >> %s >>\n/Contents %s >>",
		rawPages, p.box, p.entries, rawHelvetica, rawTimesBold, rawCourier, rawDingbats, p.resources, content)
}

// finish writes the file; entries stand in the catalog.
func (r *raw) finish(entries string) []byte {
	r.objects[rawCatalog-1] = fmt.Sprintf("<< /Type /Catalog /Pages %d 0 R %s >>", rawPages, entries)
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	offsets := make([]int, len(r.objects))
	for i, o := range r.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(r.objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(r.objects)+1, rawCatalog, r.info, start)
	return b.Bytes()
}

// show writes text with its baseline at (x, y) in PDF's own space.
func show(font string, size float64, x, y float64, text string) string {
	text = strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(text)
	return fmt.Sprintf("BT /%s %g Tf %g %g Td (%s) Tj ET\n", font, size, x, y, text)
}
