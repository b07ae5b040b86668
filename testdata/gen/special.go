package main

import (
	"fmt"
	"strings"
)

// rotated has pages that are turned or cropped, and text that is turned on a
// straight page.
func rotated() (sample, error) {
	r := newRaw(5)
	mark := show("F1", 12, 100, 500, "Mark") + "q 1 0 0 rg 100 300 50 20 re f Q\n1 w 100 200 m 200 200 l S\n"
	r.set(0, rawPage{content: mark, entries: "/Rotate 90"})
	r.set(1, rawPage{content: mark + show("F1", 12, 10, 20, "Cut off"), entries: "/CropBox [50 100 350 550]"})
	r.set(2, rawPage{content: mark, entries: "/Rotate 180"})
	r.set(3, rawPage{content: mark, entries: "/Rotate 270 /CropBox [50 100 350 550]"})
	r.set(4, rawPage{content: "BT /F1 12 Tf 0 1 -1 0 60 100 Tm (Upwards) Tj ET\n" +
		"BT /F1 10 Tf 0.8660254 0.5 -0.5 0.8660254 200 300 Tm (Slanted) Tj ET\n" +
		"BT /F1 1 Tf 24 0 0 24 100 500 Tm (Scaled) Tj ET\n" +
		"BT /F2 12 Tf 12 Ts 100 400 Td (Raised) Tj ET\n"})
	return sample{pdf: r.finish(""), pages: 5}, nil
}

// hidden has text that nobody sees, in the ways in which it is hidden.
func hidden() (sample, error) {
	r := newRaw(1)
	r.set(0, rawPage{
		resources: "/ExtGState << /Clear << /ca 0 >> >>",
		content: show("F1", 12, 50, 500, "Plain") +
			"BT 3 Tr /F1 12 Tf 50 480 Td (Unpainted) Tj ET\n" +
			"BT 7 Tr /F1 12 Tf 50 460 Td (Clipping) Tj ET\n" +
			"BT 0 Tr 1 1 1 rg /F1 12 Tf 50 440 Td (White) Tj ET\n" +
			"0 g\n" + show("F1", 12, 500, 420, "Right of the page") + show("F1", 12, 50, 700, "Above the page") +
			"BT 1 Tr 0 0 1 RG /F1 12 Tf 50 400 Td (Outlined) Tj ET\n" +
			"BT 0 Tr 0.2 0.4 0.6 rg /F1 12 Tf 50 380 Td (Blue) Tj ET\n" +
			"q /Clear gs\n" + show("F1", 12, 50, 360, "Transparent") + "Q\n",
	})
	return sample{pdf: r.finish(""), pages: 1}, nil
}

// unicodeText has characters that are more or less than one code: beyond 16
// bits, ligatures, soft hyphens, codes without a meaning.
func unicodeText() (sample, error) {
	r := newRaw(1)
	toUnicode := r.stream("", `/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Own def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <61> <7A> <0061> endbfrange
7 beginbfchar
<01> <D835DC00>
<02> <006600660069>
<03> <00AD>
<04> <E001>
<20> <0020>
<2D> <002D>
<05> <0041030A>
endbfchar
endcmap CMapName currentdict /CMap defineresource pop end end`)
	widths := ""
	for range 128 {
		widths += "500 "
	}
	font := r.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 0 /LastChar 127 /Widths [" + widths + "] /ToUnicode " + toUnicode + " >>")
	line := func(y float64, text string) string {
		return fmt.Sprintf("BT /FU 20 Tf 50 %g Td (%s) Tj ET\n", y, text)
	}
	r.set(0, rawPage{
		content: line(500, "x\\001y") + line(460, "a\\002x") + line(420, "soft\\003") + line(390, "hy") + line(350, "p\\004q") + line(310, "two words") + line(270, "hard-") + line(250, "line") + line(220, "\\005rd"),
	})
	// The font goes among those of the page.
	page := &r.objects[rawFirstPage-1]
	*page = strings.Replace(*page, "/F1 ", "/FU "+font+" /F1 ", 1)
	return sample{pdf: r.finish(""), pages: 1}, nil
}

