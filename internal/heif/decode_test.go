//go:build heic

package heif

import (
	"context"
	"errors"
	"image"
	"os"
	"testing"
)

// TestDecode: pictures as another encoder of HEIC writes them, red on the left
// and blue on the right, one of them turned by its own box.
func TestDecode(t *testing.T) {
	for name, want := range map[string]image.Point{"blocks.heic": {100, 60}, "small.heic": {40, 24}, "turned.heic": {60, 100}} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Config(t.Context(), data)
		if errors.Is(err, ErrNotBuilt) {
			t.Skip(err) // assets are not fetched
		}
		if err != nil || c.Width != want.X || c.Height != want.Y {
			t.Fatalf("%s: %d x %d, %v", name, c.Width, c.Height, err)
		}
		m, err := Decode(t.Context(), data)
		if err != nil || m.Bounds().Size() != want {
			t.Fatalf("%s: %v", name, err)
		}
		near := func(where string, r image.Rectangle, wr, wg, wb int) {
			var sr, sg, sb, n int
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					r, g, b, _ := m.At(x, y).RGBA()
					sr, sg, sb, n = sr+int(r>>8), sg+int(g>>8), sb+int(b>>8), n+1
				}
			}
			for _, d := range []int{sr/n - wr, sg/n - wg, sb/n - wb} {
				if d < -12 || d > 12 {
					t.Errorf("%s, %s: %d %d %d, want %d %d %d", name, where, sr/n, sg/n, sb/n, wr, wg, wb)
					break
				}
			}
		}
		first, second := image.Rect(2, 2, want.X/2-2, want.Y-2), image.Rect(want.X/2+2, 2, want.X-2, want.Y-2)
		if name == "turned.heic" { // a quarter to the right: red is above
			first, second = image.Rect(2, 2, want.X-2, want.Y/2-2), image.Rect(2, want.Y/2+2, want.X-2, want.Y-2)
		}
		near("red", first, 200, 40, 40)
		near("blue", second, 30, 60, 190)
	}
}

// TestDecodeDamaged: cut and changed files are errors, an ended context too.
func TestDecodeDamaged(t *testing.T) {
	data, err := os.ReadFile("testdata/blocks.heic")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Config(t.Context(), data); errors.Is(err, ErrNotBuilt) {
		t.Skip(err)
	}
	for n := 0; n < len(data)/2; n += 50 {
		if _, err := Decode(t.Context(), data[:n]); err == nil {
			t.Errorf("the first %d bytes are a picture", n)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ctx, data); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}
