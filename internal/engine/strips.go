package engine

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"slices"

	"recto/internal/geom"
	"recto/internal/page"
)

// Scanners and office programs cut pictures into strips or tiles. Neighbours have
// a whole edge and the resolution in common.
const (
	stripEdge    = 1.5  // pixels by which common edges may lie apart: boxes are rounded
	stripScale   = 0.03 // by which their resolutions differ at most
	stripShape   = 2.5  // sides of a strip; squarer parts must be
	leastTiles   = 3    // so many, since two photographs may stand side by side
	maxJoinedPx  = 64 << 20
	stripQuality = 92 // of JPEG made of JPEGs: nothing should be lost twice
)

// mosaic is a picture with the images it was cut into.
type mosaic struct {
	box    geom.Rect
	pxX    float64 // pixels a point across
	pxY    float64
	pieces []page.Image // in the order of the page
}

// joinPieces puts the images of a page together that are pieces of one picture.
// Stencils stay alone: they are letters and ornaments.
func joinPieces(images []page.Image) []mosaic {
	var all []mosaic
	for _, img := range images {
		m := mosaic{box: img.Box, pieces: []page.Image{img}}
		if !img.Box.Empty() && !img.Mask {
			m.pxX, m.pxY = float64(img.WidthPx)/img.Box.W(), float64(img.HeightPx)/img.Box.H()
		}
		all = append(all, m)
	}
	if len(all) < 2 {
		return all
	}
	// First rows of tiles, then what stands above each other.
	all = mergeNeighbours(all, func(a, b *mosaic) bool { return sharesEdge(a.box, b.box, a.pxX, a.pxY) })
	all = mergeNeighbours(all, func(a, b *mosaic) bool { return sharesEdge(turned(a.box), turned(b.box), a.pxY, a.pxX) })
	var out []mosaic
	for _, m := range all {
		if m.isPicture() {
			out = append(out, m)
			continue
		}
		for _, img := range m.pieces {
			out = append(out, mosaic{box: img.Box, pieces: []page.Image{img}})
		}
	}
	slices.SortStableFunc(out, func(a, b mosaic) int { return a.pieces[0].Index - b.pieces[0].Index })
	return out
}

// turned swaps the axes of a box.
func turned(b geom.Rect) geom.Rect { return geom.Rect{X0: b.Y0, Y0: b.X0, X1: b.Y1, Y1: b.X1} }

// sharesEdge reports whether b begins where a ends, to its right, at the same
// height; x and y are pixels a point.
func sharesEdge(a, b geom.Rect, x, y float64) bool {
	return math.Abs(a.Y0-b.Y0)*y <= stripEdge && math.Abs(a.Y1-b.Y1)*y <= stripEdge && math.Abs(a.X1-b.X0)*x <= stripEdge
}

// mergeNeighbours joins mosaics of one resolution for which follows(a, b) holds.
func mergeNeighbours(all []mosaic, follows func(a, b *mosaic) bool) []mosaic {
	alike := func(a, b float64) bool { return math.Abs(a-b) <= stripScale*max(a, b) }
	for i := 0; i < len(all); i++ {
		for k := 0; k < len(all); k++ {
			a, b := &all[i], &all[k]
			if i == k || a.pxX == 0 || b.pxX == 0 || !alike(a.pxX, b.pxX) || !alike(a.pxY, b.pxY) || !follows(a, b) {
				continue
			}
			a.box, a.pieces = a.box.Union(b.box), append(a.pieces, b.pieces...)
			all = slices.Delete(all, k, k+1)
			if k < i {
				i--
			}
			k = -1 // what follows now may come earlier in the list
		}
	}
	for i := range all {
		slices.SortStableFunc(all[i].pieces, func(a, b page.Image) int { return a.Index - b.Index })
	}
	return all
}

