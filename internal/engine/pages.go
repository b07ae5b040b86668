package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"recto/internal/doc"
	"recto/internal/format"
	"recto/internal/format/pdf"
	"recto/internal/geom"
	"recto/internal/layout"
	"recto/internal/page"
	"recto/internal/render/plain"
	"recto/internal/render/spatial"
	"recto/internal/table"
)

// newJob prepares the parse of a document that has been opened.
func (e *Engine) newJob(ctx context.Context, f Format, count int, from paper, o Options) (*pageJob, error) {
	if count > e.config.MaxPages {
		return nil, fmt.Errorf("%w: %d, the limit is %d", format.ErrTooMany, count, e.config.MaxPages)
	}
	numbers, err := choosePages(count, o)
	if err != nil {
		return nil, err
	}
	if o.SplitAbove > 0 && len(numbers) > o.SplitAbove {
		return nil, &TooMany{Format: f, Count: count, Pages: numbers}
	}
	job := &pageJob{ctx: ctx, engine: e, o: o, numbers: numbers, meta: doc.Meta{PageCount: count},
		sheets: make([]*layout.Sheet, len(numbers)), images: make([][]page.Image, len(numbers)),
		regions: make([][]region, len(numbers)), waiting: make([]bool, len(numbers)),
		out: &Result{Format: f, Text: make([]string, len(numbers))}}
	job.paper = watched{from, &job.o}
	if o.SearchablePDF {
		job.words, job.scans = make([][]page.Word, len(numbers)), make([]scan, len(numbers))
	}
	if o.Words {
		job.out.Words = make([][]page.Word, len(numbers))
	}
	if o.Spatial.AlignPages && !o.Spatial.UnrollColumns {
		job.laid = make([]*spatial.Laid, len(numbers))
	}
	return job, nil
}

// tell asks the document what it says about itself.
func (j *pageJob) tell() {
	defer j.o.enter(0, Opening)()
	j.meta, j.outline = j.paper.about()
}

// rest is what is left when each page was read.
func (j *pageJob) rest() (*Result, error) {
	if err := j.understand(); err != nil {
		return nil, err
	}
	return j.out, j.finish()
}

// understand finds out what the pages mean.
func (j *pageJob) understand() error {
	j.readRegions()
	if err := j.ctx.Err(); err != nil {
		return err
	}
	began := time.Now()
	lo := j.layoutOptions()
	lo.Meta, lo.Outline, lo.Each = j.meta, j.outline, j.each
	lo.Enter = func(n int) func() { return j.o.enter(n, Understanding) }
	j.out.Doc = layout.Understand(j.sheets, lo)
	table.SetDecimals(j.out.Doc)
	if j.o.MergeTables {
		table.MergeContinued(j.out.Doc)
	}
	table.Judge(j.out.Doc)
	j.out.Layout = Since(began)
	return nil
}

// finish fills the rest of the result and hands out the pictures.
func (j *pageJob) finish() error {
	j.finishText()
	j.tellOCR()
	for _, s := range j.sheets {
		boxes := s.ImageBoxes()
		var list []geom.Rect
		for _, k := range slices.Sorted(maps.Keys(boxes)) {
			list = append(list, boxes[k])
		}
		j.out.ImageBoxes = append(j.out.ImageBoxes, list)
		j.out.Fields = append(j.out.Fields, s.Fields())
	}
	j.sheets = nil // much of the memory
	if err := j.saveImages(); err != nil {
		return err
	}
	if err := j.pdfPages(); err != nil {
		return err
	}
	return j.ctx.Err()
}

// finishText writes the texts that need all pages, or their meaning.
func (j *pageJob) finishText() {
	if j.o.Spatial.UnrollColumns {
		for i, p := range j.out.Doc.Pages {
			j.out.Text[i] = plain.Whole(p)
		}
		return
	}
	if j.laid == nil {
		return
	}
	grid := spatial.CommonGrid(j.laid)
	for i, l := range j.laid {
		if l != nil {
			j.out.Text[i] = l.Text(grid)
		}
	}
}

// choosePages returns the page numbers to parse, ascending.
func choosePages(count int, o Options) ([]int, error) {
	var out []int
	if len(o.Pages) > 0 {
		for _, n := range o.Pages {
			if n >= 1 && n <= count {
				out = append(out, n)
			}
		}
		slices.Sort(out)
		out = slices.Compact(out)
		if len(out) == 0 {
			return nil, fmt.Errorf("%w: it has %d", format.ErrNoPages, count)
		}
		return out, nil
	}
	last := count
	if o.MaxPages > 0 {
		last = min(count, o.MaxPages)
	}
	for n := 1; n <= last; n++ {
		out = append(out, n)
	}
	return out, nil
}

