// Package task is everything that touches the bytes of a document: one document
// under one request, from its file to all that the API can be asked for. It
// knows no store, no queue and no network. A server has it run in a child
// process (Remote), which reads the document from a descriptor and streams what
// it makes back to a Sink; Local runs it here.
package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/observe"
	"recto/internal/wire"
)

// Task is what is to be done with a document.
type Task struct {
	ID      string          // of the job, for the log
	Name    string          // of the file; its extension helps to tell the format
	Request json.RawMessage // a wire.StoredRequest
	Tier    string          // asked for
	Version string          // likewise
	Attempt int64           // of the job, from 1

	Fallback   wire.Tier // stands in for the tiers that need a model; "" for none
	CropEdges  bool      // crop_box gives margins instead of positions
	Recognizer string    // what reads the text of scans; "" for nothing

	Troubles []engine.Trouble // what took an earlier try down
	Alone    []int            // pages to read one by one at the end

	// SplitAbove makes a document of which more pages are to be parsed come back
	// undone, with Report.Split; 0 for none.
	SplitAbove int
	// Part makes the task read some pages only, for an assembly: its only output is
	// PartFile.
	Part *Part
	// Parts opens what the parts have made, in the order of their pages: the task
	// makes all outputs of that. It may be called again.
	Parts func() (io.ReadCloser, error) `json:"-"`
	// Assemble is said to a child that has Parts.
	Assemble bool
	Workers  int // pages read at once; 0 for as many as there are cores
}

// Part is some pages of a document.
type Part struct {
	Pages []int
	Tell  bool // also what the document says of itself, for which one part is enough
}

// PartFile is what a part makes.
const PartFile = "pages.part"

// Split says how a document of many pages is to be divided.
type Split struct {
	Format engine.Format
	Count  int   // pages of the document
	Pages  []int // to parse, ascending
}

// EffectiveTier is the tier the task runs at: the one asked for, or its stand-in.
func (t *Task) EffectiveTier() wire.Tier {
	if tier := wire.Tier(t.Tier); !tier.NeedsModel() {
		return tier
	}
	return t.Fallback
}

// Sink takes what a task makes. Calls do not overlap.
type Sink interface {
	// Create begins an output, which is complete when the writer is closed.
	// Cancelling ctx before that leaves nothing behind. One is written at a time.
	Create(ctx context.Context, name, contentType string) (io.WriteCloser, error)
	// Image takes a picture. One of the same name is replaced.
	Image(i engine.Image) error
	// Drop takes a picture back.
	Drop(name string) error
	// Progress tells how many of how many pages are read.
	Progress(done, total int)
	// Restart forgets everything: the task begins anew.
	Restart()
}

// Report is what a task has to say at its end, also of one that failed.
type Report struct {
	Meta        map[string]json.RawMessage // for job_metadata
	FailedPages int
	Troubles    int           // steps left out, besides whole pages
	Recognized  int           // pages whose text is recognized from their picture
	Parse, Save time.Duration // what took how long
	Split       *Split        // nothing was done: the document is to be parsed in parts
	// Layout and Render say when the pages had been read and were put together, and
	// when outputs were made, the storing of them included.
	Layout, Render engine.Timing
	// Steps is what pages spent in each step, summed over pages and tries.
	Steps map[engine.Step]time.Duration `json:"-"`
}

// Processor runs tasks. The error is a *Failure when the document or the request
// is to blame.
type Processor interface {
	Process(ctx context.Context, t Task, document *os.File, s Sink) (Report, error)
}

// Parser understands documents.
type Parser interface {
	Parse(context.Context, engine.Source, engine.Options) (*engine.Result, error)
}

// partParser is a Parser that can do so in parts.
type partParser interface {
	Parser
	ReadPart(ctx context.Context, src engine.Source, o engine.Options, tell bool, to io.Writer) error
	Assemble(ctx context.Context, src engine.Source, o engine.Options, parts io.Reader) (*engine.Result, error)
}

