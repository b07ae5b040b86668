package engine

import (
	"context"
	"errors"
	"image"

	"recto/internal/format"
	"recto/internal/format/svg"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/render/searchable"
)

// parseDrawing reads and understands the text of an SVG.
func (e *Engine) parseDrawing(ctx context.Context, src Source, o Options) (*Result, error) {
	leave := o.enter(0, Opening)
	p, err := svg.Read(src.Data)
	leave()
	if err != nil {
		return nil, err
	}
	job, err := e.newJob(ctx, format.SVG, 1, drawing{p}, o)
	if err != nil {
		return nil, err
	}
	if err := job.understand(); err != nil {
		return nil, err
	}
	return job.out, job.finish()
}

// drawing is a page whose text is known and that is never drawn.
type drawing struct{ page *page.Page }

func (d drawing) read(context.Context, int) *page.Page { return d.page }

func (d drawing) show(context.Context, int, float64, geom.Rect) (image.Image, error) {
	return nil, errors.New("of an SVG only the text is read, it is not drawn")
}

func (d drawing) embedded(context.Context, int, map[int]bool) ([]embedded, error) { return nil, nil }

func (d drawing) stream(context.Context, int, []page.Image, geom.Rect) *searchable.Picture {
	return nil
}
