package pdf

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"recto/internal/format"
	"recto/internal/geom"
)

// FuzzOpen reads whatever opens. Errors are fine, panics and lost promises are not.
func FuzzOpen(f *testing.F) {
	for _, dir := range sampleDirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.pdf"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no samples in %s: %v", dir, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := runtime.Open(t.Context(), data, "")
		if err != nil {
			for _, known := range []error{format.ErrEmpty, format.ErrEncrypted, format.ErrBroken, format.ErrTooLarge} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("Open: %v is no error of a document", err)
		}
		defer func() {
			if err := r.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}()
		if r.PageCount() < 1 {
			t.Errorf("%d pages", r.PageCount())
		}
		r.Meta()
		for _, b := range r.Outline() {
			if b.Title == "" || b.Level < 1 || b.Page < 0 || b.Page > r.PageCount() {
				t.Errorf("bookmark %+v", b)
			}
		}
		for n := 1; n <= min(r.PageCount(), 3); n++ {
			p := r.ReadPage(n)
			if p.Err != nil {
				continue
			}
			if !(p.Width > 0 && p.Height > 0) {
				t.Errorf("page %d is %v x %v points", n, p.Width, p.Height)
			}
			for i := range p.Runs {
				if run := &p.Runs[i]; len(run.Glyphs) == 0 || run.Font == nil || !(run.Size > 0) {
					t.Errorf("page %d: run %+v", n, run)
				}
			}
			want := map[int]bool{}
			for _, img := range p.Images {
				want[img.Index] = true
			}
			_ = r.Images(n, want, func(int, *Picture, error) error { return nil })
			_, _ = r.Render(n, 20, geom.Rect{})
		}
	})
}
