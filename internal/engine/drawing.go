package engine

import (
	"context"
	"errors"
	"image"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
	"recto/internal/render/searchable"
)

// drawing is a page whose text is known and that is never drawn.
type drawing struct{ page *page.Page }

func (drawing) count() int { return 1 }

func (drawing) about() (doc.Meta, []doc.Bookmark) { return doc.Meta{PageCount: 1}, nil }

func (d drawing) read(context.Context, int) *page.Page { return d.page }

func (d drawing) show(context.Context, int, float64, geom.Rect) (image.Image, error) {
	return nil, errors.New("of an SVG only the text is read, it is not drawn")
}

func (d drawing) embedded(context.Context, int, map[int]bool) ([]embedded, error) { return nil, nil }

func (d drawing) stream(context.Context, int, []page.Image, geom.Rect) *searchable.Picture {
	return nil
}