// pageJob is the parse of one document.
type pageJob struct {
	ctx     context.Context
	engine  *Engine
	o       Options
	paper   paper
	meta    doc.Meta
	outline []doc.Bookmark
	numbers []int
	sheets  []*layout.Sheet
	images  [][]page.Image  // of each page, in the order of their index
	laid    []*spatial.Laid // with Spatial.AlignPages, else nil
	out     *Result
	mu      sync.Mutex // guards done and calls of Progress
	done    int
	hints   []doc.Warning  // about the whole document
	read    map[int]string // how the text of pages was recognized, by number
	words   [][]page.Word  // with SearchablePDF, of every page
	scans   []scan         // likewise
	// regions are the pictures that may hold text, for each page; waiting says which
	// pages have any, and pictured how they were read, by number.
	regions  [][]region
	waiting  []bool
	pictured map[int]string
	// notes tell of layers and pictures that could not be read, on pages that have
	// text without, and of what was left out of a page.
	notes []doc.Warning
	// quarters are the turns clockwise that made pages upright, by number.
	quarters map[int]int
	// saved names the embedded pictures handed out, by the sum of their bytes.
	saved map[[sha256.Size]byte]string
}

// each runs f(0) … f(n-1) on the engine's workers and returns when all are done
// or the context is.
func (j *pageJob) each(n int, f func(i int)) {
	workers := min(j.engine.config.Workers, n)
	if j.o.Workers > 0 {
		workers = min(workers, j.o.Workers)
	}
	if workers <= 1 {
		for i := 0; i < n && j.ctx.Err() == nil; i++ {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(i)
			}
		})
	}
	wg.Wait()
}

// readPage reads page i of the job and reduces it to lines, text and words.
func (j *pageJob) readPage(i int) {
	defer j.o.enter(j.numbers[i], Reading)()
	p := j.paper.read(j.ctx, j.numbers[i])
	for _, what := range p.Cut {
		j.warnOn(p.Number, what)
	}
	if p.Err == nil {
		if j.o.SearchablePDF {
			j.scans[i].images = slices.Clone(p.Images)
		}
		keep(p, j.o.Crop)
		p.Runs = layout.ReadBoxes(p)
	}
	sheet := layout.Prepare(p, j.layoutOptions())
	if j.o.Images.Embedded {
		j.images[i] = sheet.Images() // also of the scan that is read
	}
	if why := sheet.NeedsOCR(); why != "" {
		if q := j.recognize(p, why); q != nil {
			p = q
			sheet = layout.Prepare(p, j.layoutOptions())
		}
	} else if q, read := j.betterThanLayer(p, sheet); q != nil {
		p, sheet = q, read
	} else if q := j.mendFonts(p, sheet); q != nil {
		p, sheet = q, layout.Prepare(q, j.layoutOptions())
	} else if !sheet.Scanned() || !isLayer(p) { // of which the scan was judged just now
		j.regions[i] = j.findRegions(p)
		j.waiting[i] = len(j.regions[i]) > 0
	}
	j.take(i, p, sheet)
	if !j.waiting[i] {
		j.tellProgress()
	}
}

// take keeps what is needed of page i once it is reduced to lines.
func (j *pageJob) take(i int, p *page.Page, sheet *layout.Sheet) {
	if p.Err == nil {
		laid := spatial.Lay(p.Runs, spatial.Options{KeepHidden: j.o.KeepHidden || sheet.Scanned(), KeepTiny: j.o.Spatial.KeepTiny})
		if j.laid != nil {
			j.laid[i] = laid // its grid is not known yet
		} else if !j.o.Spatial.UnrollColumns {
			j.out.Text[i] = laid.Text(nil)
		}
	}
	j.sheets[i] = sheet
	if j.o.Words {
		j.out.Words[i] = sheet.Words()
	}
	if j.o.SearchablePDF {
		j.words[i], j.scans[i].frame = sheet.Words(), p.Frame // before the tables take theirs
	}
}

// tellProgress says that one more page is done.
func (j *pageJob) tellProgress() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done++
	if j.o.Progress != nil {
		j.o.Progress(j.done, len(j.numbers))
	}
}

// layoutOptions are the options of the layout that follow from the job's.
func (j *pageJob) layoutOptions() layout.Options {
	return layout.Options{
		KeepHidden: j.o.KeepHidden, IgnoreDiagonal: j.o.IgnoreDiagonal, IgnoreTags: j.o.IgnoreTags, TextOnly: j.o.Fast,
		IgnoreTextInImage: j.o.IgnoreTextInImage,
		MoreTables:        j.o.MoreTables,
		DrawnTables:       j.o.DrawnTables,
	}
}