// Local runs tasks in this process.
type Local struct {
	Parser  Parser
	Observe *observe.Observer // may be nil
}

// Process runs one task.
func (l Local) Process(ctx context.Context, t Task, document *os.File, s Sink) (Report, error) {
	// The file may be read by several at once, who would share its position.
	data, err := io.ReadAll(io.NewSectionReader(document, 0, math.MaxInt64))
	if err != nil {
		return Report{}, fmt.Errorf("read the document: %w", err)
	}
	m := newMeter(l.Observe)
	m.begin(ctx)
	var parts io.ReadCloser
	if t.Parts != nil {
		if parts, err = t.Parts(); err != nil {
			return Report{}, fmt.Errorf("read the parts: %w", err)
		}
		defer parts.Close()
	}
	rep, err := run(ctx, l.Parser, t, data, parts, s, m.note)
	m.stages(rep)
	rep.Steps = m.sums()
	return rep, err
}

// work is a task under way.
type work struct {
	Task
	parser   Parser
	sink     Sink
	req      wire.ParseRequest
	legacy   *wire.Legacy // nil for a job of the v2 API
	meta     map[string]any
	report   Report
	warnings []doc.Warning // about the request, besides those of the document
	images   []engine.Image

	saveLayout bool              // cut-out figures are asked for as files
	inline     map[string]string // pictures within the markdown by name, as data URIs
	inlined    int               // their bytes
	routes     wire.Routes       // of the pages
}

// watcher is told of the steps of pages.
type watcher func(page int, s engine.Step, begins bool)

// run does a task on the bytes of a document, and on its parts when they are not nil.
func run(ctx context.Context, p Parser, t Task, data []byte, parts io.Reader, s Sink, watch watcher) (Report, error) {
	w := &work{Task: t, parser: p, sink: s, meta: map[string]any{}}
	err := w.run(ctx, engine.Source{Name: t.Name, Data: data}, parts, watch)
	w.report.Meta = map[string]json.RawMessage{}
	for k, v := range w.meta {
		raw, e := json.Marshal(v)
		if e != nil {
			return w.report, errors.Join(err, e)
		}
		w.report.Meta[k] = raw
	}
	return w.report, err
}

func (w *work) run(ctx context.Context, src engine.Source, parts io.Reader, watch watcher) error {
	started := time.Now()
	var stored wire.StoredRequest
	if err := json.Unmarshal(w.Request, &stored); err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	w.req, w.legacy = stored.ParseRequest, stored.Legacy
	opts, err := w.options()
	if err != nil {
		return err
	}
	opts.Progress, opts.SaveImage = w.sink.Progress, w.saveImage
	opts.Watch, opts.Troubles, opts.Alone = watch, w.Troubles, w.Alone
	opts.Workers = w.Workers
	if _, ok := w.parser.(partParser); ok {
		opts.SplitAbove = w.SplitAbove
	}
	if w.Part != nil {
		return w.readPart(ctx, src, opts)
	}
	res, err := w.parse(ctx, src, opts, parts)
	if many, ok := errors.AsType[*engine.TooMany](err); ok {
		w.report.Split = &Split{many.Format, many.Count, many.Pages}
		return nil
	}
	if err != nil {
		return fromEngine(err)
	}
	if err := w.route(ctx, src, opts, res); err != nil {
		return err
	}
	res.PDFPages = nil // they are in the PDF now
	w.report.Parse, w.report.Layout = time.Since(started), res.Layout
	for _, p := range res.Doc.Pages {
		if p.Recognized != "" {
			w.report.Recognized++
		}
	}
	for _, t := range w.Troubles {
		if t.Step != engine.Reading && t.Step != engine.Understanding {
			w.report.Troubles++
		}
	}
	w.describe(src, res)
	if err := w.judge(res); err != nil {
		return err
	}
	written := time.Now()
	if err := w.write(ctx, src, res); err != nil {
		return fmt.Errorf("store results: %w", err)
	}
	w.report.Render = engine.Since(written)
	w.report.Save = w.report.Render.Took
	return nil
}
