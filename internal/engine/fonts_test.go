package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// oneBrokenFont is a page of ten lines in a good font, and of one line in a font
// that maps its letters to private characters.
func oneBrokenFont(line string) Source {
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	add := func(n int, dict, data string) {
		_, _ = fmt.Fprintf(&b, "%d 0 obj\n%s", n, dict)
		if data != "" {
			_, _ = fmt.Fprintf(&b, "<</Length %d>>\nstream\n%s\nendstream", len(data), data)
		}
		b.WriteString("\nendobj\n")
	}
	var text strings.Builder
	for k := range 10 {
		_, _ = fmt.Fprintf(&text, "BT /F1 12 Tf 72 %d Td (The ferry left at %d in the morning with a pilot and his goat.) Tj ET\n", 700-20*k, 6+k)
	}
	_, _ = fmt.Fprintf(&text, "BT /F2 12 Tf 72 450 Td (%s) Tj ET", line)
	add(1, "<</Type/Catalog/Pages 2 0 R>>", "")
	add(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>", "")
	add(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>", "")
	add(4, "", text.String())
	add(5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "")
	add(6, "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/ToUnicode 7 0 R>>", "")
	add(7, "", "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <21> <7e> <e021> endbfrange endcmap end end")
	b.WriteString("trailer <</Root 1 0 R/Size 8>>\n%%EOF\n")
	return Source{Name: "fonts.pdf", Data: []byte(b.String())}
}

// TestOneBrokenFont: only what a broken font hides is recognized.
func TestOneBrokenFont(t *testing.T) {
	e := reader(t)
	src := oneBrokenFont("Lighthouses along the northern coast are painted twice")
	without, err := e.Parse(t.Context(), src, Options{NoOCR: true})
	if err != nil || strings.Contains(text(without.Doc.Pages[0]), "Lighthouses") || without.Doc.Pages[0].NeedsOCR != "" {
		t.Fatalf("%v, page %q, needs %q", err, text(without.Doc.Pages[0]), without.Doc.Pages[0].NeedsOCR)
	}
	r, err := e.Parse(t.Context(), src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Doc.Pages[0]
	all := text(p)
	if strings.Count(all, "Lighthouses along the northern coast are painted twice") != 1 || strings.Count(all, "with a pilot and his goat.") != 10 || strings.ContainsFunc(all, func(c rune) bool { return c >= 0xE000 && c < 0xF900 }) {
		t.Errorf("page:\n%s", all)
	}
	if !strings.Contains(p.Recognized, "Times") || p.Confidence <= without.Doc.Pages[0].Confidence {
		t.Errorf("recognized %q, confidence %v, without recognition %v", p.Recognized, p.Confidence, without.Doc.Pages[0].Confidence)
	}

	// What is not read stays, and fails no page.
	failing, err := Start(t.Context(), Config{OCR: &countingOCR{err: errors.New("out of paper")}})
	if err != nil {
		t.Fatal(err)
	}
	defer failing.Close()
	r, err = failing.Parse(t.Context(), src, Options{})
	if err != nil || len(r.FailedOCR) != 0 || len(r.Doc.Warnings) != 1 || text(r.Doc.Pages[0]) != text(without.Doc.Pages[0]) {
		t.Errorf("%v, failed %v, warnings %v, page:\n%s", err, r.FailedOCR, r.Doc.Warnings, text(r.Doc.Pages[0]))
	}

	// A few signs are no reason to read a page.
	counting := &countingOCR{}
	few, err := Start(t.Context(), Config{OCR: counting})
	if err != nil {
		t.Fatal(err)
	}
	defer few.Close()
	if _, err := few.Parse(t.Context(), oneBrokenFont("abcdefghijklmn"), Options{}); err != nil || counting.n != 0 {
		t.Errorf("%v, %d pages were read for a few signs", err, counting.n)
	}
}
