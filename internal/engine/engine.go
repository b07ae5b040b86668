// Package engine turns one document into its meaning: detection, reading,
// layout. It is the one entry for the command line, the server and the
// measurements, and the only place where pages run in parallel.
package engine

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"recto/internal/doc"
	"recto/internal/format"
	pictures "recto/internal/format/image"
	"recto/internal/format/pdf"
	"recto/internal/format/svg"
	"recto/internal/geom"
	"recto/internal/ocr"
	"recto/internal/page"
)

// Version names the behaviour of the engine; it changes whenever results do.
const Version = "2026-11-23"

// Build names the engine down to the revision it was built of, as far as that is
// known: results of one build can stand for each other.
func Build() string {
	name := Version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				name += " " + s.Value
			}
		}
	}
	return name
}

// Source is the document to parse. Data is read only.
type Source struct {
	Name string // file name, used to detect the format
	Data []byte
}

// Options choose what is read and produced. The zero value parses every page
// and saves no pictures.
type Options struct {
	Pages    []int // page numbers from 1 in ascending order; nil for all
	MaxPages int   // first so many pages; 0 for all; ignored when Pages is set
	// SplitAbove makes documents of which more pages are to be parsed a *TooMany
	// error, for ReadPart and Assemble; 0 for none.
	SplitAbove     int
	Workers        int // pages read at once, if fewer than the engine has
	Password       string
	Crop           geom.Rect // fractions of the page to keep, {0,0,1,1} or zero for all
	KeepHidden     bool      // keep invisible text in the items
	IgnoreDiagonal bool
	IgnoreTags     bool // do not use the structure tree
	MergeTables    bool // tables that go on over pages become one
	MoreTables     bool // find tables on weaker evidence
	DrawnTables    bool // only tables that are drawn whole or tagged
	Fast           bool // text only: no tables, figures or styles are looked for
	// IgnoreTextInImage takes the recognized text that lies over a picture of the
	// page for no text of the document.
	IgnoreTextInImage bool
	Spatial           SpatialOptions
	// Languages are codes of the API for the languages of pictures, the likeliest
	// first.
	Languages []string
	NoOCR     bool // recognize no text in pictures
	// CameraPhoto says that pictures are photographs of sheets: they are cut out,
	// straightened and evenly lit, and boxes are on the straight sheet.
	CameraPhoto bool

	Words bool // fill Result.Words
	// SearchablePDF fills Result.PDF where the text is recognized from pictures.
	SearchablePDF bool
	Images        ImageKinds
	// SaveImage receives every picture asked for by Images, one call at a time
	// and in page order within a kind. An error stops the parse.
	SaveImage     func(Image) error
	ScreenshotDPI float64 // 0 means DefaultDPI
	// Progress is told how many of how many pages are done; calls do not overlap.
	Progress func(done, total int)
	// Watch is told when a step of a page begins and when it ends, from several
	// goroutines. Where a process dies, the steps that have not ended are suspect.
	Watch    func(page int, s Step, begins bool)
	Troubles []Trouble // steps to leave out
	Alone    []int     // pages to read one by one, when nothing else is read
}

// SpatialOptions shape Result.Text.
type SpatialOptions struct {
	UnrollColumns bool // column after column in reading order, not side by side
	AlignPages    bool // what stands at one place on several pages begins in one column of text
	KeepTiny      bool // also text too small to read
}

// DefaultDPI is the resolution of screenshots and cut-out figures.
const DefaultDPI = 150

// ImageKinds says which pictures are wanted.
type ImageKinds struct{ Screenshot, Embedded, Layout bool }

// Category names why a picture exists.
type Category string

// The categories of pictures.
const (
	Screenshot Category = "screenshot" // the whole page
	Embedded   Category = "embedded"   // an image object as found in the file
	Layout     Category = "layout"     // a region cut out of the page
)

// Image is one saved picture.
type Image struct {
	Name        string // "page_1.jpg", "img_p1_1.png", "layout_p1_1.jpg"
	Category    Category
	Page        int
	Box         geom.Rect // on the page, points
	ContentType string
	WidthPx     int
	HeightPx    int
	Data        []byte // nil when SameAs is set
	// SameAs names the picture saved before that has the same bytes, "" for a new
	// one: a logo on every page is stored once.
	SameAs string
}

// Result is a parsed document.
type Result struct {
	Format Format
	Doc    *doc.Document
	Text   []string      // spatial text, one for each of Doc.Pages
	Words  [][]page.Word // with Options.Words, one list for each of Doc.Pages
	Images []Image       // what was saved, without Data
	// PDF shows the pages with the recognized words as invisible text; nil when it
	// was not asked for, or the document itself serves better.
	PDF []byte
	// PDFPages are what PDF was made of, with Options.SearchablePDF; WritePDF makes
	// it again when some were replaced.
	PDFPages []PDFPage
	// ImageBoxes says where the page's pictures stand, one list for each of
	// Doc.Pages.
	ImageBoxes [][]geom.Rect
	Fields     [][]page.Field // interactive form fields, one list for each of Doc.Pages
	// FailedImages tells of pictures that could not be saved; Doc.Warnings has
	// them as well.
	FailedImages []doc.Warning
	FailedOCR    []doc.Warning // pages whose recognition failed, likewise
	Layout       Timing        // when its meaning was found out, after all pages were read
}

