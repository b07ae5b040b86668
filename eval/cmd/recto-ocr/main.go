// Command recto-ocr scores text recognition on pictures with known text:
//
//	recto-ocr --corpus DIR [--engine tesseract|wasm] [--docs]
//
// DIR, or its folder ocr, has the true lines in truth/NAME.txt and pictures of
// them in other folders, NAME.png. Names begin with the language: "de_letter".
package main

import (
	"context"
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
)

func main() {
	corpus := flag.String("corpus", "", "folder with truth and pictures")
	docs := flag.Bool("docs", false, "print a line for each picture")
	only := flag.String("only", "", "score one folder of pictures")
	flag.Parse()
	if err := run(*corpus, *only, *docs); err != nil {
		log.Fatal(err)
	}
}

// tally sums up the pictures of a folder in one language.
type tally struct {
	score.Recognition
	pages, turnedRight int
	sure               float64
	took               time.Duration
}

func run(corpus, only string, docs bool) error {
	if sub := filepath.Join(corpus, "ocr"); isDir(sub) {
		corpus = sub
	}
	ctx := context.Background()
	engine, err := tesseract.Find(ctx)
	if err != nil {
		return err
	}
	folders, err := os.ReadDir(corpus)
	if err != nil {
		return err
	}
	fmt.Printf("%s, packs %s\n%-10s %-4s %5s %7s %7s %7s %7s %7s\n", engine.Name(), strings.Join(engine.Languages(), " "),
		"pictures", "lang", "n", "CER %", "F1", "conf", "upright", "s/page")
	for _, f := range folders {
		if !f.IsDir() || f.Name() == "truth" || only != "" && f.Name() != only {
			continue
		}
		if err := scoreFolder(ctx, engine, corpus, f.Name(), docs); err != nil {
			return err
		}
	}
	return nil
}

func scoreFolder(ctx context.Context, engine ocr.Engine, corpus, folder string, docs bool) error {
	files, err := filepath.Glob(filepath.Join(corpus, folder, "*.png"))
	if err != nil {
		return err
	}
	by := map[string]*tally{}
	var order []string
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, 2)
	fails := make([]error, len(files))
	for i, file := range files {
		lang, _, _ := strings.Cut(filepath.Base(file), "_")
		if by[lang] == nil {
			by[lang] = &tally{}
			order = append(order, lang)
		}
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			began := time.Now()
			r, p, err := scorePicture(ctx, engine, corpus, file, lang)
			if err != nil {
				fails[i] = fmt.Errorf("%s: %w", file, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			t := by[lang]
			t.Recognition = t.Add(r)
			t.pages++
			t.sure += p.Confidence()
			t.took += time.Since(began)
			if want := map[string]int{"rot90": 3, "rot180": 2, "rot270": 1}[folder]; p.Quarters == want {
				t.turnedRight++
			}
			if docs {
				fmt.Printf("  %-24s %7.2f %7.3f %7.2f  turned %d skew %.2f\n", filepath.Base(file), 100*r.CER(), r.F1(), p.Confidence(), p.Quarters, p.Skew)
			}
		})
	}
	wg.Wait()
	for _, err := range fails {
		if err != nil {
			return err
		}
	}
	for _, lang := range order {
		t := by[lang]
		n := float64(t.pages)
		fmt.Printf("%-10s %-4s %5d %7.2f %7.3f %7.2f %4d/%d %7.2f\n", folder, lang, t.pages, 100*t.CER(), t.F1(), t.sure/n, t.turnedRight, t.pages, t.took.Seconds()/n)
	}
	return nil
}

func scorePicture(ctx context.Context, engine ocr.Engine, corpus, file, lang string) (score.Recognition, *ocr.Page, error) {
	f, err := os.Open(file)
	if err != nil {
		return score.Recognition{}, nil, err
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		return score.Recognition{}, nil, err
	}
	truth, err := os.ReadFile(filepath.Join(corpus, "truth", strings.TrimSuffix(filepath.Base(file), ".png")+".txt"))
	if err != nil {
		return score.Recognition{}, nil, err
	}
	code := map[string]string{"zh": "ch_sim"}[lang]
	if code == "" {
		code = lang
	}
	use, _ := ocr.Choose(engine, []string{code})
	p, err := ocr.Read(ctx, engine, img, ocr.Options{Languages: use})
	if err != nil {
		return score.Recognition{}, nil, err
	}
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
	return score.Recognized(string(truth), b.String()), p, nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
