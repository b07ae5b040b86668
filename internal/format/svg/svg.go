// Package svg reads the text of SVG drawings as a page: the elements of text with
// their places, sizes and faces. What is drawn is not read, nothing is fetched, no
// script runs, and entities a file declares are not expanded.
package svg

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"recto/internal/format"
	"recto/internal/geom"
	"recto/internal/page"
)

// Limits of a file.
const (
	maxBytes    = 64 << 20
	maxDepth    = 256
	maxElements = 1_000_000
	maxGlyphs   = 1_000_000
	maxRules    = 10_000 // of style sheets
)

// How units of the drawing become points.
const (
	perPixel  = 0.75 // points a CSS pixel, of which an inch has 96
	usualW    = 300.0
	usualH    = 150.0   // pixels: a drawing without a size (CSS 2.1, 10.3.2)
	longestPt = 14400.0 // as PDF 1.7 allows; a longer page is scaled down to it
	startSize = 16.0    // of text without a size, "medium"
)

// hidden are elements whose text is not shown.
var hidden = map[string]bool{"defs": true, "symbol": true, "clipPath": true, "mask": true, "pattern": true, "marker": true, "title": true,
	"desc": true, "metadata": true, "script": true}

// blocks are the elements of a web page inside a drawing that begin a line.
var blocks = map[string]bool{"div": true, "p": true, "br": true, "li": true, "h1": true, "h2": true, "h3": true, "tr": true}

// level is an element that is open.
type level struct {
	name   string
	look   look
	to     geom.Matrix // from its units to the page
	hidden bool
	taken  bool // of a switch: a child was shown
}

// reader is the reading of one file.
type reader struct {
	page   *page.Page
	open   []level
	rules  []rule
	style  strings.Builder // of a style element under way
	text   *text           // nil outside of text
	fonts  map[page.Font]*page.Font
	glyphs int
}

// Read returns the only page of a drawing.
func Read(data []byte) (*page.Page, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%w: an SVG may have %d MB", format.ErrTooLarge, maxBytes>>20)
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false // entities of Illustrator's stay as they are
	d.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		switch strings.ToLower(name) {
		case "iso-8859-1", "latin1", "windows-1252", "us-ascii":
			return charmap.Windows1252.NewDecoder().Reader(in), nil
		}
		return nil, fmt.Errorf("its encoding %q is not read: save it as UTF-8", name)
	}
	r := &reader{fonts: map[page.Font]*page.Font{}}
	elements := 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", format.ErrBroken, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if elements++; elements > maxElements || len(r.open) >= maxDepth {
				return nil, fmt.Errorf("%w: more than %d elements, or %d within each other", format.ErrTooLarge, maxElements, maxDepth)
			}
			if err := r.start(t); err != nil {
				return nil, err
			}
		case xml.EndElement:
			r.end(t.Name.Local)
		case xml.CharData:
			if err := r.characters(string(t)); err != nil {
				return nil, err
			}
		}
	}
	if r.page == nil {
		return nil, fmt.Errorf("%w: there is no svg element", format.ErrBroken)
	}
	return r.page, nil
}

// start opens an element.
func (r *reader) start(t xml.StartElement) error {
	name := t.Name.Local
	if r.page == nil && name != "svg" {
		return fmt.Errorf("%w: it begins with %q and not with svg", format.ErrBroken, name)
	}
	up := level{look: look{size: startSize, color: 0x000000ff, visible: true}, to: geom.Identity}
	if n := len(r.open); n > 0 {
		up = r.open[n-1]
	}
	l := level{name: name, look: up.look, to: up.to, hidden: up.hidden || hidden[name] || up.name == "switch" && up.taken}
	attr := attributes(t.Attr)
	l.look.apply(r.rules, name, attr)
	l.hidden = l.hidden || l.look.none
	if up.name == "switch" && !l.hidden {
		r.open[len(r.open)-1].taken = true
	}
	switch {
	case r.page == nil:
		l.to = r.paper(attr)
	case name == "svg":
		x, y, w, h := length(attr["x"], 0), length(attr["y"], 0), length(attr["width"], 0), length(attr["height"], 0)
		l.to = viewBox(attr, x, y, w, h).Then(up.to)
	default:
		l.to = transform(attr["transform"]).Then(up.to)
	}
	r.open = append(r.open, l)
	if l.hidden || !finite(l.to) {
		r.open[len(r.open)-1].hidden = true
		return nil
	}
	switch {
	case name == "style":
		r.style.Reset()
	case name == "text" && r.text == nil:
		r.text = &text{depth: len(r.open)}
		r.text.place(attr, &l.look)
	case name == "foreignObject" && r.text == nil:
		r.text = &text{depth: len(r.open), foreign: true, left: length(attr["x"], 0)}
		r.text.x, r.text.y = r.text.left, length(attr["y"], 0)+l.look.size
	case r.text != nil && r.text.foreign && blocks[name]:
		r.text.newLine(l.look.size)
	case r.text != nil && (name == "tspan" || name == "textPath"):
		r.text.place(attr, &l.look)
	}
	return nil
}