// keep removes what lies outside the crop box, given in fractions of the page.
func keep(p *page.Page, crop geom.Rect) {
	if crop.IsZero() || crop == (geom.Rect{X1: 1, Y1: 1}) {
		return
	}
	box := geom.Rect{X0: crop.X0 * p.Width, Y0: crop.Y0 * p.Height, X1: crop.X1 * p.Width, Y1: crop.Y1 * p.Height}
	inside := func(b geom.Rect) bool { return box.Contains(geom.Point{X: b.CenterX(), Y: b.CenterY()}) }
	var runs []page.Run
	for _, r := range p.Runs {
		var glyphs []page.Glyph
		var bounds geom.Rect
		for _, g := range r.Glyphs {
			if inside(g.Box) {
				glyphs, bounds = append(glyphs, g), bounds.Union(g.Box)
			}
		}
		if len(glyphs) > 0 {
			r.Glyphs, r.Box = glyphs, bounds
			runs = append(runs, r)
		}
	}
	p.Runs = runs
	p.Rules = slices.DeleteFunc(p.Rules, func(r page.Rule) bool { return !inside(r.Box) })
	p.Fills = slices.DeleteFunc(p.Fills, func(f page.Fill) bool { return !inside(f.Box) })
	p.Shapes = slices.DeleteFunc(p.Shapes, func(s page.Shape) bool { return !inside(s.Box) })
	p.Images = slices.DeleteFunc(p.Images, func(i page.Image) bool { return !inside(i.Box) })
	p.Fields = slices.DeleteFunc(p.Fields, func(f page.Field) bool { return !inside(f.Box) })
}

// readers lends open readers of one document. A reader that broke is replaced.
type readers struct {
	rt       *pdf.Runtime
	src      Source
	password string
	timeout  time.Duration

	pages int

	mu   sync.Mutex
	free []*pdf.Reader
}

func (p *readers) count() int { return p.pages }

func (p *readers) about() (doc.Meta, []doc.Bookmark) {
	r, err := p.get(context.Background())
	if err != nil {
		return doc.Meta{PageCount: p.pages}, nil
	}
	defer p.put(r)
	return r.Meta(), r.Outline()
}

func (p *readers) get(ctx context.Context) (*pdf.Reader, error) {
	p.mu.Lock()
	for n := len(p.free); n > 0; n = len(p.free) {
		r := p.free[n-1]
		p.free = p.free[:n-1]
		if r.Broken() != nil { // the first, by what stands outside of the pages
			_ = r.Close()
			continue
		}
		p.mu.Unlock()
		return r, nil
	}
	p.mu.Unlock()
	return p.rt.Open(ctx, p.src.Data, p.password)
}

func (p *readers) put(r *pdf.Reader) {
	if r.Broken() != nil {
		_ = r.Close()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, r)
}

func (p *readers) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.free {
		_ = r.Close()
	}
	p.free = nil
}

// use calls f with a reader and waits for it at most p.timeout. A reader that
// does not come back is abandoned with its goroutine: its memory is not freed,
// since the call may still be using it.
func (p *readers) use(ctx context.Context, f func(*pdf.Reader)) error {
	r, err := p.get(ctx)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	select {
	case <-done:
		p.put(r)
		return nil
	case <-timer.C:
		return fmt.Errorf("it took longer than %s", p.timeout)
	}
}

// read reads one page; a failure becomes the page's error.
func (p *readers) read(ctx context.Context, n int) *page.Page {
	result := make(chan *page.Page, 1)
	if err := p.use(ctx, func(r *pdf.Reader) { result <- r.ReadPage(n) }); err != nil {
		return &page.Page{Number: n, Err: fmt.Errorf("read page %d: %w", n, err)}
	}
	return <-result
}

// show renders a page.
func (p *readers) show(ctx context.Context, n int, dpi float64, box geom.Rect) (image.Image, error) {
	type rendered struct {
		img image.Image
		err error
	}
	result := make(chan rendered, 1)
	if err := p.use(ctx, func(r *pdf.Reader) {
		img, err := r.Render(n, dpi, box)
		result <- rendered{img, err}
	}); err != nil {
		return nil, err
	}
	got := <-result
	return got.img, got.err
}

// embedded takes the image objects out of a page.
func (p *readers) embedded(ctx context.Context, n int, want map[int]bool) ([]embedded, error) {
	var all []embedded
	done := make(chan error, 1)
	if err := p.use(ctx, func(r *pdf.Reader) {
		done <- r.Images(n, want, func(index int, p *pdf.Picture, err error) error {
			if p == nil && err == nil {
				return nil // it paints nothing
			}
			e := embedded{index: index, err: err}
			if err == nil {
				e.data, e.contentType, e.extension, e.widthPx, e.heightPx = p.Data, p.ContentType, "png", p.WidthPx, p.HeightPx
				if p.ContentType == "image/jpeg" {
					e.extension = "jpg"
				}
			}
			all = append(all, e)
			return nil
		})
	}); err != nil {
		return nil, err
	}
	err := <-done // the list is complete now
	return all, err
}
