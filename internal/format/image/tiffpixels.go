package image

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"math/bits"

	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"
)

// compressions are those of a TIFF. Names of those that cannot be read begin
// with a minus.
var compressions = map[int]string{
	1: "none", 2: "fax 2", 3: "fax 3", 4: "fax 4", 5: "LZW", 7: "JPEG", 6: "old JPEG", 8: "deflate", 32946: "deflate", 32773: "PackBits",
	34661: "-JBIG", 34712: "-JPEG 2000", 34925: "-LZMA", 50000: "-Zstandard", 50001: "-WebP", 34887: "-LERC", 32809: "-ThunderScan",
}

// The ways colours are stored.
const (
	whiteIsZero = iota
	blackIsZero
	inRGB
	palette
	_
	inCMYK
	inYCbCr
)

// mostSamples of a pixel; real pictures have up to five.
const mostSamples = 8

// tiffPlan says how the pixels of a TIFF's picture are stored. Its slices are
// parts of the file.
type tiffPlan struct {
	order          binary.ByteOrder
	data           []byte
	w, h           int
	compression    string
	photometric    int
	bits, samples  int
	planes         int // 1, or samples where each has pieces of its own
	reverse        bool
	t4             int
	predictor      bool
	alpha          int      // the sample that says how opaque a pixel is, 0 for none
	premultiplied  bool     // colours are multiplied by it
	colors         []uint64 // of a palette: all reds, all greens, all blues
	pieceW, pieceH int      // pixels of a strip or tile
	at, length     []uint64 // of the pieces, row by row, plane after plane
	tables         []byte   // of all JPEG pieces
	whole          []byte   // an old JPEG in one piece
}

// planTIFF finds out how a picture is stored, and whether it can be read.
func planTIFF(data []byte, d *ifd) (*tiffPlan, error) {
	t := &tiffPlan{
		order: d.order, data: data, w: d.one(tagWidth, 0), h: d.one(tagHeight, 0),
		photometric: d.one(tagPhotometric, blackIsZero), samples: d.one(tagSamples, 1),
		reverse: d.one(tagFillOrder, 1) == 2, t4: d.one(tagT4Options, 0), predictor: d.one(tagPredictor, 1) == 2,
		planes: 1, colors: d.ints(tagColorMap, 3<<16), tables: d.fields[tagJPEGTables].raw,
	}
	code := d.one(tagCompression, 1)
	t.compression = compressions[code]
	switch {
	case t.compression == "":
		return nil, fmt.Errorf("a TIFF with compression %d is not read: save it with another one, such as LZW", code)
	case t.compression[0] == '-':
		return nil, fmt.Errorf("a TIFF compressed as %s is not read: save it with another compression, such as LZW", t.compression[1:])
	case t.samples < 1 || t.samples > mostSamples:
		return nil, fmt.Errorf("a TIFF with %d values a pixel is not read", t.samples)
	}
	if t.compression == "old JPEG" {
		from, length := d.one(tagJPEGAt, 0), d.one(tagJPEGLength, len(data))
		if from < 8 || from >= len(data) || !bytes.HasPrefix(data[from:], []byte("\xff\xd8")) {
			return nil, fmt.Errorf("a TIFF with the pieces of an old JPEG is not read: save it with another compression, such as LZW")
		}
		t.whole = data[from:min(from+length, len(data))]
		if c, err := jpeg.DecodeConfig(bytes.NewReader(t.whole)); err != nil || c.Width > t.w || c.Height > t.h {
			return nil, fmt.Errorf("the JPEG in a TIFF has %d x %d pixels, its place %d x %d: %w", c.Width, c.Height, t.w, t.h, err)
		}
		return t, nil
	}
	depth := d.ints(tagBits, mostSamples)
	if len(depth) == 0 {
		depth = []uint64{1}
	}
	t.bits = int(depth[0])
	for _, v := range depth {
		if v != depth[0] || v != 1 && v != 2 && v != 4 && v != 8 && v != 16 {
			return nil, fmt.Errorf("a TIFF with values of %v bits is not read", depth)
		}
	}
	if f := d.one(tagSampleFormat, 1); f != 1 && f != 4 {
		return nil, fmt.Errorf("a TIFF with pixels that are no whole numbers is not read")
	}
	if p := d.one(tagPredictor, 1); p > 2 || t.predictor && t.bits < 8 {
		return nil, fmt.Errorf("a TIFF with predictor %d and %d bits is not read", p, t.bits)
	}
	if t.compression[0] == 'f' && (t.bits != 1 || t.samples != 1) {
		return nil, fmt.Errorf("fax data in a TIFF with %d values of %d bits a pixel", t.samples, t.bits)
	}
	if err := t.colorsFit(d); err != nil {
		return nil, err
	}
	return t, t.findPieces(d)
}

