package image

import (
	"bytes"
	"io"
	"testing"
)

// FuzzFax reads any codes at any width: as many bytes as there are rows, or an error.
func FuzzFax(f *testing.F) {
	f.Add([]byte{0x00, 0x10, 0x01, 0x4d, 0x9a, 0x80}, uint16(16), false, true, true)
	f.Add([]byte{0x4d, 0x9a, 0x80}, uint16(1728), true, false, false)
	f.Fuzz(func(t *testing.T, data []byte, width uint16, reverse, marks, twoDim bool) {
		if width == 0 {
			return
		}
		const rows = 64
		row := (int(width) + 7) / 8
		out := make([]byte, rows*row)
		n, err := io.ReadFull(newFax(bytes.NewReader(data), int(width), reverse, marks, twoDim), out)
		if err == nil && n != len(out) {
			t.Errorf("%d bytes, want %d", n, len(out))
		}
	})
}
