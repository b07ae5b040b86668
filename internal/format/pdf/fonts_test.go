package pdf

import (
	"fmt"
	"strings"
	"testing"

	"recto/internal/page"
)

// TestNamelessFonts reads two fonts of drawings without names: their faces stay
// apart, and one face is the same for all its text.
func TestNamelessFonts(t *testing.T) {
	r, err := runtime.Open(t.Context(), namelessFonts(), "")
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer func() { _ = r.Close() }()
	p := r.ReadPage(1)
	if p.Err != nil {
		t.Fatalf("ReadPage: %v", p.Err)
	}
	var fonts []*page.Font
	for i := range p.Runs {
		fonts = append(fonts, p.Runs[i].Font)
	}
	if len(fonts) != 3 || fonts[0] == fonts[1] || fonts[0] != fonts[2] || fonts[0].Name == fonts[1].Name {
		t.Errorf("fonts of three runs = %+v %+v, want two faces, the first and the last alike", *fonts[0], *fonts[1])
	}
}

// namelessFonts writes a page with two Type 3 fonts of different widths.
func namelessFonts() []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	add := func(n int, dict, data string) {
		_, _ = fmt.Fprintf(&b, "%d 0 obj\n", n)
		if data == "" {
			b.WriteString(dict)
		} else {
			_, _ = fmt.Fprintf(&b, "<</Length %d>>\nstream\n%s\nendstream", len(data), data)
		}
		b.WriteString("\nendobj\n")
	}
	font := func(width int) string {
		return fmt.Sprintf("<</Type/Font/Subtype/Type3/FontBBox[0 0 700 700]/FontMatrix[.001 0 0 .001 0 0]/FirstChar 97/LastChar 98/Widths[%d %d]/Encoding<</Type/Encoding/Differences[97/a/b]>>/CharProcs<</a 7 0 R/b 7 0 R>>/Resources<<>>/ToUnicode 8 0 R>>", width, width)
	}
	add(1, "<</Type/Catalog/Pages 2 0 R>>", "")
	add(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>", "")
	add(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>>>", "")
	add(4, "", "BT /F1 10 Tf 50 200 Td (abab) Tj ET BT /F2 10 Tf 50 150 Td (abab) Tj ET BT /F1 10 Tf 50 100 Td (baba) Tj ET")
	add(5, font(500), "")
	add(6, font(650), "")
	add(7, "", "600 0 0 0 500 500 d1 0 0 450 500 re f")
	add(8, "", "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <61> <0061> <62> <0062> endbfchar endcmap end end")
	b.WriteString("trailer <</Root 1 0 R/Size 9>>\n%%EOF\n")
	return []byte(b.String())
}
