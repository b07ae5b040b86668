package task

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
)

// paper builds a PDF by hand: object 1 is the catalog, 2 the page tree, 3 a good
// page with its content in 4, 5 a font; what follows is up to the case.
type paper struct {
	objects []string
	catalog string // further entries of the catalog
	kids    string // further pages
	count   string // of the page tree; "" for the truth
	trailer string // further entries
}

const (
	fontObject = 5
	goodText   = "This page is fine."
)

// sheets begins a paper.
func sheets() *paper {
	return &paper{objects: []string{"", "", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
		streamOf("", "BT /F 14 Tf 72 700 Td ("+goodText+") Tj ET"), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}}
}

// add appends an object and returns its number.
func (p *paper) add(object string) int {
	p.objects = append(p.objects, object)
	return len(p.objects)
}

// next is the number of the object that is added next.
func (p *paper) next() int { return len(p.objects) + 1 }

// page adds a page that shows content, with further resources and entries.
func (p *paper) page(content, resources, entries string) *paper {
	return p.pageOf(p.add(streamOf("", content)), resources, entries)
}

func (p *paper) pageOf(contents int, resources, entries string) *paper {
	if !strings.Contains(entries, "/MediaBox") {
		entries += "/MediaBox[0 0 612 792]"
	}
	n := p.add(fmt.Sprintf("<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources<</Font<</F %d 0 R>>%s>>%s>>", contents, fontObject, resources, entries))
	p.kids += fmt.Sprintf(" %d 0 R", n)
	return p
}

// bytes writes the file.
func (p *paper) bytes() []byte {
	count := p.count
	if count == "" {
		count = fmt.Sprint(1 + strings.Count(p.kids, "R"))
	}
	p.objects[0] = "<</Type/Catalog/Pages 2 0 R" + p.catalog + ">>"
	p.objects[1] = "<</Type/Pages/Kids[3 0 R" + p.kids + "]/Count " + count + ">>"
	return bytes.Replace(written(p.objects), []byte("trailer\n<<"), []byte("trailer\n<<"+p.trailer), 1)
}

// deflated compresses so many repeats of a text, so many times over.
func deflated(text string, repeats, times int) string {
	var b bytes.Buffer
	w, _ := zlib.NewWriterLevel(&b, zlib.BestCompression)
	block := []byte(strings.Repeat(text, max(1, 1<<20/len(text))))
	for left := repeats * len(text); left > 0; left -= len(block) {
		_, _ = w.Write(block[:min(left, len(block))])
	}
	_ = w.Close()
	for range times - 1 {
		var c bytes.Buffer
		w, _ := zlib.NewWriterLevel(&c, zlib.BestCompression)
		_, _ = w.Write(b.Bytes())
		_ = w.Close()
		b = c
	}
	return b.String()
}

// filters names FlateDecode so many times.
func filters(times int) string { return "/Filter[" + strings.Repeat("/FlateDecode", times) + "]" }

// bomb is a document that wants more than it is worth.
type bomb struct {
	name  string
	build func() []byte
	// code is why the document fails, "" for one that is parsed; bad are the pages
	// that fail. Where it depends on the speed of the machine, they stand in may.
	code, bad, may string
	long           bool // takes the time of a page: not in short runs
}

