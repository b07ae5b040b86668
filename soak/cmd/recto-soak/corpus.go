package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-pdf/fpdf"

	"recto/internal/format/pdf"
	"recto/internal/geom"
)

const (
	scanDPI    = 110
	scanPages  = 2   // of the scans that are made
	longPages  = 120 // of the long document that is made
	mostCorpus = 40  // documents that are taken from a folder
	mostBytes  = 3 << 20
)

// document is a file that clients send.
type document struct {
	name string
	data []byte
}

// variants are the requests that clients make for every document. A request of
// its own metadata is no repetition of another, so each makes a job.
var variants = []string{
	`{"tier": "cost_effective", "version": "latest", "disable_cache": true}`,
	`{"tier": "cost_effective", "version": "latest"}`, // often a copy of an earlier result
	`{"tier": "fast", "version": "latest", "disable_cache": true}`,
	`{"tier": "cost_effective", "version": "latest", "disable_cache": true, "output_options": {"images_to_save": ["screenshot", "embedded", "layout"],
		"tables_as_spreadsheet": {"enable": true}, "save_output_pdf": true}}`,
}

// task is a document with a request, and what an undisturbed run made of it.
type task struct {
	document *document
	request  map[string]any
	name     string // for people
	weight   int    // how often it is chosen, beside others

	status  string // COMPLETED or FAILED
	message string // of a failure
	answer  string // hash of what the API answers with
	blobs   map[string]string
}

// body returns the request with a mark of its own.
func (t *task) body(mark string, more map[string]any) []byte {
	q := map[string]any{"user_metadata": map[string]string{"soak": mark}}
	for k, v := range t.request {
		q[k] = v
	}
	for k, v := range more {
		q[k] = v
	}
	b, _ := json.Marshal(q) // plain values always can be
	return b
}

// gather collects the documents: those of testdata, some made of them, and
// those of a folder.
func gather(ctx context.Context, corpus string) ([]*task, error) {
	var docs []*document
	for _, pattern := range []string{"testdata/corpus/tagged/pdf/*.pdf", "testdata/pdf/*.pdf"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			if len(data) > 0 { // an empty one is refused
				docs = append(docs, &document{filepath.Base(f), data})
			}
		}
	}
	if len(docs) == 0 {
		return nil, fmt.Errorf("testdata is not there: start it in the folder of the source")
	}
	made, err := makeScans(ctx, docs)
	if err != nil {
		return nil, err
	}
	long, err := makeLong(longPages)
	if err != nil {
		return nil, err
	}
	docs = append(docs, made...)
	docs = append(docs, &document{"long.pdf", long},
		&document{"cut.pdf", long[:len(long)/3]},
		&document{"noise.pdf", append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("no object here "), 200)...)},
		&document{"tune.mid", []byte("MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk")},
		&document{"bad.png", append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{7}, 500)...)})
	if corpus != "" {
		more, err := fromFolder(corpus)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	var tasks []*task
	for _, d := range docs {
		for i, v := range variants {
			t := &task{document: d, name: fmt.Sprintf("%s #%d", d.name, i), weight: 6}
			if err := json.Unmarshal([]byte(v), &t.request); err != nil {
				return nil, err
			}
			if strings.HasPrefix(d.name, "scan") || d.name == "long.pdf" {
				t.weight = 2 // they take most of the time
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// fromFolder takes documents evenly from all there are.
func fromFolder(dir string) ([]*document, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > 0 && info.Size() < mostBytes && slices.Contains([]string{".pdf", ".png", ".jpg", ".tif"}, strings.ToLower(filepath.Ext(path))) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out []*document
	step := max(1, (len(files)+mostCorpus-1)/mostCorpus)
	for i := 0; i < len(files); i += step {
		data, err := os.ReadFile(files[i])
		if err != nil {
			return nil, err
		}
		out = append(out, &document{filepath.Base(files[i]), data})
	}
	return out, nil
}

// makeScans draws pages: some as pictures, and some in one PDF of pictures.
func makeScans(ctx context.Context, from []*document) ([]*document, error) {
	rt, err := pdf.NewRuntime(ctx, "")
	if err != nil {
		return nil, err
	}
	defer rt.Close(ctx)
	var out []*document
	book := fpdf.New("P", "pt", "A4", "")
	for _, name := range []string{"letter.pdf", "form.pdf"} {
		i := slices.IndexFunc(from, func(d *document) bool { return d.name == name })
		if i < 0 {
			return nil, fmt.Errorf("%s is not there", name)
		}
		r, err := rt.Open(ctx, from[i].data, "")
		if err != nil {
			return nil, err
		}
		defer r.Close()
		img, err := r.Render(1, scanDPI, geom.Rect{})
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			return nil, err
		}
		out = append(out, &document{"scan-" + strings.TrimSuffix(name, ".pdf") + ".png", b.Bytes()})
		for range scanPages / 2 {
			book.AddPage()
			book.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(b.Bytes()))
			book.ImageOptions(name, 0, 0, 595, 0, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		}
	}
	var b bytes.Buffer
	if err := book.Output(&b); err != nil {
		return nil, err
	}
	return append(out, &document{"scan-book.pdf", b.Bytes()}), nil
}

// makeLong writes a PDF of so many pages with a heading and some text each.
func makeLong(pages int) ([]byte, error) {
	f := fpdf.New("P", "pt", "A4", "")
	for n := range pages {
		f.AddPage()
		f.SetFont("Helvetica", "B", 16)
		f.CellFormat(0, 30, fmt.Sprintf("Chapter %d", n+1), "", 1, "", false, 0, "")
		f.SetFont("Helvetica", "", 10)
		for i := range 20 {
			f.CellFormat(0, 14, fmt.Sprintf("Line %d of chapter %d says that the number %d is %d times %d.", i+1, n+1, (n+1)*(i+1), n+1, i+1), "", 1, "", false, 0, "")
		}
	}
	var b bytes.Buffer
	err := f.Output(&b)
	return b.Bytes(), err
}
