package engine

import (
	"context"
	"errors"
	"image"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/render/searchable"
)

// Step is a part of the work on one page that may hang, crash or take all memory.
type Step string

// The steps.
const (
	Opening     Step = "opening"     // of the document: page 0
	Reading     Step = "reading"     // of a page, down to its lines
	Recognizing Step = "recognizing" // the text of its picture
	Showing     Step = "showing"     // it, or a part of it, as a picture
	// Understanding is told of pages only on which there is so much that it may
	// take long.
	Understanding Step = "understanding"
)

// Trouble is a step that took its process down before. It is left out, as if it
// had failed for that reason.
type Trouble struct {
	Page int
	Step Step
	Why  string
}

// enter tells whoever watches that a step begins; the returned function that it
// ends. Steps of one page are nested, those of different pages overlap.
func (o *Options) enter(n int, s Step) (leave func()) {
	if o.Watch == nil {
		return func() {}
	}
	o.Watch(n, s, true)
	return func() { o.Watch(n, s, false) }
}

// trouble returns why a step is left out, nil when it is not.
func (o *Options) trouble(n int, s Step) error {
	for _, t := range o.Troubles {
		if t.Page == n && t.Step == s {
			return errors.New(t.Why)
		}
	}
	return nil
}

// watched is a paper whose steps are watched, and left out where they made trouble.
type watched struct {
	paper
	o *Options
}

func (w watched) read(ctx context.Context, n int) *page.Page {
	for _, s := range []Step{Reading, Understanding} {
		if err := w.o.trouble(n, s); err != nil {
			return &page.Page{Number: n, Err: err}
		}
	}
	return w.paper.read(ctx, n)
}

func (w watched) show(ctx context.Context, n int, dpi float64, box geom.Rect) (image.Image, error) {
	if err := w.o.trouble(n, Showing); err != nil {
		return nil, err
	}
	defer w.o.enter(n, Showing)()
	return w.paper.show(ctx, n, dpi, box)
}

func (w watched) embedded(ctx context.Context, n int, want map[int]bool) ([]embedded, error) {
	if err := w.o.trouble(n, Showing); err != nil {
		return nil, err
	}
	defer w.o.enter(n, Showing)()
	return w.paper.embedded(ctx, n, want)
}

// eachPage runs f for every page of the job, side by side, and for those of
// Options.Alone one after the other at the end.
func (j *pageJob) eachPage(f func(i int)) {
	together, alone := []int{}, []int{}
	for i, n := range j.numbers {
		if slices.Contains(j.o.Alone, n) {
			alone = append(alone, i)
		} else {
			together = append(together, i)
		}
	}
	j.each(len(together), func(k int) { f(together[k]) })
	for _, i := range alone {
		if j.ctx.Err() == nil {
			f(i)
		}
	}
}

func (w watched) stream(ctx context.Context, n int, images []page.Image, whole geom.Rect) *searchable.Picture {
	if w.o.trouble(n, Showing) != nil {
		return nil // show tells
	}
	defer w.o.enter(n, Showing)()
	return w.paper.stream(ctx, n, images, whole)
}
