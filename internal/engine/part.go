package engine

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"sync"

	"recto/internal/doc"
	"recto/internal/freeze"
	"recto/internal/geom"
	"recto/internal/layout"
	"recto/internal/page"
	"recto/internal/render/searchable"
	"recto/internal/render/spatial"
)

// A document of many pages may be read in parts, by several processes: ReadPart
// does for some pages what one page needs, and Assemble what all of them need
// together. The result is that of Parse, to the byte.

// TooMany says that a document has more pages than Options.SplitAbove, and which
// are to be parsed.
type TooMany struct {
	Format Format
	Count  int   // pages of the document
	Pages  []int // to parse, ascending
}

func (t *TooMany) Error() string { return fmt.Sprintf("%d pages are parsed in parts", len(t.Pages)) }

// opening is what a part tells of the document, in a record of its own before
// those of its pages.
type opening struct {
	build   string // of the program that wrote it
	format  Format
	count   int
	meta    doc.Meta
	outline []doc.Bookmark
	told    bool // meta and outline are known
	hints   []doc.Warning
	pages   int // records that follow
}

// readPage is what is kept of a page that was read, until all are.
type readPage struct {
	number   int
	sheet    *layout.Sheet
	images   []page.Image
	regions  []region
	waiting  bool
	text     string
	laid     *spatial.Laid
	words    []page.Word
	pdfWords []page.Word
	scan     scan
	read     *recognition
	pictured *string
	failed   []doc.Warning
	unread   []doc.Warning
}

// recognition is how the text of a page came about.
type recognition struct {
	text     string
	quarters int
}

var (
	openings  = freeze.For[opening]()
	readPages = freeze.For[readPage](freeze.Share[page.Font]()) // of which faces are told apart by their address
)

// maxRecord bounds one record in bytes; a page at its limits has a tenth.
const maxRecord = 512 << 20

// ReadPart reads the pages o.Pages and writes what Assemble needs of them. They
// are good for the same build of the program under the same options. With tell it
// also writes what the document says of itself, for which one part is enough.
func (e *Engine) ReadPart(ctx context.Context, src Source, o Options, tell bool, to io.Writer) error {
	job, done, err := e.open(ctx, src, o)
	if err != nil {
		return err
	}
	defer done()
	if tell {
		job.tell()
	}
	job.eachPage(job.readPage)
	if err := ctx.Err(); err != nil {
		return err
	}
	head := opening{
		build: Build(), format: job.out.Format, count: job.meta.PageCount, meta: job.meta, outline: job.outline,
		told: tell, hints: job.hints, pages: len(job.numbers),
	}
	buf := openings.Append(nil, &head)
	for i := range job.numbers {
		if _, err := to.Write(buf); err != nil {
			return err
		}
		p := job.give(i)
		buf = readPages.Append(buf[:0], &p)
		job.sheets[i] = nil
	}
	_, err = to.Write(buf)
	return err
}

// FailedPart writes what ReadPart would of pages none of which can be read.
func FailedPart(f Format, count int, pages []int, why string, to io.Writer) error {
	head := opening{build: Build(), format: f, count: count, pages: len(pages)}
	buf := openings.Append(nil, &head)
	for _, n := range pages {
		p := readPage{number: n, sheet: layout.Prepare(&page.Page{Number: n, Err: errors.New(why)}, layout.Options{})}
		buf = readPages.Append(buf, &p)
	}
	_, err := to.Write(buf)
	return err
}

// Assemble does what is left when all pages were read: parts are the parts, one
// behind the other in the order of the pages. The document itself is opened only
// where pictures are wanted, or text is still to be read from some.
func (e *Engine) Assemble(ctx context.Context, src Source, o Options, parts io.Reader) (*Result, error) {
	head, all, err := readParts(parts)
	if err != nil {
		return nil, fmt.Errorf("read the parts: %w", err)
	}
	o.Pages, o.SplitAbove = nil, 0
	for i := range all {
		o.Pages = append(o.Pages, all[i].number)
	}
	late := &latePaper{open: func() (paper, func(), error) { return e.paper(ctx, head.format, src, o) }}
	defer late.close()
	job, err := e.newJob(ctx, head.format, head.count, late, o)
	if err != nil {
		return nil, err
	}
	if len(job.numbers) != len(all) {
		return nil, errors.New("read the parts: pages are there twice")
	}
	job.meta, job.outline = head.meta, head.outline
	if !head.told { // the part that should tell has failed
		job.tell()
	}
	for _, h := range head.hints {
		job.warnOnce(h.Text)
	}
	for i := range all {
		job.receive(i, &all[i])
		all[i] = readPage{}
	}
	return job.rest()
}