// colorsFit checks that there are the values that the kind of colours needs.
func (t *tiffPlan) colorsFit(d *ifd) error {
	var need int
	switch t.photometric {
	case whiteIsZero, blackIsZero:
		need = 1
	case palette:
		need = 1
		if t.bits > 8 || len(t.colors) < 3<<t.bits {
			return fmt.Errorf("a TIFF with a palette of %d values for %d bits", len(t.colors), t.bits)
		}
	case inRGB:
		need = 3
	case inYCbCr:
		need = 3
		if s := d.ints(tagSubsampling, 2); t.compression != "JPEG" && (len(s) != 2 || s[0] != 1 || s[1] != 1) {
			return fmt.Errorf("a TIFF with coarse YCbCr colours is not read: save it as RGB")
		}
	case inCMYK:
		need = 4
		if d.one(tagInkSet, 1) != 1 {
			return fmt.Errorf("a TIFF with inks other than CMYK is not read: save it as RGB")
		}
	default:
		return fmt.Errorf("a TIFF with colours of kind %d is not read: save it as RGB", t.photometric)
	}
	if t.samples < need {
		return fmt.Errorf("a TIFF with %d values a pixel, its colours need %d", t.samples, need)
	}
	if extra := d.ints(tagExtraSamples, 1); len(extra) == 1 && t.samples > need && (extra[0] == 1 || extra[0] == 2) {
		t.alpha, t.premultiplied = need, extra[0] == 1
	}
	return nil
}

// findPieces reads where the strips or tiles stand.
func (t *tiffPlan) findPieces(d *ifd) error {
	offsets, counts := uint16(tagOffsets), uint16(tagCounts)
	t.pieceW, t.pieceH = t.w, min(d.one(tagRows, t.h), t.h)
	if _, tiled := d.fields[tagTileOffsets]; tiled {
		offsets, counts = tagTileOffsets, tagTileCounts
		t.pieceW, t.pieceH = d.one(tagTileWidth, 0), d.one(tagTileHeight, 0)
	}
	if t.pieceW < 1 || t.pieceH < 1 || t.pieceW > maxSide+1024 || t.pieceH > maxSide+1024 {
		return fmt.Errorf("a TIFF in pieces of %d x %d pixels", t.pieceW, t.pieceH)
	}
	if d.one(tagPlanar, 1) == 2 {
		t.planes = t.samples
	}
	n := t.across() * t.down() * t.planes
	t.at, t.length = d.ints(offsets, n), d.ints(counts, n)
	if len(t.length) == 0 && len(t.at) == 1 { // some writers leave out what they think is plain
		t.length = []uint64{uint64(len(t.data))}
	}
	if len(t.at) < n || len(t.length) < n {
		return fmt.Errorf("a TIFF that names %d of the %d pieces of its picture", min(len(t.at), len(t.length)), n)
	}
	return nil
}

func (t *tiffPlan) across() int { return (t.w + t.pieceW - 1) / t.pieceW }
func (t *tiffPlan) down() int   { return (t.h + t.pieceH - 1) / t.pieceH }

// canvas is the picture under way: grey or in colours.
type canvas struct {
	gray  *image.Gray
	color *image.RGBA
}

// decode reads the pixels; what reads the pieces asks wrap whether to go on. It
// keeps no more than the picture and one row.
func (t *tiffPlan) decode(wrap func([]byte) io.Reader) (image.Image, error) {
	if t.whole != nil {
		return jpeg.Decode(wrap(t.whole))
	}
	r := image.Rect(0, 0, t.w, t.h)
	var c canvas
	if t.photometric <= blackIsZero {
		c.gray = image.NewGray(r)
	} else {
		c.color = image.NewRGBA(r)
	}
	perPlane := t.across() * t.down()
	for i := range perPlane {
		x, y := i%t.across()*t.pieceW, i/t.across()*t.pieceH
		var err error
		if t.compression == "JPEG" {
			err = t.jpegPiece(&c, i, x, y, wrap)
		} else {
			err = t.piece(&c, i, perPlane, x, y, wrap)
		}
		if err != nil {
			return nil, fmt.Errorf("piece %d of %d: %w", i+1, perPlane, err)
		}
	}
	if c.gray != nil {
		return c.gray, nil
	}
	return c.color, nil
}

