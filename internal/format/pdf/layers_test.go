package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"testing"
)

func TestHasLayers(t *testing.T) {
	stream := func(text string) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write([]byte(text))
		_ = z.Close()
		return fmt.Sprintf("7 0 obj\n<</Type /ObjStm /N 1 /First 4 /Length %d>>\nstream\r\n%s\r\nendstream\nendobj\n", b.Len(), b.Bytes())
	}
	plain, layers := "1 0 <</Type /Catalog /Pages 2 0 R>>", "1 0 <</Type /Catalog /OCProperties 9 0 R>>"
	tests := []struct {
		name, data string
		want       bool
	}{
		{"plain", "%PDF-1.4\n" + plain, false},
		{"plain with layers", "%PDF-1.4\n" + layers, true},
		{"compressed", "%PDF-1.5\n" + stream(plain) + stream(plain), false},
		{"compressed with layers", "%PDF-1.5\n" + stream(plain) + stream(layers), true},
		{"encrypted", "%PDF-1.5\n<</Type /ObjStm>>\nstream\nnobody knows\nendstream", true},
		{"cut off", "%PDF-1.5\n<</Type /ObjStm>>", true},
	}
	for _, tt := range tests {
		if got := hasLayers([]byte(tt.data)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
