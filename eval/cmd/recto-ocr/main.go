// Command recto-ocr scores text recognition on pictures with known text:
//
//	recto-ocr --corpus DIR [--engine tesseract|wasm] [--data DIR] [--docs] [--only FOLDER] [--doc NAME] [--plain=false]
//
// DIR, or its folder ocr, has the true lines in truth/NAME.txt and pictures of
// them in other folders, NAME.png. Names begin with the language: "de_letter".
//
// Every picture is read twice: by us, and by the engine alone, which is given the
// picture as it is (for Tesseract, what its command line prints with --psm 3).
// CER is the share of wrong characters of all pages together; F1 is the mean of
// the pages' F1 of words.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	_ "image/png"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"recto/eval/score"
	"recto/internal/ocr"
	"recto/internal/ocr/tesseract"
	"recto/internal/ocr/tesswasm"
)

func main() {
	corpus := flag.String("corpus", "", "folder with truth and pictures")
	docs := flag.Bool("docs", false, "print a line for each picture")
	only := flag.String("only", "", "score one folder of pictures")
	doc := flag.String("doc", "", "score pictures with this in their name")
	plain := flag.Bool("plain", true, "read with the engine alone too")
	name := flag.String("engine", "tesseract", "what reads: the installed tesseract, or wasm")
	data := flag.String("data", "", "folder with more language data for wasm")
	flag.Parse()
	engine, err := find(*name, *data)
	if err != nil {
		log.Fatal(err)
	}
	o := options{corpus: *corpus, only: *only, doc: *doc, docs: *docs, plain: *plain}
	if err := run(engine, o); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	corpus, only, doc string
	docs, plain       bool
}

// reading is how one picture was read.
type reading struct {
	lang  string
	score score.Recognition
	page  *ocr.Page
	took  time.Duration
}

// tally sums up the pictures of a folder in one language.
type tally struct {
	score.Recognition
	pages, turnedRight int
	f1, sure           float64 // sums over pages
	took               time.Duration
}

func (t *tally) add(r reading, quarters int) {
	t.Recognition = t.Add(r.score)
	t.pages++
	t.f1 += r.score.F1()
	t.took += r.took
	t.sure += r.page.Confidence()
	if r.page.Quarters == quarters {
		t.turnedRight++
	}
}

// assets is where the module is when it is not built in.
const assets = "internal/ocr/tesswasm/assets"

func find(name, data string) (ocr.Engine, error) {
	switch name {
	case "tesseract":
		return tesseract.Find(context.Background())
	case "wasm":
		c := tesswasm.Config{DataDir: data}
		if !tesswasm.Embedded() {
			var err error
			if c.Assets, err = tesswasm.ReadAssets(assets); err != nil {
				return nil, fmt.Errorf("%w (make ocr-assets)", err)
			}
		}
		return tesswasm.New(c)
	}
	return nil, fmt.Errorf("there is no engine %q: tesseract or wasm", name)
}

func run(engine ocr.Engine, o options) error {
	corpus := o.corpus
	if sub := filepath.Join(corpus, "ocr"); isDir(sub) {
		corpus = sub
	}
	ctx := context.Background()
	folders, err := os.ReadDir(corpus)
	if err != nil {
		return err
	}
	fmt.Printf("%s, packs %s\n%-10s %-4s %5s %7s %7s %7s %7s %7s", engine.Name(), strings.Join(engine.Languages(), " "),
		"pictures", "lang", "n", "CER %", "F1", "conf", "upright", "s/page")
	if o.plain {
		fmt.Printf("   alone: %7s %7s %7s", "CER %", "F1", "s/page")
	}
	fmt.Println()
	for _, f := range folders {
		if !f.IsDir() || f.Name() == "truth" || o.only != "" && f.Name() != o.only {
			continue
		}
		if err := scoreFolder(ctx, engine, filepath.Join(corpus, f.Name()), o); err != nil {
			return err
		}
	}
	return nil
}