// end closes an element, and those in it that were left open.
func (r *reader) end(name string) {
	k := len(r.open) - 1
	for k >= 0 && r.open[k].name != name {
		k--
	}
	if k < 0 {
		return
	}
	for len(r.open) > k {
		l := &r.open[len(r.open)-1]
		if l.name == "style" && !l.hidden && len(r.rules) < maxRules {
			r.rules = append(r.rules, styleSheet(r.style.String(), maxRules-len(r.rules))...)
		}
		if r.text != nil && r.text.foreign && blocks[l.name] {
			r.text.newLine(l.look.size)
		}
		if r.text != nil && r.text.depth == len(r.open) {
			r.finish()
		}
		r.open = r.open[:len(r.open)-1]
	}
}

// characters takes text.
func (r *reader) characters(s string) error {
	n := len(r.open)
	if n == 0 {
		return nil
	}
	l := &r.open[n-1]
	switch {
	case l.name == "style":
		r.style.WriteString(s)
	case r.text != nil && !l.hidden && l.look.visible:
		if r.glyphs += len(s); r.glyphs > maxGlyphs {
			return fmt.Errorf("%w: more than %d characters in a drawing", format.ErrTooLarge, maxGlyphs)
		}
		r.text.add(s, l)
	}
	return nil
}

// paper makes the page and returns the map from the outermost units to it.
func (r *reader) paper(attr map[string]string) geom.Matrix {
	box := numbers(attr["viewBox"])
	w, h := usualW, usualH
	if len(box) == 4 && box[2] > 0 && box[3] > 0 {
		w, h = box[2], box[3]
	}
	given := func(name string, otherwise float64) float64 {
		if v := length(attr[name], 0); v > 0 && !strings.HasSuffix(attr[name], "%") {
			return v
		}
		return otherwise
	}
	aspect := h / w
	gw, gh := given("width", 0), given("height", 0)
	switch {
	case gw > 0 && gh > 0:
		w, h = gw, gh
	case gw > 0:
		w, h = gw, gw*aspect
	case gh > 0:
		w, h = gh/aspect, gh
	}
	scale := perPixel * math.Min(1, longestPt/(perPixel*math.Max(w, h)))
	r.page = &page.Page{Number: 1, Width: math.Max(w*scale, 1), Height: math.Max(h*scale, 1)}
	return viewBox(attr, 0, 0, w, h).Then(geom.Matrix{A: scale, D: scale})
}

// viewBox returns the map from the units of a box to a place of given size.
func viewBox(attr map[string]string, x, y, w, h float64) geom.Matrix {
	box := numbers(attr["viewBox"])
	if len(box) != 4 || box[2] <= 0 || box[3] <= 0 || w <= 0 || h <= 0 {
		return geom.Matrix{A: 1, D: 1, E: x, F: y}
	}
	sx, sy := w/box[2], h/box[3]
	if !strings.Contains(attr["preserveAspectRatio"], "none") {
		s := math.Min(sx, sy)
		x, y = x+(w-s*box[2])/2, y+(h-s*box[3])/2
		sx, sy = s, s
	}
	return geom.Matrix{A: sx, D: sy, E: x - sx*box[0], F: y - sy*box[1]}
}

func finite(m geom.Matrix) bool {
	for _, v := range [6]float64{m.A, m.B, m.C, m.D, m.E, m.F} {
		if math.IsNaN(v) || math.Abs(v) > 1e9 {
			return false
		}
	}
	return true
}
