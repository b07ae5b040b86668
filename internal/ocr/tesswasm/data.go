package tesswasm

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// dataSuffix ends the names of files with language data.
const dataSuffix = ".traineddata"

// maxData bounds one language's data; the largest packs have 40 MB.
const maxData = 64 << 20

// dataset gives the data of each language by its name. The module sees it as
// the files /NAME.traineddata.
type dataset map[string]func() ([]byte, error)

// newDataset takes each language from the first that has it: dir, what is
// embedded, the further folders. Of those some may not exist.
func newDataset(englishGz []byte, dir string, further []string) (dataset, error) {
	d := dataset{}
	if dir != "" {
		if err := d.add(dir); err != nil {
			return nil, fmt.Errorf("language data: %w", err)
		}
	}
	if len(englishGz) > 0 && d["eng"] == nil {
		d["eng"] = sync.OnceValues(func() ([]byte, error) {
			r, err := gzip.NewReader(bytes.NewReader(englishGz))
			if err != nil {
				return nil, err
			}
			return readLimited(r)
		})
	}
	for _, f := range further {
		_ = d.add(f) // what cannot be read is not there
	}
	return d, nil
}

// add takes the languages of a folder that are not known yet.
func (d dataset) add(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range entries {
		// osd tells orientation and script, no language.
		name, ok := strings.CutSuffix(f.Name(), dataSuffix)
		if !ok || name == "" || name == "osd" || strings.ContainsAny(name, "+~") || f.IsDir() || d[name] != nil {
			continue
		}
		path := filepath.Join(dir, f.Name())
		d[name] = func() ([]byte, error) {
			f, err := os.Open(path)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			return readLimited(f)
		}
	}
	return nil
}

// SystemFolders lists where an installed Tesseract keeps its language data, which
// this one reads as well.
func SystemFolders() []string {
	list := []string{"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata",
		"/usr/local/share/tessdata", "/opt/homebrew/share/tessdata"}
	if prefix := os.Getenv("TESSDATA_PREFIX"); prefix != "" {
		list = slices.Insert(list, 0, prefix)
	}
	return list
}

func (d dataset) names() []string { return slices.Sorted(maps.Keys(d)) }

// open returns the data that the module asks for by its path.
func (d dataset) open(path string) (data []byte, found bool, err error) {
	name, ok := strings.CutSuffix(strings.TrimLeft(path, "./"), dataSuffix)
	load := d[name]
	if !ok || load == nil {
		return nil, false, nil
	}
	data, err = load()
	if err != nil {
		err = fmt.Errorf("language data for %s: %w", name, err)
	}
	return data, true, err
}

func readLimited(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxData+1))
	if err == nil && len(b) > maxData {
		err = errors.New("too large")
	}
	return b, err
}
