package engine

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recto/internal/format"
)

// documentTimeout is far above what any document of a corpus should take.
const documentTimeout = 5 * time.Minute

// TestCorpus parses every PDF below the folder RECTO_CORPUS: nothing may panic,
// every page is parsed or says why not, and no text is lost.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("RECTO_CORPUS")
	if dir == "" {
		t.Skip("RECTO_CORPUS is not set: give it a folder of PDFs to parse them all")
	}
	known := []error{format.ErrEmpty, format.ErrBroken, format.ErrEncrypted, format.ErrPassword, format.ErrUnsupported, format.ErrTooLarge, format.ErrTooMany}
	documents, pages, failed, refused := 0, 0, 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".pdf") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		documents++
		ctx, cancel := context.WithTimeout(t.Context(), documentTimeout)
		defer cancel()
		started := time.Now()
		r, err := engine.Parse(ctx, Source{Name: path, Data: data}, Options{})
		if took := time.Since(started); took > documentTimeout/10 {
			t.Logf("%s took %s", name, took.Round(time.Millisecond))
		}
		if err != nil {
			refused++
			for _, k := range known {
				if errors.Is(err, k) {
					return nil
				}
			}
			t.Errorf("%s: %v is none of the errors a document may have", name, err)
			return nil
		}
		for _, p := range r.Doc.Pages {
			pages++
			if p.Err == nil {
				continue
			}
			failed++
			t.Logf("%s: page %d failed: %v", name, p.Number, p.Err)
			if strings.Contains(p.Err.Error(), "internal fault") {
				t.Errorf("%s: %v", name, p.Err)
			}
		}
		for _, d := range unplaced(r) {
			t.Errorf("%s: text %q at %v is lost", name, d.Text, d.Box)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d documents, %d refused; %d pages, %d failed", documents, refused, pages, failed)
}
