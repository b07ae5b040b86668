package pdf

import (
	"fmt"
	"slices"
	"testing"
)

// TestObjectsJoin: browsers draw each letter as an object of its own. Those that
// touch in one look are one run; what stands apart, differs in size, colour or height
// is not. Letters of Courier are 6 points wide here.
func TestObjectsJoin(t *testing.T) {
	content := `BT /F1 10 Tf
1 0 0 1 100 500 Tm (L) Tj 6 0 Td (e) Tj 6 0 Td (t ) Tj 12 0 Td (i) Tj 6 0 Td (t) Tj
1 0 0 1 100 480 Tm (a) Tj 9 0 Td (b) Tj 30 0 Td (c) Tj
1 0 0 1 100 460 Tm (x) Tj 6 3 Td (2) Tj
1 0 0 1 100 440 Tm (r) Tj 1 0 0 rg 6 0 Td (e) Tj /F1 8 Tf 6 0 Td (d) Tj
ET`
	file := fmt.Sprintf(`%%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 420 600] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >> endobj
4 0 obj << /Length %d >>
stream
%s
endstream
endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >> endobj
trailer << /Root 1 0 R >>
`, len(content), content)
	r, err := runtime.Open(t.Context(), []byte(file), "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p := r.ReadPage(1)
	if p.Err != nil {
		t.Fatal(p.Err)
	}
	var got []string
	for i := range p.Runs {
		got = append(got, textOf(&p.Runs[i]))
	}
	want := []string{"Let", "it", "a", "b", "c", "x", "2", "r", "e", "d"}
	if !slices.Equal(got, want) {
		t.Errorf("runs %q, want %q", got, want)
	}
}