// drawing has rules, fills and shapes in the ways in which programs draw them.
func drawing() (sample, error) {
	r := newRaw(1)
	form := r.stream("/Type /XObject /Subtype /Form /BBox [0 0 100 100] /Matrix [1 0 0 1 10 0]", "0 0 1 rg 0 0 40 20 re f")
	r.set(0, rawPage{
		resources: "/XObject << /Box " + form + " >>",
		content: "1 w 50 550 m 250 550 l S\n" + // a line
			"0.5 w 300 400 m 300 500 l S\n" + // an upright line
			"0 0 0 rg 50 530 200 0.8 re f\n" + // a line as a thin rectangle
			"[3 2] 0 d 50 510 m 250 510 l S [] 0 d\n" + // dashed
			"0.9 0.9 0.8 rg 50 440 120 40 re f\n" + // filled
			"1 0 0 RG 2 w 200 440 60 40 re S\n" + // framed
			"0 1 0 rg 0 0 1 RG 50 380 60 30 re B\n" + // both
			"0 g 0 G 1 w 200 400 m 220 420 240 420 260 400 c S\n" + // curve
			"150 380 m 180 380 l 165 405 l f\n" + // triangle
			"1 1 1 RG 50 350 m 250 350 l S 0 G\n" + // white line
			"50 300 m 150 300 l 150 340 l 50 340 l s\n" + // closed by s: a frame
			"50 280 m 80 250 l S\n" + // slanted
			"6 w 50 230 m 150 230 l S 1 w\n" + // a bar drawn as a thick stroke
			"8 w 200 230 m 300 230 l S 1 w\n" +
			"-10 200 m 600 200 l S\n" + // leaves the page
			"q 2 0 0 2 50 120 cm /Box Do Q\n" + // inside a form object
			"50 60 m 100 60 l 50 80 m 100 80 l 50 100 m 100 100 l S\n" + // one path, three lines
			"q 200 60 30 30 re W n 0 1 1 rg 0 0 400 400 re f Q\n", // a fill cut by a clip
	})
	return sample{pdf: r.finish(""), pages: 1}, nil
}

// pictures has images of every kind.
func pictures() (sample, error) {
	r := newRaw(1)
	jpg, err := jpegPicture(16, 8)
	if err != nil {
		return sample{}, err
	}
	image := func(w, h int, entries, data string) string {
		return r.stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d %s", w, h, entries), data)
	}
	photo := image(16, 8, "/BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode", string(jpg))
	inks := image(8, 8, "/BitsPerComponent 8 /ColorSpace /DeviceCMYK /Filter /DCTDecode /Decode [1 0 1 0 1 0 1 0]", string(cmykJPEG()))
	plain := image(2, 2, "/BitsPerComponent 8 /ColorSpace /DeviceRGB", "\xFF\x00\x00\x00\xFF\x00\x00\x00\xFF\xFF\xFF\xFF")
	stencil := image(8, 2, "/BitsPerComponent 1 /ImageMask true", "\xAA\x55")
	soft := image(2, 1, "/BitsPerComponent 8 /ColorSpace /DeviceGray", "\x40\xFF")
	faded := image(2, 1, "/BitsPerComponent 8 /ColorSpace /DeviceGray /SMask "+soft, "\x00\x80")
	broken := image(16, 8, "/BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter /DCTDecode", "no picture at all")
	form := r.stream("/Type /XObject /Subtype /Form /BBox [0 0 100 100] /Resources << /XObject << /P "+plain+" >> >>", "q 40 0 0 40 0 0 cm /P Do Q")
	r.set(0, rawPage{
		resources: "/XObject << /Photo " + photo + " /Inks " + inks + " /P " + plain + " /Stencil " + stencil + " /Faded " + faded + " /Broken " + broken + " /Form " + form + " >>",
		content: "q 160 0 0 80 40 500 cm /Photo Do Q\n" +
			"q 80 0 0 80 240 500 cm /Inks Do Q\n" +
			"q 0 60 -60 0 100 400 cm /P Do Q\n" + // turned by a quarter
			"q 0.2 0.4 0.6 rg 80 0 0 20 150 420 cm /Stencil Do Q\n" +
			"q 80 0 0 40 250 410 cm /Faded Do Q\n" +
			"q 1 0 0 1 40 300 cm /Form Do Q\n" +
			"q 200 300 20 20 re W n 40 0 0 40 190 290 cm /P Do Q\n" + // clipped
			"q 50 0 0 50 300 300 cm BI /W 2 /H 1 /BPC 8 /CS /G ID \x30\xD0 EI Q\n" + // in the page's own text
			"q 40 0 0 40 700 300 cm /P Do Q\n" + // beside the page
			"q 60 0 0 30 40 200 cm /Broken Do Q\n",
	})
	return sample{pdf: r.finish(""), pages: 1}, nil
}

// encrypted opens with the password "recto" only.
func encrypted() (sample, error) {
	p := newPaper(a4Width, a4Height, column{72, a4Width - 144, 72, a4Height - 72})
	p.pdf.SetProtection(0, "recto", "owner of recto")
	p.newPage()
	p.set("Nobody reads this without the word.", p.plain(), 0)
	s, err := p.finish()
	s.truth = ""
	return s, err
}