func scoreFolder(ctx context.Context, engine ocr.Engine, folder string, o options) error {
	files, err := filepath.Glob(filepath.Join(folder, "*"+o.doc+"*.png"))
	if err != nil {
		return err
	}
	ours, err := readAll(files, func(file string) (reading, error) { return scorePicture(ctx, engine, file, ocr.Read) })
	if err != nil {
		return err
	}
	var alone []reading
	if o.plain {
		if alone, err = readAll(files, func(file string) (reading, error) { return scorePicture(ctx, engine, file, readAlone) }); err != nil {
			return err
		}
	}
	name := filepath.Base(folder)
	quarters := map[string]int{"rot90": 3, "rot180": 2, "rot270": 1}[name]
	by, byAlone := map[string]*tally{}, map[string]*tally{}
	var order []string
	for i, r := range ours {
		if by[r.lang] == nil {
			by[r.lang], byAlone[r.lang] = &tally{}, &tally{}
			order = append(order, r.lang)
		}
		by[r.lang].add(r, quarters)
		if o.docs {
			fmt.Printf("  %-24s %7.2f %7.3f %7.2f  turned %d skew %.2f", filepath.Base(files[i]), 100*r.score.CER(), r.score.F1(), r.page.Confidence(), r.page.Quarters, r.page.Skew)
		}
		if o.plain {
			byAlone[r.lang].add(alone[i], 0)
			if o.docs {
				fmt.Printf("   alone: %7.2f %7.3f", 100*alone[i].score.CER(), alone[i].score.F1())
			}
		}
		if o.docs {
			fmt.Println()
		}
	}
	for _, lang := range order {
		t, p := by[lang], byAlone[lang]
		n := float64(t.pages)
		fmt.Printf("%-10s %-4s %5d %7.2f %7.3f %7.2f %4d/%d %7.2f", name, lang, t.pages, 100*t.CER(), t.f1/n, t.sure/n, t.turnedRight, t.pages, t.took.Seconds()/n)
		if o.plain {
			fmt.Printf("          %7.2f %7.3f %7.2f", 100*p.CER(), p.f1/n, p.took.Seconds()/n)
		}
		fmt.Println()
	}
	return nil
}

// readAll reads files two at a time.
func readAll(files []string, read func(file string) (reading, error)) ([]reading, error) {
	out, fails := make([]reading, len(files)), make([]error, len(files))
	slots := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for i, file := range files {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			began := time.Now()
			if out[i], fails[i] = read(file); fails[i] != nil {
				fails[i] = fmt.Errorf("%s: %w", file, fails[i])
			}
			out[i].took = time.Since(began)
		})
	}
	wg.Wait()
	return out, errors.Join(fails...)
}

// readAlone gives a picture to the engine as it is.
func readAlone(ctx context.Context, e ocr.Engine, img image.Image, o ocr.Options) (*ocr.Page, error) {
	r, err := e.Recognize(ctx, img, o)
	if err != nil {
		return nil, err
	}
	return &ocr.Page{Result: *r}, nil
}

type reader func(context.Context, ocr.Engine, image.Image, ocr.Options) (*ocr.Page, error)

func scorePicture(ctx context.Context, engine ocr.Engine, file string, read reader) (reading, error) {
	f, err := os.Open(file)
	if err != nil {
		return reading{}, err
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		return reading{}, err
	}
	name := strings.TrimSuffix(filepath.Base(file), ".png")
	truth, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "truth", name+".txt"))
	if err != nil {
		return reading{}, err
	}
	lang, _, _ := strings.Cut(name, "_")
	code := map[string]string{"zh": "ch_sim"}[lang]
	if code == "" {
		code = lang
	}
	use, _ := ocr.Choose(engine, []string{code})
	p, err := read(ctx, engine, img, ocr.Options{Languages: use})
	if err != nil {
		return reading{}, err
	}
	return reading{lang: lang, score: score.Recognized(string(truth), textOf(p)), page: p}, nil
}

// textOf writes a page in the engine's order, a line for each of its lines.
func textOf(p *ocr.Page) string {
	var b strings.Builder
	for i := range p.Lines {
		for k, w := range p.Lines[i].Words {
			if k > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