// bombs are documents that balloon, loop or lie. Page 1 of each is good.
var bombs = []bomb{
	{name: "page tree that holds itself", bad: "2,3", build: func() []byte {
		p := sheets()
		p.kids, p.count = " 2 0 R 2 0 R", "3"
		return p.bytes()
	}},
	{name: "page tree of a thousand levels", build: func() []byte {
		p := sheets()
		p.kids = fmt.Sprintf(" %d 0 R", p.next())
		for range 1000 {
			p.add(fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>", p.next()+1, p.next()-1))
		}
		p.add("<</Type/Page/MediaBox[0 0 612 792]>>")
		return p.bytes()
	}},
	{name: "two milliard pages", build: func() []byte {
		p := sheets()
		p.count = "2000000000"
		return p.bytes()
	}},
	{name: "a milliard pages below", build: func() []byte {
		p := sheets()
		tree := p.next()
		p.kids, p.count = fmt.Sprintf(" %d 0 R", tree), "1000000001"
		p.add(fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1000000000/Parent 2 0 R>>", tree+1))
		p.add(fmt.Sprintf("<</Type/Page/MediaBox[0 0 612 792]/Parent %d 0 R>>", tree))
		return p.bytes()
	}},
	{name: "pages that are not there", bad: from(2, 2000), build: func() []byte {
		p := sheets()
		p.count = "2000"
		return p.bytes()
	}},
	{name: "page used a hundred thousand times", code: "TOO_MANY_PAGES", build: func() []byte {
		p := sheets()
		p.kids = strings.Repeat(" 3 0 R", 100_000)
		return p.bytes()
	}},
	{name: "cross-references that lead to themselves", build: func() []byte {
		p := sheets()
		p.trailer = "/Prev 000000000"
		data := p.bytes()
		at := bytes.LastIndex(data, []byte("xref\n0"))
		return bytes.Replace(data, []byte("/Prev 000000000"), fmt.Appendf(nil, "/Prev %09d", at), 1)
	}},
	{name: "million objects", build: func() []byte {
		p := sheets()
		for range 1_000_000 {
			p.add("<<>>")
		}
		return p.bytes()
	}},
	{name: "size of two milliard objects", build: func() []byte {
		return bytes.Replace(sheets().bytes(), []byte("/Size 6"), []byte("/Size 2000000000"), 1)
	}},
	{name: "arrays a million deep", build: func() []byte {
		p := sheets()
		n := p.add(strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000))
		return p.page("BT /F 14 Tf 72 700 Td (deep) Tj ET", "", fmt.Sprintf("/Annots %d 0 R", n)).bytes()
	}},
	{name: "arrays a million deep in a content stream", build: func() []byte {
		return sheets().page(strings.Repeat("[", 1_000_000)+" TJ", "", "").bytes()
	}},
	{name: "dictionaries a hundred thousand deep", build: func() []byte {
		p := sheets()
		n := p.add(strings.Repeat("<</A", 100_000) + " 1" + strings.Repeat(">>", 100_000))
		return p.page("BT /F 14 Tf 72 700 Td (deep) Tj ET", "", fmt.Sprintf("/Annots %d 0 R", n)).bytes()
	}},
	{name: "forms that double at every level", long: true, bad: "2", build: func() []byte { return doubling(40, 2) }},
	{name: "form that shows itself", long: true, bad: "2", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(streamOf(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</X %d 0 R>>>>", n), "/X Do /X Do"))
		return p.page("/X Do", fmt.Sprintf("/XObject<</X %d 0 R>>", n), "").bytes()
	}},
	{name: "content of a gigabyte", long: true, may: "2", build: func() []byte {
		p := sheets()
		return p.pageOf(p.add(streamOf(filters(2), deflated("0 0 m 9 9 l S ", 1<<30/14, 2))), "", "").bytes()
	}},
	{name: "content of a gigabyte of blanks", long: true, may: "2", build: func() []byte {
		p := sheets()
		return p.pageOf(p.add(streamOf(filters(3), deflated(" ", 1<<30, 3))), "", "").bytes()
	}},
	{name: "ten thousand content streams of a megabyte", long: true, may: "2", build: func() []byte {
		p := sheets()
		n := p.add(streamOf(filters(1), deflated("0 0 m 9 9 l S ", 1<<20/14, 1)))
		list := p.add("[" + strings.Repeat(fmt.Sprintf("%d 0 R ", n), 10_000) + "]")
		return p.pageOf(list, "", "").bytes()
	}},
	{name: "object stream of a gigabyte", long: true, may: "2", build: func() []byte {
		p := sheets()
		p.add(streamOf("/Type/ObjStm/N 100000000/First 900000000"+filters(2), deflated("1 0 ", 1<<30/4, 2)))
		return p.page("BT /F 14 Tf 72 700 Td (x) Tj ET", "", "/Annots 99 0 R").bytes()
	}},
	{name: "picture of a hundred thousand by a hundred thousand pixels", build: func() []byte {
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 100000/Height 100000/ColorSpace/DeviceRGB/BitsPerComponent 8", "x"))
	}},
	{name: "picture of two milliard pixels a side", build: func() []byte {
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 2147483647/Height 2147483647/ColorSpace/DeviceRGB/BitsPerComponent 16", "x"))
	}},
	{name: "picture of a gigabyte out of a kilobyte", build: func() []byte {
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 20000/Height 20000/ColorSpace/DeviceRGB/BitsPerComponent 8"+filters(2), deflated("\x80", 1_200_000_000, 2)))
	}},
	{name: "predictor of two milliard columns", build: func() []byte {
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 100/Height 100/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2000000000/Colors 30/BitsPerComponent 16>>", deflated("\x80", 30_000, 1)))
	}},
	{name: "fax of two milliard columns", build: func() []byte {
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 2000/Height 2000/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 2000000000/Rows 2000000000>>", strings.Repeat("\x00\x10\x01", 100)))
	}},
	{name: "JBIG2 page of four milliard pixels a side", build: func() []byte {
		// A page information segment: width, height, resolutions, flags, striping.
		segment := "\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13" + "\xff\xff\xff\xff\xff\xff\xff\xff" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/JBIG2Decode", segment))
	}},
	{name: "JPEG 2000 of two milliard pixels a side", build: func() []byte {
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 1000/Height 1000/Filter/JPXDecode", hugeJPX()))
	}},
	{name: "JPEG of 65535 by 65535 pixels", build: func() []byte {
		head := "\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"
		return shows(streamOf("/Type/XObject/Subtype/Image/Width 65535/Height 65535/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode", head+strings.Repeat("\x00", 1000)+"\xff\xd9"))
	}},
	{name: "picture shown a hundred thousand times", long: true, may: "2", build: func() []byte {
		p := sheets()
		n := p.add(streamOf("/Type/XObject/Subtype/Image/Width 2000/Height 2000/ColorSpace/DeviceRGB/BitsPerComponent 8"+filters(1), deflated("\x80", 12_000_000, 1)))
		return p.page(strings.Repeat("q 100 0 0 100 72 600 cm /I Do Q\n", 100_000), fmt.Sprintf("/XObject<</I %d 0 R>>", n), "").bytes()
	}},
	{name: "picture that is its own mask", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(streamOf(fmt.Sprintf("/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceRGB/BitsPerComponent 8/SMask %d 0 R", n), strings.Repeat("x", 300)))
		return p.page("q 100 0 0 100 72 600 cm /I Do Q", fmt.Sprintf("/XObject<</I %d 0 R>>", n), "").bytes()
	}},
	{name: "glyphs that show themselves", build: func() []byte {
		p := sheets()
		glyph := p.next()
		font := glyph + 1
		p.add(streamOf("", "500 0 0 0 750 750 d1 BT /T 1 Tf (aa) Tj ET"))
		p.add(fmt.Sprintf("<</Type/Font/Subtype/Type3/FontBBox[0 0 750 750]/FontMatrix[0.001 0 0 0.001 0 0]/CharProcs<</a %d 0 R>>/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[500]/Resources<</Font<</T %d 0 R>>>>>>", glyph, font))
		return p.page("BT /T 20 Tf 72 700 Td (aaaa) Tj ET", fmt.Sprintf("/Font<</T %d 0 R>>", font), "").bytes()
	}},
	{name: "glyphs that double at every level", long: true, may: "2", build: func() []byte {
		p := sheets()
		first := p.next()
		for level := range 30 {
			glyph := "500 0 0 0 750 750 d1 0 0 500 500 re f"
			if level < 29 {
				glyph = "500 0 0 0 750 750 d1 BT /T 1000 Tf (aa) Tj ET"
			}
			p.add(streamOf("", glyph))
			p.add(fmt.Sprintf("<</Type/Font/Subtype/Type3/FontBBox[0 0 750 750]/FontMatrix[0.001 0 0 0.001 0 0]/CharProcs<</a %d 0 R>>/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[500]/Resources<</Font<</T %d 0 R>>>>>>", first+2*level, first+2*level+3))
		}
		return p.page("BT /T 20 Tf 72 700 Td (aaaa) Tj ET", fmt.Sprintf("/Font<</T %d 0 R>>", first+1), "").bytes()
	}},
	{name: "pattern of a milliard tiles", long: true, may: "2", build: func() []byte {
		p := sheets()
		n := p.add(streamOf("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.01/YStep 0.01/Resources<<>>", "0 0 1 1 re f"))
		return p.page("/Pattern cs /P scn 0 0 612 792 re f", fmt.Sprintf("/Pattern<</P %d 0 R>>", n), "").bytes()
	}},
	{name: "pattern that paints with itself", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(streamOf(fmt.Sprintf("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 100 100]/XStep 100/YStep 100/Resources<</Pattern<</P %d 0 R>>>>", n), "/Pattern cs /P scn 0 0 100 100 re f"))
		return p.page("/Pattern cs /P scn 0 0 612 792 re f", fmt.Sprintf("/Pattern<</P %d 0 R>>", n), "").bytes()
	}},
	{name: "soft mask that is its own group", build: func() []byte {
		p := sheets()
		form, state := p.next(), p.next()+1
		p.add(streamOf(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Group<</S/Transparency/CS/DeviceGray>>/Resources<</ExtGState<</G %d 0 R>>>>", state), "/G gs 0 0 100 100 re f"))
		p.add(fmt.Sprintf("<</Type/ExtGState/SMask<</S/Luminosity/G %d 0 R>>>>", form))
		return p.page("/G gs 0 0 612 792 re f", fmt.Sprintf("/ExtGState<</G %d 0 R>>", state), "").bytes()
	}},
	{name: "shading by a function of a milliard samples", build: func() []byte {
		p := sheets()
		f := p.add(streamOf("/FunctionType 0/Domain[0 1 0 1 0 1 0 1]/Range[0 1 0 1 0 1]/Size[1000 1000 1000 1000]/BitsPerSample 32", "x"))
		n := p.add(fmt.Sprintf("<</ShadingType 1/ColorSpace/DeviceRGB/Function %d 0 R>>", f))
		return p.page("/S sh", fmt.Sprintf("/Shading<</S %d 0 R>>", n), "").bytes()
	}},
	{name: "function that stitches itself", build: func() []byte {
		p := sheets()
		f := p.next()
		p.add(fmt.Sprintf("<</FunctionType 3/Domain[0 1]/Functions[%d 0 R %d 0 R]/Bounds[0.5]/Encode[0 1 0 1]>>", f, f))
		n := p.add(fmt.Sprintf("<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 612 792]/Function %d 0 R>>", f))
		return p.page("/S sh", fmt.Sprintf("/Shading<</S %d 0 R>>", n), "").bytes()
	}},
	{name: "colour space made of itself", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(fmt.Sprintf("[/Indexed %d 0 R 255 (x)]", n))
		return p.page("/C cs 1 sc 0 0 100 100 re f", fmt.Sprintf("/ColorSpace<</C %d 0 R>>", n), "").bytes()
	}},
	{name: "font of all codes a thousand times", build: func() []byte {
		p := sheets()
		cmap := p.add(streamOf(filters(1), deflated("1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0000> <ffff> <0041> endbfrange\n", 1000, 1)))
		inner := p.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/Helvetica/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>")
		font := p.add(fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/Helvetica/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", inner, cmap))
		return p.page("BT /T 12 Tf 72 700 Td <004100420043> Tj ET", fmt.Sprintf("/Font<</T %d 0 R>>", font), "").bytes()
	}},
	{name: "million glyphs", long: true, may: "2", build: func() []byte {
		p := sheets()
		return p.pageOf(p.add(streamOf(filters(1), ""+deflated("BT /F 1 Tf 72 700 Td ("+strings.Repeat("abcdefghij", 10)+") Tj ET\n", 10_000, 1))), "", "").bytes()
	}},
	{name: "hundred thousand glyphs all over the page", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&b, "BT /F 3 Tf %d.%d %d.%d Td (x) Tj ET\n", 20+i*7919%570, i%10, 20+i*104729%750, i%7)
		}
		return sheets().page(b.String(), "", "").bytes()
	}},
	{name: "hundred thousand glyphs at one place", long: true, bad: "2", build: func() []byte {
		return sheets().page("BT /F 10 Tf 72 700 Td "+strings.Repeat("(x) Tj -5 0 Td ", 100_000)+"ET", "", "").bytes()
	}},
	{name: "hundred thousand glyphs, each at an angle of its own", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		b.WriteString("BT /F 3 Tf ")
		for i := range 100_000 {
			fmt.Fprintf(&b, "0.%03d 0.%03d -0.%03d 0.%03d %d %d Tm (x) Tj\n", i%1000, i*7%1000, i*7%1000, i%1000, 20+i*7919%570, 20+i*104729%750)
		}
		return sheets().page(b.String()+"ET", "", "").bytes()
	}},
	{name: "fifty thousand rules", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		for i := range 25_000 {
			fmt.Fprintf(&b, "%d.%d 20 m %d.%d 770 l S 20 %d.%d m 590 %d.%d l S\n", 20+i%570, i%10, 20+i%570, i%10, 20+i%750, i%9, 20+i%750, i%9)
		}
		return sheets().page(b.String(), "", "").bytes()
	}},
	{name: "fifty thousand short rules", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		for i := range 25_000 {
			x, y := 20+i*7919%570, 20+i*104729%750
			fmt.Fprintf(&b, "%d %d m %d %d l S %d %d m %d %d l S\n", x, y, x+10, y, x, y, x, y+10)
		}
		return sheets().page(b.String(), "", "").bytes()
	}},
	{name: "twenty thousand filled rectangles", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&b, "%.2f g %d %d 20 15 re f\n", float64(i%100)/100, 20+i*7919%570, 20+i*104729%750)
		}
		return sheets().page(b.String(), "", "").bytes()
	}},
	{name: "fifty thousand curves", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		for i := range 50_000 {
			x, y := 20+i*7919%570, 20+i*104729%750
			fmt.Fprintf(&b, "%d %d m %d %d %d %d %d %d c S\n", x, y, x+3, y+3, x+6, y-3, x+9, y)
		}
		return sheets().page(b.String(), "", "").bytes()
	}},
	{name: "grid of ten thousand cells", long: true, may: "2", build: func() []byte { return gridOf(100, 100) }},
	{name: "grid of ten thousand rows", long: true, may: "2", build: func() []byte { return gridOf(2, 5000) }},
	{name: "table of ten thousand cells without rules", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		for row := range 100 {
			for col := range 100 {
				fmt.Fprintf(&b, "BT /F 2 Tf %d %d Td (%d) Tj ET\n", 20+col*5, 760-row*7, row*col)
			}
		}
		return sheets().page(b.String(), "", "").bytes()
	}},
	{name: "a hundred thousand words in a column of one letter", long: true, may: "2", build: func() []byte {
		var b strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&b, "BT /F 0.01 Tf 72 %.3f Td (x) Tj ET\n", 760-float64(i)*0.007)
		}
		return sheets().page(b.String(), "", "").bytes()
	}},
	{name: "million annotations", long: true, may: "2", build: func() []byte {
		p := sheets()
		n := p.add("<</Type/Annot/Subtype/Link/Rect[72 700 100 712]/A<</S/URI/URI(https://example.com)>>>>")
		list := p.add("[" + strings.Repeat(fmt.Sprintf("%d 0 R ", n), 1_000_000) + "]")
		return p.page("BT /F 14 Tf 72 700 Td (many links) Tj ET", "", fmt.Sprintf("/Annots %d 0 R", list)).bytes()
	}},
	{name: "hundred thousand notes with a look of their own", long: true, may: "2", build: func() []byte {
		p := sheets()
		look := p.add(streamOf("/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F 5 0 R>>>>", "BT /F 9 Tf 0 5 Td (a note) Tj ET"))
		first := p.next()
		for i := range 100_000 {
			p.add(fmt.Sprintf("<</Type/Annot/Subtype/FreeText/Rect[%d %d %d %d]/F 4/AP<</N %d 0 R>>/Contents(a note)/DA(/F 9 Tf)>>", i%500, i%700, i%500+50, i%700+12, look))
		}
		var refs strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&refs, "%d 0 R ", first+i)
		}
		list := p.add("[" + refs.String() + "]")
		return p.page("BT /F 14 Tf 72 700 Td (many notes) Tj ET", "", fmt.Sprintf("/Annots %d 0 R", list)).bytes()
	}},
	{name: "form fields that are their own children", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(fmt.Sprintf("<</FT/Tx/T(a)/Kids[%d 0 R %d 0 R]/Parent %d 0 R>>", n, n, n))
		p.catalog = fmt.Sprintf("/AcroForm<</Fields[%d 0 R]>>", n)
		return p.page("BT /F 14 Tf 72 700 Td (a form) Tj ET", "", fmt.Sprintf("/Annots[%d 0 R]", n)).bytes()
	}},
	{name: "bookmarks in a circle", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(fmt.Sprintf("<</First %d 0 R/Last %d 0 R/Count 3>>", n+1, n+1))
		p.add(fmt.Sprintf("<</Title(one)/Parent %d 0 R/Next %d 0 R/First %d 0 R/Dest[3 0 R/Fit]>>", n, n+1, n+1))
		p.catalog = fmt.Sprintf("/Outlines %d 0 R", n)
		return p.bytes()
	}},
	{name: "hundred thousand bookmarks", may: "2", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(fmt.Sprintf("<</First %d 0 R/Last %d 0 R/Count 100000>>", n+1, n+100_000))
		for i := range 100_000 {
			p.add(fmt.Sprintf("<</Title(one)/Parent %d 0 R/Next %d 0 R/Dest[3 0 R/Fit]>>", n, n+i+2))
		}
		p.catalog = fmt.Sprintf("/Outlines %d 0 R", n)
		return p.bytes()
	}},
	{name: "tags in a circle", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(fmt.Sprintf("<</Type/StructTreeRoot/K %d 0 R/ParentTree<</Kids[%d 0 R]>>>>", n+1, n))
		p.add(fmt.Sprintf("<</Type/StructElem/S/P/P %d 0 R/K[%d 0 R %d 0 R]/Pg 3 0 R>>", n+1, n+1, n+1))
		p.catalog = fmt.Sprintf("/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R", n)
		p.objects[2] = strings.Replace(p.objects[2], "/Type/Page/", "/Type/Page/StructParents 0/", 1)
		return p.bytes()
	}},
	{name: "page labels that hold themselves", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(fmt.Sprintf("<</Kids[%d 0 R %d 0 R]/Limits[0 10]>>", n, n))
		p.catalog = fmt.Sprintf("/PageLabels %d 0 R", n)
		return p.bytes()
	}},
	{name: "names that hold themselves", build: func() []byte {
		p := sheets()
		n := p.next()
		p.add(fmt.Sprintf("<</Kids[%d 0 R %d 0 R]/Limits[(a)(z)]>>", n, n))
		p.catalog = fmt.Sprintf("/Names<</Dests %d 0 R>>", n)
		return p.page("BT /F 14 Tf 72 700 Td (x) Tj ET", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Dest(b)>>]").bytes()
	}},
	{name: "page of a milliard points", build: func() []byte {
		return sheets().page("BT /F 14 Tf 72 700 Td (x) Tj ET", "", "/MediaBox[0 0 1e9 1e9]").bytes()
	}},
	{name: "page as thin as a hair", may: "2", build: func() []byte {
		return sheets().page("BT /F 14 Tf 72 700 Td (x) Tj ET", "", "/MediaBox[0 0 0.0001 14400]").bytes()
	}},
	{name: "text of a million points", build: func() []byte {
		return sheets().page("BT /F 1e30 Tf 72 700 Td (x) Tj /F 1000000 Tf (y) Tj ET 1e38 0 0 1e38 1e38 1e38 cm BT /F 1 Tf (z) Tj ET", "", "").bytes()
	}},
	{name: "million saved states", build: func() []byte {
		return sheets().page(strings.Repeat("q ", 1_000_000)+"BT /F 14 Tf 72 700 Td (x) Tj ET", "", "").bytes()
	}},
	{name: "hundred thousand clips", long: true, may: "2", build: func() []byte {
		return sheets().page(strings.Repeat("0 0 m 600 0 l 300 700 l h W n ", 100_000)+"0 0 100 100 re f BT /F 14 Tf 72 700 Td (x) Tj ET", "", "").bytes()
	}},
	{name: "path of a million segments", build: func() []byte {
		var b strings.Builder
		b.WriteString("0 0 m ")
		for i := range 1_000_000 {
			fmt.Fprintf(&b, "%d %d l ", i*7919%600, i*104729%790)
		}
		return sheets().page(b.String()+"S", "", "").bytes()
	}},
	{name: "dashes too small to see", long: true, may: "2", build: func() []byte {
		return sheets().page("[0.00001] 0 d 0 0 m 612 792 l S 10 w 0 0 600 700 re S", "", "").bytes()
	}},
}

