package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"recto/internal/engine"
	"recto/internal/fetch"
	"recto/internal/format"
	"recto/internal/ocr"
	"recto/internal/render/markdown"
	"recto/internal/wire"
)

// ParseCmd parses files in this process, without a server.
type ParseCmd struct {
	Files []string `arg:"" name:"file" help:"File, http(s) address, or - for standard input."`

	Format      string   `help:"markdown, text (arranged as on paper), items (JSON), or json (all of the API's result)." enum:"markdown,text,items,json" default:"markdown" short:"f"`
	Output      string   `help:"File to write instead of standard output; a folder when there are several files." short:"o" type:"path"`
	Pages       string   `help:"Pages to parse, such as 1,3,5-8; all when not given."`
	Password    string   `help:"Password of encrypted documents." env:"RECTO_PASSWORD"`
	Images      string   `help:"Folder to save pictures in: those of the file and cut-out figures." type:"path" placeholder:"DIR"`
	Searchable  string   `help:"PDF to write beside the result: scanned pages with their words as invisible text. A folder when there are several files." type:"path" placeholder:"FILE"`
	Links       bool     `help:"Write the targets of links into markdown."`
	PipeTables  bool     `help:"Write tables in markdown with pipes instead of HTML."`
	MergeTables bool     `help:"Make one table of a table that goes on over pages."`
	Lang        []string `help:"Languages of scanned pages by the API's codes, the likeliest first: de,en." placeholder:"CODE"`
	OCRFlags
	Jobs  int  `help:"Files parsed at once; 0 for the number of cores." short:"j"`
	Quiet bool `help:"No progress." short:"q"`

	AllowPrivate bool  `help:"Let addresses lead into the local network."`
	MaxMB        int64 `help:"Largest document in megabytes." default:"512" env:"RECTO_MAX_MB"`
}

const stdin = "-"

// Validate finds what is wrong with the command before anything starts.
func (c *ParseCmd) Validate() error {
	if _, err := wire.ParsePages(c.Pages); err != nil {
		return errors.New("--pages: " + strings.ReplaceAll(err.Error(), " in target_pages", ""))
	}
	if c.Jobs < 0 || c.MaxMB < 1 {
		return errors.New("--jobs and --max-mb must be positive")
	}
	for _, l := range c.Lang {
		if !slices.Contains(wire.Language("").Allowed(), l) {
			return fmt.Errorf("--lang: %q is none of the API's codes: %s", l, strings.Join(wire.Language("").Allowed(), " "))
		}
	}
	if len(c.Files) > 1 && c.Output == "" {
		return errors.New("there are several files: name a folder for the results with --output")
	}
	seen := false
	for _, f := range c.Files {
		if f == stdin && seen {
			return errors.New("standard input (-) can be parsed once only")
		}
		seen = seen || f == stdin
	}
	return nil
}

// setEngine chooses what reads scans. The engine that is there is looked for only
// when a page needs one: to ask tesseract takes as long as to parse a letter.
func (c *ParseCmd) setEngine(ctx context.Context, config *engine.Config) (err error) {
	if c.OCR != "auto" {
		config.OCR, err = c.engine(ctx, nil)
		return err
	}
	config.FindOCR = func() ocr.Engine {
		found, err := c.engine(ctx, nil)
		if err != nil {
			fmt.Fprintf(os.Stderr, "recto: scanned pages are not read: %v\n", err)
		}
		return found
	}
	return nil
}

// Run parses all files. With several, one that fails does not stop the others.
func (c *ParseCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	targets, err := c.targets()
	if err != nil {
		return err
	}
	jobs := c.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	jobs = min(jobs, len(targets))
	config := engine.Config{Workers: max(1, runtime.GOMAXPROCS(0)/jobs), MaxBytes: c.MaxMB << 20}
	if err := c.setEngine(ctx, &config); err != nil {
		return err
	}
	e, err := engine.Start(ctx, config)
	if err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	defer e.Close()
	progress := newProgress(os.Stderr, len(targets), c.Quiet)
	queue := make(chan target)
	failures := make([]error, len(targets))
	var wg sync.WaitGroup
	for range jobs {
		wg.Go(func() {
			for t := range queue {
				if err := c.parseOne(ctx, e, t, progress); err != nil {
					failures[t.index] = fmt.Errorf("%s: %w", t.source, err)
					if len(targets) > 1 {
						progress.print("recto: error: " + failures[t.index].Error())
					}
				}
				progress.fileDone(t.index)
			}
		})
	}
	for _, t := range targets {
		queue <- t
	}
	close(queue)
	wg.Wait()
	progress.finish()
	return summary(failures)
}

