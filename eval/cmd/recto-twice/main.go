// Command recto-twice parses documents with text recognition and without it, and
// says what recognition added to pages and whether any word is there twice:
//
//	recto-twice [--words] FILE|DIR …
//	recto-twice --cost N FILE|DIR …
//
// With --cost it measures instead what recognition costs documents that are no
// scans, N times, and ends with an error when that is more than 3 % of the
// processor time. Else it ends with an error when a recognized word lies over the same word of the
// page's own text, or when recognition in pictures lost a word that was there
// without it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/ocr/tesseract"
	"recto/internal/page"
)

const (
	sameBox = 0.5 // share of the smaller box that two words for one place have in common
	timeout = 5 * time.Minute
)

func main() {
	words := flag.Bool("words", false, "print the words that recognition adds")
	rounds := flag.Int("cost", 0, "measure the processor time with recognition and without so many times")
	flag.Parse()
	if err := run(flag.Args(), *words, *rounds); err != nil {
		log.Fatal(err)
	}
}

// tally counts what recognition did.
type tally struct {
	documents, pages, read, whole, added, lost, twice int
}

func run(args []string, show bool, rounds int) error {
	ctx := context.Background()
	recognizer, err := tesseract.Find(ctx)
	if err != nil {
		return err
	}
	workers := 0 // as many as there are
	if rounds > 0 {
		workers = 1
	}
	e, err := engine.Start(ctx, engine.Config{OCR: recognizer, Workers: workers})
	if err != nil {
		return err
	}
	defer e.Close()
	var paths []string
	for _, arg := range args {
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".pdf") {
				paths = append(paths, path)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if rounds > 0 {
		return cost(e, paths, rounds)
	}
	var t tally
	for _, path := range paths {
		if err := t.compare(ctx, e, path, show); err != nil {
			return err
		}
	}
	fmt.Printf("%d documents, %d pages: %d pages read whole; pictures read on %d pages, %d words added, %d lost, %d twice\n",
		t.documents, t.pages, t.whole, t.read, t.added, t.lost, t.twice)
	if t.lost+t.twice > 0 {
		return fmt.Errorf("%d words are lost and %d are there twice", t.lost, t.twice)
	}
	return nil
}

// compare parses one document both ways. Documents that cannot be parsed are
// passed over.
func (t *tally) compare(ctx context.Context, e *engine.Engine, path string, show bool) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	src := engine.Source{Name: path, Data: data}
	without, err := e.Parse(ctx, src, engine.Options{Words: true, NoOCR: true})
	if err != nil {
		return nil
	}
	with, err := e.Parse(ctx, src, engine.Options{Words: true})
	if err != nil {
		return fmt.Errorf("%s: with recognition: %w", path, err)
	}
	t.documents++
	for i, p := range with.Doc.Pages {
		t.pages++
		if p.Recognized == "" {
			continue
		}
		own, all := without.Words[i], with.Words[i]
		if !strings.HasPrefix(p.Recognized, "the text of ") { // of pictures on the page
			t.whole++
			continue // the words without recognition are none, or wrong
		}
		t.read++
		added, lost := difference(all, own), difference(own, all)
		twice := overlapping(added, own)
		t.added, t.lost, t.twice = t.added+len(added), t.lost+len(lost), t.twice+len(twice)
		fmt.Printf("%s page %d: %d words, %d added, %d lost, %d twice, confidence %.2f\n", filepath.Base(path), p.Number, len(own), len(added), len(lost), len(twice), p.Confidence)
		if show {
			fmt.Printf("    added %s\n    items %s\n", texts(added), kinds(p))
		}
		if len(lost)+len(twice) > 0 {
			fmt.Printf("    lost %s\n    twice %s\n", texts(lost), texts(twice))
		}
	}
	return nil
}

// difference returns the words of a that b has not at the same place.
func difference(a, b []page.Word) []page.Word {
	type key struct {
		text string
		x, y int
	}
	have := map[key]int{}
	at := func(w page.Word) key { return key{w.Text, int(w.Box.X0), int(w.Box.Y0)} }
	for _, w := range b {
		have[at(w)]++
	}
	var out []page.Word
	for _, w := range a {
		if k := at(w); have[k] > 0 {
			have[k]--
			continue
		}
		out = append(out, w)
	}
	return out
}

// overlapping returns the words that lie over another word which says the same.
func overlapping(words, own []page.Word) []page.Word {
	var out []page.Word
	for _, w := range words {
		for _, o := range own {
			smaller := min(area(w.Box), area(o.Box))
			if w.Box.Intersect(o.Box).Area() > sameBox*smaller && fold(w.Text) == fold(o.Text) {
				out = append(out, w)
				break
			}
		}
	}
	return out
}

func area(r geom.Rect) float64 { return max(r.Area(), 1e-6) }

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func texts(words []page.Word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

// kinds counts the kinds of items of a page.
func kinds(p *doc.Page) string {
	var b strings.Builder
	for _, it := range p.Items {
		fmt.Fprintf(&b, "%T ", it)
	}
	return b.String()
}