// readParts returns the pages of all parts, and what the parts say of the document.
func readParts(parts io.Reader) (head opening, all []readPage, err error) {
	from, known := bufio.NewReaderSize(parts, 256<<10), freeze.NewReader()
	for {
		var next opening
		if err := record(from, openings, known, &next); errors.Is(err, io.EOF) && len(all) > 0 {
			break
		} else if err != nil {
			return head, nil, err
		}
		if next.build != Build() {
			return head, nil, errors.New("they are of another build of the program")
		}
		for range next.pages {
			var p readPage
			if err := record(from, readPages, known, &p); err != nil {
				return head, nil, errors.Join(freeze.ErrBroken, err)
			}
			all = append(all, p)
		}
		next.hints = append(head.hints, next.hints...)
		if !head.told {
			head = next
		} else {
			head.hints = next.hints
		}
	}
	if !slices.IsSortedFunc(all, func(a, b readPage) int { return a.number - b.number }) {
		return head, nil, errors.New("they are not in order")
	}
	return head, all, nil
}

// record reads one record.
func record[T any](from *bufio.Reader, c freeze.Codec[T], known *freeze.Reader, v *T) error {
	n, err := binary.ReadUvarint(from)
	if err != nil {
		return err
	}
	if n > maxRecord {
		return freeze.ErrBroken
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(from, body); err != nil {
		return errors.Join(freeze.ErrBroken, err)
	}
	return c.Read(known, body, v)
}

// give returns what was kept of page i.
func (j *pageJob) give(i int) readPage {
	n := j.numbers[i]
	p := readPage{number: n, sheet: j.sheets[i], images: j.images[i], regions: j.regions[i], waiting: j.waiting[i], text: j.out.Text[i]}
	if j.laid != nil {
		p.laid = j.laid[i]
	}
	if j.o.Words {
		p.words = j.out.Words[i]
	}
	if j.o.SearchablePDF {
		p.pdfWords, p.scan = j.words[i], j.scans[i]
	}
	if text, ok := j.read[n]; ok {
		p.read = &recognition{text, j.quarters[n]}
	}
	if text, ok := j.pictured[n]; ok {
		p.pictured = &text
	}
	p.failed, p.unread = ofPage(j.out.FailedOCR, n), ofPage(j.notes, n)
	return p
}

func ofPage(all []doc.Warning, n int) []doc.Warning {
	var out []doc.Warning
	for _, w := range all {
		if w.Page == n {
			out = append(out, w)
		}
	}
	return out
}

// receive is the reverse of give.
func (j *pageJob) receive(i int, p *readPage) {
	if err := j.o.trouble(p.number, Understanding); err != nil {
		*p = readPage{number: p.number, sheet: layout.Prepare(&page.Page{Number: p.number, Err: err}, j.layoutOptions())}
	}
	j.sheets[i], j.images[i], j.regions[i], j.waiting[i], j.out.Text[i] = p.sheet, p.images, p.regions, p.waiting, p.text
	if j.laid != nil {
		j.laid[i] = p.laid
	}
	if j.o.Words {
		j.out.Words[i] = p.words
	}
	if j.o.SearchablePDF {
		j.words[i], j.scans[i] = p.pdfWords, p.scan
	}
	if p.read != nil {
		j.note(p.number, p.read.quarters, p.read.text)
	}
	if p.pictured != nil {
		j.notePart(p.number, *p.pictured)
	}
	j.out.FailedOCR = append(j.out.FailedOCR, p.failed...)
	j.notes = append(j.notes, p.unread...)
	if !p.waiting {
		j.done++
	}
}

// latePaper opens the document when it is asked for something.
type latePaper struct {
	open func() (paper, func(), error)

	once  sync.Once
	paper paper
	done  func()
	err   error
}

func (l *latePaper) get() (paper, error) {
	l.once.Do(func() { l.paper, l.done, l.err = l.open() })
	return l.paper, l.err
}

func (l *latePaper) close() {
	if l.done != nil {
		l.done()
	}
}

func (l *latePaper) count() int {
	p, err := l.get()
	if err != nil {
		return 1
	}
	return p.count()
}

func (l *latePaper) about() (doc.Meta, []doc.Bookmark) {
	p, err := l.get()
	if err != nil {
		return doc.Meta{}, nil
	}
	return p.about()
}

func (l *latePaper) read(ctx context.Context, n int) *page.Page {
	p, err := l.get()
	if err != nil {
		return &page.Page{Number: n, Err: err}
	}
	return p.read(ctx, n)
}

func (l *latePaper) show(ctx context.Context, n int, dpi float64, box geom.Rect) (image.Image, error) {
	p, err := l.get()
	if err != nil {
		return nil, err
	}
	return p.show(ctx, n, dpi, box)
}

func (l *latePaper) embedded(ctx context.Context, n int, want map[int]bool) ([]embedded, error) {
	p, err := l.get()
	if err != nil {
		return nil, err
	}
	return p.embedded(ctx, n, want)
}

func (l *latePaper) stream(ctx context.Context, n int, images []page.Image, whole geom.Rect) *searchable.Picture {
	p, err := l.get()
	if err != nil {
		return nil
	}
	return p.stream(ctx, n, images, whole)
}
