// Package searchable writes a PDF of page pictures with their words as invisible
// text in the right places, so that a viewer can search and copy. It writes page
// after page and keeps none; the few objects it needs are simpler than a library.
package searchable

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf16"

	"recto/internal/page"
)

// Page is one page to write.
type Page struct {
	Width, Height float64     // points
	Picture       *Picture    // nil for none
	Words         []page.Word // in page space
	// Quarters says by how many quarter turns clockwise the page is to be shown
	// upright, and so in which direction the words run: 0 to the right, 1 upwards,
	// 2 to the left on their heads, 3 downwards.
	Quarters int
	// Skew is the angle by which the lines of the page rise, once it is upright, in
	// degrees counter-clockwise. The boxes of the words are those around them.
	Skew float64
}

// The shape of the words' boxes, which are as high as glyph boxes, in ems.
const (
	boxHeight = 1.15
	descent   = 0.25
	advance   = 0.5 // of every glyph of the font
	// leastHeight of a word in its slanted box: long words are flat in it, but no
	// flatter than this.
	leastHeight = 0.05
)

// Objects with fixed numbers; pages follow.
const (
	catalog = iota + 1
	pageTree
	font
	descendant
	descriptor
	toUnicode
	firstFree
)

// Writer writes a document. The first error ends it and is returned by Close.
type Writer struct {
	w       io.Writer
	at      int64
	offsets map[int]int64
	next    int
	pages   []int
	err     error
}

// New begins a document.
func New(w io.Writer) *Writer {
	d := &Writer{w: w, offsets: map[int]int64{}, next: firstFree}
	d.write("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
	return d
}

func (d *Writer) write(s string) {
	if d.err != nil {
		return
	}
	n, err := io.WriteString(d.w, s)
	d.at, d.err = d.at+int64(n), err
}

// object writes an object of given number, 0 for the next one, and returns it.
func (d *Writer) object(n int, body string) int {
	if n == 0 {
		n, d.next = d.next, d.next+1
	}
	d.offsets[n] = d.at
	d.write(fmt.Sprintf("%d 0 obj\n%s\nendobj\n", n, body))
	return n
}

// stream writes a stream with further entries of its dictionary.
func (d *Writer) stream(n int, entries string, data []byte) int {
	return d.object(n, fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", entries, len(data), data))
}

// Add writes a page.
func (d *Writer) Add(p Page) error {
	var c strings.Builder
	resources := fmt.Sprintf("/Font <</F %d 0 R>>", font)
	if p.Picture != nil {
		img := d.stream(0, "/Type /XObject /Subtype /Image "+p.Picture.entries, p.Picture.data)
		resources += fmt.Sprintf(" /XObject <</P %d 0 R>>", img)
		fmt.Fprintf(&c, "q %s /P Do Q\n", p.Picture.matrix(p.Height))
	}
	c.WriteString("BT 3 Tr\n")
	for _, w := range p.Words {
		writeWord(&c, p, w)
	}
	c.WriteString("ET\n")
	content := d.stream(0, "/Filter /FlateDecode", deflate([]byte(c.String())))
	d.pages = append(d.pages, d.object(0, fmt.Sprintf("<</Type /Page /Parent %d 0 R /MediaBox [0 0 %.3f %.3f] /Rotate %d /Resources <<%s>> /Contents %d 0 R>>",
		pageTree, p.Width, p.Height, 90*(p.Quarters&3), resources, content)))
	return d.err
}

// writeWord writes a word and the space behind it, its letters as wide as its box
// asks for.
func writeWord(c *strings.Builder, p Page, w page.Word) {
	codes := utf16.Encode([]rune(w.Text))
	long, high := w.Box.W(), w.Box.H()
	if p.Quarters%2 == 1 {
		long, high = high, long
	}
	if p.Skew != 0 {
		// The sides of the slanted rectangle that the box is drawn around. The word is
		// written level in its middle: readers take slanted letters for words of their
		// own (poppler does from half a point between their baselines).
		sin, cos := math.Sincos(math.Abs(p.Skew) * math.Pi / 180)
		square := cos*cos - sin*sin
		if l, h := (long*cos-high*sin)/square, (high*cos-long*sin)/square; l > 0 && h > leastHeight*high {
			long, high = l, h
		}
	}
	if len(codes) == 0 || long <= 0 || high <= 0 {
		return
	}
	size := high / boxHeight
	// Along and up are the directions of the line and of its letters, y upwards.
	along := [4][2]float64{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}[p.Quarters&3]
	up := [2]float64{-along[1], along[0]}
	// The word begins half its length before the middle, on its baseline.
	back, down := long/2, high/2-descent*size
	x := w.Box.CenterX() - back*along[0] - down*up[0]
	y := p.Height - w.Box.CenterY() - back*along[1] - down*up[1]
	stretch := 100 * long / (advance * size * float64(len(codes)))
	fmt.Fprintf(c, "/F %.2f Tf %.2f Tz %g %g %g %g %.2f %.2f Tm <", size, stretch, along[0], along[1], up[0], up[1], x, y)
	for _, u := range append(codes, ' ') {
		fmt.Fprintf(c, "%04X", u)
	}
	c.WriteString("> Tj\n")
}

// unicodeMap says that the codes of the font are UTF-16.
const unicodeMap = `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
`

// Close writes what all pages share and ends the document.
func (d *Writer) Close() error {
	var kids strings.Builder
	for _, n := range d.pages {
		fmt.Fprintf(&kids, "%d 0 R ", n)
	}
	d.object(catalog, fmt.Sprintf("<</Type /Catalog /Pages %d 0 R>>", pageTree))
	d.object(pageTree, fmt.Sprintf("<</Type /Pages /Count %d /Kids [%s]>>", len(d.pages), kids.String()))
	// No glyph is ever painted, so that the font needs no outlines.
	d.object(font, fmt.Sprintf("<</Type /Font /Subtype /Type0 /BaseFont /Invisible /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>", descendant, toUnicode))
	d.object(descendant, fmt.Sprintf("<</Type /Font /Subtype /CIDFontType2 /BaseFont /Invisible /CIDToGIDMap /Identity /DW %d "+
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /FontDescriptor %d 0 R>>", int(1000*advance), descriptor))
	d.object(descriptor, "<</Type /FontDescriptor /FontName /Invisible /Flags 5 /FontBBox [0 -250 500 900] /ItalicAngle 0 /Ascent 900 /Descent -250 /CapHeight 720 /StemV 80>>")
	d.stream(toUnicode, "/Filter /FlateDecode", deflate([]byte(unicodeMap)))
	start := d.at
	d.write(fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", d.next))
	for n := 1; n < d.next; n++ {
		d.write(fmt.Sprintf("%010d 00000 n \n", d.offsets[n]))
	}
	d.write(fmt.Sprintf("trailer\n<</Size %d /Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", d.next, catalog, start))
	return d.err
}

func deflate(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data) // memory does not fail
	_ = z.Close()
	return b.Bytes()
}