// bytesOf returns a piece as it stands in the file.
func (t *tiffPlan) bytesOf(i int) []byte {
	total := uint64(len(t.data))
	from := min(t.at[i], total)
	return t.data[from : from+min(t.length[i], total-from)]
}

// piece reads the rows of a strip or tile, of all its planes at once.
func (t *tiffPlan) piece(c *canvas, i, perPlane, x0, y0 int, wrap func([]byte) io.Reader) error {
	perRow := t.samples / t.planes // values of a pixel in a row of one plane
	width := (t.pieceW*perRow*t.bits + 7) / 8
	rows := make([][]byte, t.planes)
	from := make([]io.Reader, t.planes)
	height := min(t.pieceH, t.h-y0)
	for k := range from {
		raw := t.bytesOf(i + k*perPlane)
		in := wrap(raw)
		if t.reverse && t.compression[0] != 'f' {
			in = reversed{in}
		}
		switch t.compression {
		case "LZW":
			in = lzw.NewReader(in, lzw.MSB, 8)
		case "deflate":
			z, err := zlib.NewReader(in)
			if err != nil {
				return err
			}
			in = z
		case "PackBits":
			in = &packBits{in: in}
		case "fax 2":
			in = newFax(in, t.pieceW, t.reverse, false, false)
		case "fax 3", "fax 4":
			if t.compression == "fax 3" && t.t4&1 == 1 {
				in = newFax(in, t.pieceW, t.reverse, true, true)
				break
			}
			order, kind := ccitt.MSB, ccitt.Group3
			if t.reverse {
				order = ccitt.LSB
			}
			if t.compression == "fax 4" {
				kind = ccitt.Group4
			}
			// A white run is zeros whatever zero means.
			in = ccitt.NewReader(in, order, kind, t.pieceW, height, &ccitt.Options{Invert: true})
		}
		from[k], rows[k] = in, make([]byte, width)
	}
	values := make([]int, t.samples)
	for y := range height {
		for k := range from {
			if _, err := io.ReadFull(from[k], rows[k]); err != nil {
				return fmt.Errorf("row %d of %d: %w", y+1, height, err)
			}
			if t.predictor {
				t.addUp(rows[k], perRow)
			}
		}
		for x := range min(t.pieceW, t.w-x0) {
			for s := range values {
				if t.planes == 1 {
					values[s] = t.value(rows[0], x*t.samples+s)
				} else {
					values[s] = t.value(rows[s], x)
				}
			}
			t.set(c, x0+x, y0+y, values)
		}
	}
	return nil
}

// addUp replaces differences to the pixel before by values.
func (t *tiffPlan) addUp(row []byte, samples int) {
	if t.bits == 8 {
		for i := samples; i < len(row); i++ {
			row[i] += row[i-samples]
		}
		return
	}
	for i := 2 * samples; i+1 < len(row); i += 2 {
		t.order.PutUint16(row[i:], t.order.Uint16(row[i:])+t.order.Uint16(row[i-2*samples:]))
	}
}

// value returns value i of a row, 0 to 255, or as it is for a palette.
func (t *tiffPlan) value(row []byte, i int) int {
	switch t.bits {
	case 8:
		return int(row[i])
	case 16:
		return int(t.order.Uint16(row[2*i:]) >> 8)
	}
	at := i * t.bits
	v := int(row[at/8]>>(8-t.bits-at%8)) & (1<<t.bits - 1)
	if t.photometric == palette {
		return v
	}
	return v * 255 / (1<<t.bits - 1)
}