// broken is a document cut off in the middle of its first objects.
func broken() (sample, error) {
	s, err := letter()
	if err != nil {
		return sample{}, err
	}
	return sample{pdf: s.pdf[:60]}, nil
}

// empty is a file without a byte.
func empty() (sample, error) { return sample{}, nil }

// badPage has three pages, the second of which is no page.
func badPage() (sample, error) {
	r := newRaw(3)
	r.set(0, rawPage{content: show("F1", 12, 50, 500, "The first page.")})
	r.set(1, rawPage{})
	r.objects[rawFirstPage] = "(This is no page.)"
	r.set(2, rawPage{content: show("F1", 12, 50, 500, "The third page.")})
	return sample{pdf: r.finish(""), pages: 3}, nil
}

// labels has page labels, and an outline and links of every kind.
func labels() (sample, error) {
	r := newRaw(3)
	links := []string{
		"/Dest [" + r.page(2) + " /XYZ 0 500 0]",
		"/A << /S /GoTo /D [" + r.page(1) + " /Fit] >>",
		"/A << /S /URI /URI (https://example.org/a?b=1) >>",
		"/A << /S /URI /URI (mailto:recto@example.org) >>",
		"/Dest (chapter)",
		"/A << /S /Launch /F (program) >>",
		"/A << /S /GoToR /F (other.pdf) /D [0 /Fit] >>",
	}
	annotations, content := "", ""
	for i, l := range links {
		y := 500 - 30*i
		annotations += r.add(fmt.Sprintf("<< /Type /Annot /Subtype /Link /Border [0 0 0] /Rect [50 %d 150 %d] %s >>", y-4, y+12, l)) + " "
		content += show("F1", 12, 50, float64(y), fmt.Sprintf("Link %d", i+1))
	}
	note := r.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 150 20] /Resources << /Font << /F1 %d 0 R >> >>", rawHelvetica), "BT /F1 12 Tf 2 5 Td (A note on top) Tj ET")
	annotations += r.add("<< /Type /Annot /Subtype /FreeText /F 4 /Rect [200 480 350 500] /DA (/F1 12 Tf 0 g) /Contents (A note on top) /AP << /N "+note+" >> >>") + " "
	annotations += r.add("<< /Type /Annot /Subtype /Text /Rect [380 560 400 580] /Contents (A comment in the margin) >>")
	r.set(0, rawPage{content: content, entries: "/Annots [" + annotations + "]"})
	r.set(1, rawPage{content: show("F1", 12, 50, 500, "Second page"), entries: "/Rotate 90"})
	r.set(2, rawPage{content: show("F1", 12, 100, 500, "Third page"), entries: "/CropBox [50 100 350 550]"})

	entries := []struct{ title, target string }{
		{"(To a place)", "/Dest [" + r.page(0) + " /XYZ 0 450 0]"},
		{"(To a page)", "/Dest [" + r.page(1) + " /Fit]"},
		{"(To a height)", "/Dest [" + r.page(0) + " /FitH 400]"},
		{"(By name)", "/Dest (chapter)"},
		{"(By an action)", "/A << /S /GoTo /D [" + r.page(0) + " /XYZ null 300 null] >>"},
		{"(On a turned page)", "/Dest [" + r.page(1) + " /XYZ 100 500 0]"},
		{"(To nowhere)", ""},
		{"<FEFF00DC006200650072>", "/Dest [" + r.page(0) + " /XYZ null null null]"},
	}
	root := r.next(1)
	r.add(fmt.Sprintf("<< /Type /Outlines /First %s /Last %s /Count %d >>", r.next(2), r.next(1+len(entries)), len(entries)+1))
	child := r.next(len(entries) + 1)
	for i, e := range entries {
		body := "<< /Title " + e.title + " /Parent " + root + " " + e.target
		if i > 0 {
			body += " /Prev " + r.next(0)
		}
		if i+1 < len(entries) {
			body += " /Next " + r.next(2)
		}
		if i == 0 {
			body += " /First " + child + " /Last " + child + " /Count 1"
		}
		r.add(body + " >>")
	}
	r.add("<< /Title (Below it) /Parent " + r.next(1-len(entries)) + " /Dest [" + r.page(2) + " /XYZ 0 500 0] >>")
	info := r.add("<< /Title <FEFF00DC0062006500720073006900630068007400200031> /Author (M. Feld) /Subject (Labels) /Keywords (a, b) /Creator (gen) /Producer (Recto samples) >>")
	r.info = "/Info " + info
	return sample{pdf: r.finish("/Outlines " + root + " /Lang (de-AT) /Names << /Dests << /Names [(chapter) [" + r.page(2) + " /XYZ 0 450 0]] >> >>\n" +
		"/PageLabels << /Nums [0 << /S /r >> 2 << /S /D >>] >>"), pages: 3}, nil
}
