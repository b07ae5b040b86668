// Command gen writes Recto's own sample documents into testdata:
//
//	go run ./testdata/gen
//
// Documents with a known truth go to testdata/corpus/tagged, which is a corpus
// for package eval; those that pin down the reader go to testdata/pdf. The
// output depends on nothing but this source and the versions of Go and fpdf.
//
//	go run ./testdata/gen --photo photo.jpg sample.pdf
//
// photographs the first page of a document instead.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

// sample is one finished document.
type sample struct {
	pdf   []byte
	truth string // markdown, "" for documents that are about the reader alone
	pages int
}

// samples are all documents, in the order of the manifest.
var samples = []struct {
	name string
	make func() (sample, error)
}{
	{"report", report},
	{"article", article},
	{"letter", letter},
	{"slides", slides},
	{"form", form},
	{"code", code},
	{"tagged", tagged},
	{"rotated", rotated},
	{"hidden", hidden},
	{"unicode", unicodeText},
	{"pictures", pictures},
	{"painted", paintedPictures},
	{"drawing", drawing},
	{"encrypted", encrypted},
	{"broken", broken},
	{"empty", empty},
	{"badpage", badPage},
	{"labels", labels},
	{"continued", continued},
	{"separate", separate},
}

func main() {
	dir := flag.String("dir", "testdata", "the folder to write to")
	photo := flag.String("photo", "", "the picture to write: a photograph of the first page of the PDF named")
	flag.Parse()
	if *photo != "" {
		made, err := photograph(flag.Arg(0))
		if err == nil {
			err = write(*photo, made)
		}
		if err != nil {
			log.Fatalf("photograph %q: %v", flag.Arg(0), err)
		}
		return
	}
	if err := run(*dir); err != nil {
		log.Fatal(err)
	}
}

func run(dir string) error {
	type entry struct {
		ID    string `json:"id"`
		Pages int    `json:"pages"`
	}
	var manifest []entry
	corpus := filepath.Join(dir, "corpus", "tagged")
	for _, s := range samples {
		made, err := s.make()
		if err != nil {
			return fmt.Errorf("make %s: %w", s.name, err)
		}
		if made.truth == "" {
			if err := write(filepath.Join(dir, "pdf", s.name+".pdf"), made.pdf); err != nil {
				return err
			}
			continue
		}
		manifest = append(manifest, entry{s.name, made.pages})
		if err := write(filepath.Join(corpus, "pdf", s.name+".pdf"), made.pdf); err != nil {
			return err
		}
		if err := write(filepath.Join(corpus, "gt", s.name+".md"), []byte(made.truth)); err != nil {
			return err
		}
	}
	list, err := json.MarshalIndent(manifest, "", " ")
	if err != nil {
		return err
	}
	return write(filepath.Join(corpus, "manifest.json"), append(list, '\n'))
}

func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
