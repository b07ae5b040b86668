// Command recto-page shows what the layout makes of one page: an HTML file with
// the page's picture and the boxes of every pass over it, the page as a text
// case for the layout's tests, or its items.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"html/template"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"recto/eval"
	"recto/internal/doc"
	"recto/internal/format/pdf"
	"recto/internal/geom"
	"recto/internal/layout"
	"recto/internal/ocr"
	"recto/internal/ocr/tesseract"
	"recto/internal/page"
)

func main() {
	file := flag.String("file", "", "PDF to look at")
	number := flag.Int("page", 1, "page, from 1")
	format := flag.String("format", "html", "html: picture with the passes; txt: a text case; items: what was understood")
	out := flag.String("out", "", "file to write; standard output when empty")
	password := flag.String("password", "", "password of the document")
	flag.Parse()
	if err := run(*file, *number, *format, *out, *password); err != nil {
		fmt.Fprintln(os.Stderr, "recto-page:", err)
		os.Exit(1)
	}
}

func run(file string, number int, format, out, password string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	ctx := context.Background()
	rt, err := pdf.NewRuntime(ctx, "")
	if err != nil {
		return err
	}
	defer rt.Close(ctx)
	r, err := rt.Open(ctx, data, password)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	defer r.Close()
	if number < 1 || number > r.PageCount() {
		return fmt.Errorf("%s has pages 1 to %d", file, r.PageCount())
	}
	read := func(n int) *page.Page {
		p := r.ReadPage(n)
		if q := recognized(ctx, r, p); q != nil {
			return q
		}
		return p
	}
	w := io.Writer(os.Stdout)
	if out != "" {
		f, err := os.Create(out)
		if err != nil {
			return err
		}
		defer f.Close()
		w = f
	}
	if format == "txt" {
		p := read(number)
		if p.Err != nil {
			return p.Err
		}
		fmt.Fprintln(w, "-- page --")
		return page.WriteText(w, p)
	}
	// Furniture and levels come from the whole document, so all pages are read.
	var sheets []*layout.Sheet
	for n := 1; n <= r.PageCount(); n++ {
		p := read(n)
		p.Runs = layout.ReadBoxes(p)
		sheets = append(sheets, layout.Prepare(p, layout.Options{}))
	}
	d, layers := layout.Trace(sheets, number-1, layout.Options{Meta: r.Meta(), Outline: r.Outline()})
	p := d.Pages[number-1]
	if p.Err != nil {
		return p.Err
	}
	var items strings.Builder
	if err := doc.WriteText(&items, p); err != nil {
		return err
	}
	if format == "items" {
		_, err := io.WriteString(w, items.String())
		return err
	}
	img, err := r.Render(number, 100, geom.Rect{})
	if err != nil {
		return err
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, img); err != nil {
		return err
	}
	return view.Execute(w, map[string]any{
		"File": file, "Page": p, "Layers": layers, "Items": items.String(),
		"Picture": template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture.Bytes())),
	})
}

// ocrDPI is the resolution at which pages without text are read.
const ocrDPI = 200

// recognized reads a page without text from its picture, as package engine does;
// nil for pages that have text, and where there is nothing to read with.
func recognized(ctx context.Context, r *pdf.Reader, p *page.Page) *page.Page {
	if p.Err != nil || layout.Prepare(p, layout.Options{}).NeedsOCR() == "" {
		return nil
	}
	reads, err := tesseract.Find(ctx)
	if err != nil {
		return nil
	}
	img, err := r.Render(p.Number, ocrDPI, geom.Rect{})
	if err != nil {
		return nil
	}
	e := ocr.Engine(reads)
	if dir, err := os.UserCacheDir(); err == nil {
		e = eval.Remember(reads, filepath.Join(dir, "recto", "eval", "words"))
	}
	use, _ := ocr.Choose(e, nil)
	words, err := ocr.Read(ctx, e, img, ocr.Options{Languages: use})
	if err != nil || words.Nonsense {
		return nil
	}
	q := *p
	words.Place(&q)
	q.Images = nil
	return &q
}

// view is the page: the picture, an SVG group for every layer, and switches.
var view = template.Must(template.New("view").Parse(`<!doctype html><meta charset="utf-8"><title>{{.File}} page {{.Page.Number}}</title>
<style>body{font:14px sans-serif;margin:1em;display:flex;gap:1em}svg{border:1px solid #888;flex:none}
g{display:none}g.on{display:inline}rect{fill:none;stroke:#d22;stroke-width:.6}text{font-size:5px;fill:#06c}pre{white-space:pre-wrap}</style>
<div><p>{{range $i,$l := .Layers}}<label><input type="checkbox" onchange="document.getElementById('l{{$i}}').classList.toggle('on')"> {{$l.Pass}} ({{len $l.Marks}})</label> {{end}}</p>
<svg width="{{printf "%.0f" .Page.Width}}pt" viewBox="0 0 {{.Page.Width}} {{.Page.Height}}"><image href="{{.Picture}}" width="{{.Page.Width}}" height="{{.Page.Height}}"/>
{{range $i,$l := .Layers}}<g id="l{{$i}}">{{range $l.Marks}}<rect x="{{.Box.X0}}" y="{{.Box.Y0}}" width="{{.Box.W}}" height="{{.Box.H}}"/><text x="{{.Box.X0}}" y="{{.Box.Y0}}">{{.Label}}</text>{{end}}</g>
{{end}}</svg></div><pre>{{.Items}}</pre>
`))