// from lists numbers.
func from(first, last int) string {
	var list []string
	for n := first; n <= last; n++ {
		list = append(list, fmt.Sprint(n))
	}
	return strings.Join(list, ",")
}

// doubling is a document whose second page shows a form that shows a form so many
// times, and so on.
func doubling(depth, times int) []byte {
	p := sheets()
	first := p.next()
	for level := range depth {
		form := "/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>"
		if level < depth-1 {
			p.add(streamOf(fmt.Sprintf("%s/XObject<</X %d 0 R>>>>", form, first+level+1), strings.Repeat("/X Do ", times)))
		} else {
			p.add(streamOf(form+">>", "BT /F 9 Tf (deep) Tj ET"))
		}
	}
	return p.page("/X Do", fmt.Sprintf("/XObject<</X %d 0 R>>", first), "").bytes()
}

// shows is a document whose second page shows a picture.
func shows(picture string) []byte {
	p := sheets()
	n := p.add(picture)
	return p.page("q 400 0 0 400 72 200 cm /I Do Q BT /F 14 Tf 72 700 Td (a picture) Tj ET", fmt.Sprintf("/XObject<</I %d 0 R>>", n), "").bytes()
}

// gridOf is a document whose second page is a drawn table.
func gridOf(cols, rows int) []byte {
	var b strings.Builder
	w, h := 560/float64(cols), 740/float64(rows)
	fmt.Fprintf(&b, "%.4f w\n", min(0.25, h/10))
	for r := range rows + 1 {
		fmt.Fprintf(&b, "20 %.4f m 580 %.4f l S\n", 20+float64(r)*h, 20+float64(r)*h)
	}
	for c := range cols + 1 {
		fmt.Fprintf(&b, "%.4f 20 m %.4f 760 l S\n", 20+float64(c)*w, 20+float64(c)*w)
	}
	for r := range rows {
		for c := range cols {
			fmt.Fprintf(&b, "BT /F %.3f Tf %.3f %.3f Td (%d) Tj ET\n", 0.6*h, 20.5+float64(c)*w, 20+(float64(r)+0.2)*h, r%10)
		}
	}
	return sheets().page(b.String(), "", "").bytes()
}

// hugeJPX is the beginning of a JPEG 2000 codestream of 2^31-1 pixels a side, in
// tiles as large.
func hugeJPX() string {
	side := "\x7f\xff\xff\xff"
	siz := "\xff\x51\x00\x2f\x00\x00" + side + side + "\x00\x00\x00\x00\x00\x00\x00\x00" + side + side + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x07\x01\x01\x07\x01\x01\x07\x01\x01"
	cod := "\xff\x52\x00\x0c\x00\x00\x00\x01\x00\x05\x04\x04\x00\x01"
	qcd := "\xff\x5c\x00\x13\x40" + strings.Repeat("\x40", 16)
	return "\xff\x4f" + siz + cod + qcd + "\xff\x90\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x01\xff\x93" + strings.Repeat("\x00", 200) + "\xff\xd9"
}