// summary returns the error that ends the command: the one of a single file, or
// how many of several failed, each of which was reported already.
func summary(failures []error) error {
	failed := 0
	for _, err := range failures {
		if err != nil {
			failed++
		}
	}
	switch {
	case failed == 0:
		return nil
	case len(failures) == 1:
		return failures[0]
	}
	return fmt.Errorf("%d of %d files failed", failed, len(failures))
}

// target is one file to parse and where its results go.
type target struct {
	index  int
	source string // as given
	output string // file, "" for standard output
	images string // folder, "" for none
	pdf    string // file of the searchable PDF, "" for none
}

// targets decides where every result goes.
func (c *ParseCmd) targets() ([]target, error) {
	intoFolder := len(c.Files) > 1 || isFolder(c.Output)
	if intoFolder {
		if err := os.MkdirAll(c.Output, 0o777); err != nil {
			return nil, fmt.Errorf("make the folder for the results: %w", err)
		}
	}
	pdfFolder := c.Searchable != "" && (len(c.Files) > 1 || isFolder(c.Searchable))
	if pdfFolder {
		if err := os.MkdirAll(c.Searchable, 0o777); err != nil {
			return nil, fmt.Errorf("make the folder for the searchable PDFs: %w", err)
		}
	}
	extension := map[string]string{"markdown": ".md", "text": ".txt", "items": ".items.json", "json": ".json"}[c.Format]
	taken := map[string]bool{}
	targets := make([]target, len(c.Files))
	for i, f := range c.Files {
		stem := stemOf(f)
		for n := 2; taken[strings.ToLower(stem)]; n++ {
			stem = fmt.Sprintf("%s-%d", stemOf(f), n)
		}
		taken[strings.ToLower(stem)] = true
		targets[i] = target{index: i, source: f, output: c.Output, images: c.Images, pdf: c.Searchable}
		if pdfFolder {
			targets[i].pdf = filepath.Join(c.Searchable, stem+".pdf")
		}
		if intoFolder {
			targets[i].output = filepath.Join(c.Output, stem+extension)
		}
		if c.Images != "" && len(c.Files) > 1 {
			targets[i].images = filepath.Join(c.Images, stem)
		}
	}
	return targets, nil
}

// isFolder reports whether a path for results names a folder.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || strings.HasSuffix(path, string(os.PathSeparator))
}

// stemOf returns a file name for the results of a source, without extension.
func stemOf(source string) string {
	if source == stdin {
		return "stdin"
	}
	if fetch.IsURL(source) {
		source, _, _ = strings.Cut(source, "?")
	}
	base := filepath.Base(filepath.FromSlash(source))
	if stem := strings.TrimSuffix(base, filepath.Ext(base)); stem != "" && stem != "." {
		return stem
	}
	return "document"
}