// Timing is when something was done and how long it took.
type Timing struct {
	At   time.Time
	Took time.Duration
}

// Since is the timing of what began then and ends now.
func Since(at time.Time) Timing { return Timing{at, time.Since(at)} }

// Format is the kind of file that was parsed.
type Format = format.Format

// Engine holds the started readers; it is safe for concurrent use.
type Engine struct {
	config Config
	pdf    *pdf.Runtime
	ocr    func() ocr.Engine // what recognizes text, looked for at the first call; nil for nothing
}

// Config says how an Engine works.
type Config struct {
	OCR ocr.Engine // recognizes text in pictures; nil for nothing
	// FindOCR is called for OCR when the first page needs it, once: to look for an
	// engine takes longer than a small document.
	FindOCR  func() ocr.Engine
	CacheDir string     // where compiled code is kept between runs; "" for a folder in the user's cache
	Workers  int        // pages read at once; 0 for the number of cores
	MaxBytes int64      // largest document; 0 for DefaultMaxBytes
	MaxPages int        // most pages of a document; 0 for DefaultMaxPages
	Limits   pdf.Limits // of one page of a PDF
	// PageTimeout bounds each call into the reader of PDFs, which is given up
	// then; 0 for DefaultPageTimeout.
	PageTimeout time.Duration
}

// Defaults of Config.
const (
	DefaultMaxBytes = 512 << 20
	DefaultMaxPages = 20_000
	// DefaultPageTimeout is many times what the densest map takes. A call cannot be
	// stopped from inside the process; the page fails and the call goes on.
	DefaultPageTimeout = 60 * time.Second
)

// Start prepares an engine. The first start on a machine compiles the PDF
// module, which takes some seconds; later ones read it from the cache.
func Start(ctx context.Context, c Config) (*Engine, error) {
	if c.Workers <= 0 {
		c.Workers = runtime.NumCPU()
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.MaxPages <= 0 {
		c.MaxPages = DefaultMaxPages
	}
	if c.PageTimeout <= 0 {
		c.PageTimeout = DefaultPageTimeout
	}
	rt, err := pdf.NewRuntime(ctx, c.CacheDir)
	if err != nil {
		return nil, err
	}
	rt.Limits = c.Limits
	e := &Engine{config: c, pdf: rt, ocr: func() ocr.Engine { return c.OCR }}
	if c.OCR == nil && c.FindOCR != nil {
		e.ocr = sync.OnceValue(c.FindOCR)
	}
	return e, nil
}

// Close releases the readers; no Parse may be running.
func (e *Engine) Close() error { return e.pdf.Close(context.Background()) }

// Parse understands one document. Errors wrap the sentinels of package format;
// a page that fails is a page with Err set and no error here. A document that is
// to be read in parts is a *TooMany.
func (e *Engine) Parse(ctx context.Context, src Source, o Options) (*Result, error) {
	job, done, err := e.open(ctx, src, o)
	if err != nil {
		return nil, err
	}
	defer done()
	job.tell()
	job.eachPage(job.readPage)
	return job.rest()
}

// open opens a document whose pages are to be read; done closes it.
func (e *Engine) open(ctx context.Context, src Source, o Options) (job *pageJob, done func(), err error) {
	f, err := e.detect(src)
	if err != nil {
		return nil, nil, err
	}
	from, done, err := e.paper(ctx, f, src, o)
	if err != nil {
		return nil, nil, err
	}
	if job, err = e.newJob(ctx, f, from.count(), from, o); err != nil {
		done()
		return nil, nil, err
	}
	return job, done, nil
}

// detect returns the format of a document that can be read.
func (e *Engine) detect(src Source) (Format, error) {
	if int64(len(src.Data)) > e.config.MaxBytes {
		return "", fmt.Errorf("%w: %d MB, the limit is %d MB", format.ErrTooLarge, len(src.Data)>>20, e.config.MaxBytes>>20)
	}
	if len(src.Data) == 0 {
		return "", format.ErrEmpty
	}
	f := format.Detect(src.Name, src.Data)
	if f == format.PDF || f.Picture() || f == format.SVG {
		return f, nil
	}
	if kind := format.Unread(src.Data); kind != "" {
		hint := ""
		if kind == "HEIC" {
			hint = ", or build with TAGS=heic"
		}
		return "", fmt.Errorf("%w: %s is not read: save the picture as JPEG or PNG%s", format.ErrUnsupported, kind, hint)
	}
	return "", fmt.Errorf("%w: %s is neither a PDF nor a picture", format.ErrUnsupported, cmp.Or(src.Name, "the input"))
}

// paper opens a document; done closes it.
func (e *Engine) paper(ctx context.Context, f Format, src Source, o Options) (p paper, done func(), err error) {
	defer o.enter(0, Opening)()
	if f == format.PDF {
		first, err := e.pdf.Open(ctx, src.Data, o.Password)
		if err != nil {
			return nil, nil, err
		}
		pool := &readers{rt: e.pdf, src: src, password: o.Password, timeout: e.config.PageTimeout, free: []*pdf.Reader{first}, pages: first.PageCount()}
		return pool, pool.close, nil
	}
	if f == format.SVG {
		p, err := svg.Read(src.Data)
		return drawing{p}, func() {}, err
	}
	file, err := pictures.Open(f, src.Data)
	if err != nil {
		return nil, nil, err
	}
	return &album{file: file, camera: o.CameraPhoto}, func() {}, nil
}