// isPicture reports whether pieces make one picture rather than several.
func (m *mosaic) isPicture() bool {
	if len(m.pieces) == 1 {
		return true
	}
	if m.box.W()*m.pxX*m.box.H()*m.pxY > maxJoinedPx {
		return false
	}
	return len(m.pieces) >= leastTiles || !slices.ContainsFunc(m.pieces, func(p page.Image) bool {
		return max(p.Box.W(), p.Box.H()) < stripShape*min(p.Box.W(), p.Box.H())
	})
}

// join makes one picture of the pieces as they were taken out of the file; ok is
// false when they do not fit after all.
func (m *mosaic) join(found map[int]embedded) (whole embedded, ok bool) {
	size := image.Rect(0, 0, int(math.Round(m.box.W()*m.pxX)), int(math.Round(m.box.H()*m.pxY)))
	if size.Empty() || size.Dx()*size.Dy() > maxJoinedPx {
		return embedded{}, false
	}
	var canvas draw.Image
	photo, opaque := true, true
	different := map[[sha256.Size]byte]bool{}
	for _, p := range m.pieces {
		e := found[p.Index]
		different[sha256.Sum256(e.data)] = true
		if e.widthPx != p.WidthPx || e.heightPx != p.HeightPx {
			return embedded{}, false // it was turned, or its mask is finer, or nothing is seen of it
		}
		img, _, err := image.Decode(bytes.NewReader(e.data))
		if err != nil {
			return embedded{}, false
		}
		photo = photo && e.contentType == "image/jpeg"
		if o, known := img.(interface{ Opaque() bool }); known {
			opaque = opaque && o.Opaque()
		}
		canvas = wider(canvas, img, size)
		at := image.Pt(int(math.Round((p.Box.X0-m.box.X0)*m.pxX)), int(math.Round((p.Box.Y0-m.box.Y0)*m.pxY)))
		draw.Draw(canvas, img.Bounds().Sub(img.Bounds().Min).Add(at), img, img.Bounds().Min, draw.Src)
	}
	if photo && len(different) < len(m.pieces)/2 {
		return embedded{}, false // a pattern of photographs that come again and again
	}
	whole = embedded{index: m.pieces[0].Index, contentType: "image/png", extension: "png", widthPx: size.Dx(), heightPx: size.Dy()}
	var buf bytes.Buffer
	var err error
	if photo && opaque {
		whole.contentType, whole.extension = "image/jpeg", "jpg"
		err = jpeg.Encode(&buf, canvas, &jpeg.Options{Quality: stripQuality})
	} else {
		err = png.Encode(&buf, canvas)
	}
	whole.data = buf.Bytes()
	return whole, err == nil
}

var blackAndWhite = color.Palette{color.Black, color.White}

// wider returns a canvas that holds the colours of a picture too: black and white,
// grey, or all of them. What was drawn stays; a new one is white, or clear.
func wider(canvas draw.Image, img image.Image, size image.Rectangle) draw.Image {
	need := 2
	switch p := img.(type) {
	case *image.Paletted:
		if len(p.Palette) == 2 && p.Palette.Index(color.Black) != p.Palette.Index(color.White) && slices.ContainsFunc(p.Palette, isBlack) && slices.ContainsFunc(p.Palette, isWhite) {
			need = 0
		}
	case *image.Gray:
		need = 1
	}
	have := -1
	switch canvas.(type) {
	case *image.Paletted:
		have = 0
	case *image.Gray:
		have = 1
	case *image.NRGBA:
		have = 2
	}
	if need <= have {
		return canvas
	}
	var out draw.Image
	switch need {
	case 0:
		out = image.NewPaletted(size, blackAndWhite)
	case 1:
		out = image.NewGray(size)
	default:
		out = image.NewNRGBA(size)
	}
	if canvas != nil {
		draw.Draw(out, size, canvas, image.Point{}, draw.Src)
		return out
	}
	if need < 2 {
		draw.Draw(out, size, image.White, image.Point{}, draw.Src)
	}
	return out
}

func isBlack(c color.Color) bool { return color.GrayModel.Convert(c) == color.Gray{} }
func isWhite(c color.Color) bool { return color.GrayModel.Convert(c) == color.Gray{Y: 255} }