func (c *ParseCmd) parseOne(ctx context.Context, e *engine.Engine, t target, progress *progress) error {
	if err := ctx.Err(); err != nil {
		return errors.New("not parsed: interrupted")
	}
	src, err := c.read(ctx, t.source)
	if err != nil {
		return err
	}
	pages, err := wire.ParsePages(c.Pages)
	if err != nil {
		return err
	}
	o := engine.Options{
		Pages: pages, Password: c.Password, MergeTables: c.MergeTables, Languages: c.Lang, SearchablePDF: t.pdf != "", Fast: c.Format == "text" && t.images == "",
		Progress: func(done, total int) { progress.pages(t.index, t.source, done, total) },
	}
	if t.images != "" {
		if err := os.MkdirAll(t.images, 0o777); err != nil {
			return fmt.Errorf("make the folder for pictures: %w", err)
		}
		o.Images = engine.ImageKinds{Embedded: true, Layout: true}
		o.SaveImage = func(img engine.Image) error {
			if img.SameAs != "" {
				return nil // that file has it
			}
			return os.WriteFile(filepath.Join(t.images, filepath.Base(img.Name)), img.Data, 0o666)
		}
	}
	result, err := e.Parse(ctx, src, o)
	if err != nil {
		return advise(err)
	}
	bad := 0
	for _, p := range result.Doc.Pages {
		if p.Err != nil {
			bad++
			progress.print(fmt.Sprintf("recto: warning: %s: page %d could not be read: %v", t.source, p.Number, p.Err))
		}
	}
	for _, w := range result.FailedOCR {
		progress.print(fmt.Sprintf("recto: warning: %s: page %d: %s", t.source, w.Page, w.Text))
	}
	if err := t.write(c.Format, src.Name, result, markdown.Options{PipeTables: c.PipeTables, Links: c.Links, ImageURL: t.imageURL}); err != nil {
		return err
	}
	if t.pdf != "" {
		if err := t.writePDF(src, result); err != nil {
			return err
		}
	}
	if bad > 0 && bad == len(result.Doc.Pages) {
		return errors.New("no page could be read")
	}
	return nil
}

// read gets a document's bytes.
func (c *ParseCmd) read(ctx context.Context, source string) (engine.Source, error) {
	limit := c.MaxMB << 20
	switch {
	case source == stdin:
		data, err := io.ReadAll(io.LimitReader(os.Stdin, limit+1))
		if err != nil {
			return engine.Source{}, fmt.Errorf("read standard input: %w", err)
		}
		if int64(len(data)) > limit {
			return engine.Source{}, advise(format.ErrTooLarge)
		}
		return engine.Source{Name: "stdin", Data: data}, nil
	case fetch.IsURL(source):
		name, data, err := fetch.Get(ctx, source, fetch.Limits{Options: fetch.Options{AllowPrivate: c.AllowPrivate}, MaxBytes: limit})
		if err != nil {
			return engine.Source{}, advise(err)
		}
		return engine.Source{Name: name, Data: data}, nil
	}
	info, err := os.Stat(source)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return engine.Source{}, errors.New("there is no such file")
	case err != nil:
		return engine.Source{}, plain(err)
	case info.IsDir():
		return engine.Source{}, errors.New("is a folder: name the files in it")
	case info.Size() > limit:
		return engine.Source{}, advise(format.ErrTooLarge)
	}
	data, err := os.ReadFile(source)
	if err != nil {
		return engine.Source{}, plain(err)
	}
	return engine.Source{Name: filepath.Base(source), Data: data}, nil
}

// plain takes the file name out of an error of package os: it stands in front of
// the line already.
func plain(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Op, p.Err)
	}
	return err
}

// advice says what to do about an error at the command line.
var advice = []struct {
	err  error
	text string
}{
	{format.ErrEncrypted, "document is encrypted: give its password with --password or RECTO_PASSWORD"},
	{format.ErrPassword, "the password does not open the document: check --password"},
	{format.ErrTooLarge, "document is too large: raise --max-mb"},
	{format.ErrNoPages, "document has none of the pages asked for: check --pages"},
	{fetch.ErrTooLarge, "document is too large: raise --max-mb"},
	{fetch.ErrBlocked, "address is not public: add --allow-private if you trust it"},
	{context.Canceled, "interrupted"},
}

func advise(err error) error {
	for _, a := range advice {
		if errors.Is(err, a.err) {
			return errors.New(a.text)
		}
	}
	return err
}

// write writes a result to its file or to standard output.
func (t target) write(form, name string, r *engine.Result, o markdown.Options) error {
	var b bytes.Buffer
	if err := writeResult(&b, form, name, r, o); err != nil {
		return err
	}
	if t.output == "" {
		_, err := os.Stdout.Write(b.Bytes())
		return err
	}
	return os.WriteFile(t.output, b.Bytes(), 0o666)
}

// writePDF writes the searchable PDF, which is the document itself where that has
// text of its own.
func (t target) writePDF(src engine.Source, r *engine.Result) error {
	data := r.PDF
	if data == nil {
		data = src.Data
	}
	return os.WriteFile(t.pdf, data, 0o666)
}