// set paints a pixel, on white where it is not opaque.
func (t *tiffPlan) set(c *canvas, x, y int, v []int) {
	over := func(level int) uint8 {
		if t.alpha == 0 {
			return uint8(level)
		}
		a := v[t.alpha]
		if !t.premultiplied {
			level = level * a / 255
		}
		return uint8(min(level+255-a, 255))
	}
	var r, g, b int
	switch t.photometric {
	case whiteIsZero:
		c.gray.Pix[y*c.gray.Stride+x] = over(255 - v[0])
		return
	case blackIsZero:
		c.gray.Pix[y*c.gray.Stride+x] = over(v[0])
		return
	case palette:
		n := 1 << t.bits
		r, g, b = int(t.colors[v[0]]>>8), int(t.colors[v[0]+n]>>8), int(t.colors[v[0]+2*n]>>8)
	case inCMYK:
		k := 255 - v[3]
		r, g, b = (255-v[0])*k/255, (255-v[1])*k/255, (255-v[2])*k/255
	case inYCbCr:
		cr, cg, cb := color.YCbCrToRGB(uint8(v[0]), uint8(v[1]), uint8(v[2]))
		r, g, b = int(cr), int(cg), int(cb)
	default:
		r, g, b = v[0], v[1], v[2]
	}
	p := c.color.Pix[y*c.color.Stride+4*x:]
	p[0], p[1], p[2], p[3] = over(r), over(g), over(b), 255
}

// jpegPiece decodes a strip or tile that is a JPEG without its tables.
func (t *tiffPlan) jpegPiece(c *canvas, i, x0, y0 int, wrap func([]byte) io.Reader) error {
	raw := t.bytesOf(i)
	if t.planes > 1 || len(raw) < 4 || t.samples == 2 || t.samples > 4 {
		return fmt.Errorf("JPEG data of %d values a pixel in %d planes are not read", t.samples, t.planes)
	}
	whole := []byte("\xff\xd8")
	if t.photometric == inRGB || t.photometric == inCMYK {
		// The values are the colours themselves: only Adobe's mark says so.
		whole = append(whole, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	}
	if n := len(t.tables); n > 4 {
		whole = append(whole, t.tables[2:n-2]...)
	}
	whole = append(whole, raw[2:]...)
	config, err := jpeg.DecodeConfig(bytes.NewReader(whole))
	if err != nil {
		return err
	}
	if config.Width > t.pieceW+16 || config.Height > t.pieceH+16 {
		return fmt.Errorf("it has %d x %d pixels, its place %d x %d", config.Width, config.Height, t.pieceW, t.pieceH)
	}
	img, err := jpeg.Decode(wrap(whole))
	if err != nil {
		return err
	}
	if inks, ok := img.(*image.CMYK); ok { // Adobe's are the other way round
		for k := range inks.Pix {
			inks.Pix[k] = 255 - inks.Pix[k]
		}
	}
	r := image.Rect(x0, y0, min(x0+t.pieceW, t.w), min(y0+t.pieceH, t.h)).Intersect(img.Bounds().Add(image.Pt(x0, y0)))
	if c.gray != nil {
		draw.Draw(c.gray, r, img, img.Bounds().Min, draw.Src)
		if t.photometric == whiteIsZero {
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					c.gray.Pix[y*c.gray.Stride+x] ^= 255
				}
			}
		}
		return nil
	}
	draw.Draw(c.color, r, img, img.Bounds().Min, draw.Src)
	return nil
}

// reversed turns the bits of every byte around.
type reversed struct{ in io.Reader }

func (r reversed) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	for i := range p[:n] {
		p[i] = bits.Reverse8(p[i])
	}
	return n, err
}

// packBits expands Apple's run lengths (TIFF 6.0, section 9).
type packBits struct {
	in     io.Reader
	copies int  // of value still to give
	plain  int  // bytes still to pass on
	value  byte // of the run
}

func (p *packBits) Read(out []byte) (int, error) {
	n := 0
	for n < len(out) {
		switch {
		case p.copies > 0:
			out[n] = p.value
			p.copies--
			n++
		case p.plain > 0:
			k, err := p.in.Read(out[n:min(len(out), n+p.plain)])
			p.plain -= k
			n += k
			if err != nil {
				return n, err
			}
		default:
			var b [1]byte
			if _, err := io.ReadFull(p.in, b[:]); err != nil {
				return n, err
			}
			switch v := int(int8(b[0])); {
			case v >= 0:
				p.plain = v + 1
			case v > -128:
				if _, err := io.ReadFull(p.in, b[:]); err != nil {
					return n, err
				}
				p.copies, p.value = 1-v, b[0]
			}
		}
	}
	return n, nil
}
