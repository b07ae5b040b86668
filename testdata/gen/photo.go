package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"

	"recto/internal/format/pdf"
	"recto/internal/geom"
)

// A photograph of a sheet: how much of it the picture shows, and how it was lit.
const (
	photoDPI     = 150.0
	photoScale   = 1.2  // of the sheet's side, so that the table shows around it
	lampFallOff  = 0.55 // of the light is lost in the corner away from the lamp
	shadowFrom   = 0.72 // of the width: right of it falls the photographer's shadow
	shadowLight  = 0.75
	photoNoise   = 5.0 // levels, standard deviation
	photoQuality = 85
)

// sheetAt are the corners of the sheet in the photograph, as parts of its sides,
// from the top left one clockwise: the camera was held low and from the left.
var sheetAt = [4][2]float64{{0.22, 0.04}, {0.86, 0.12}, {0.97, 0.97}, {0.03, 0.85}}

// photograph lays the first page of a PDF on a table and photographs it from one
// side, under a lamp, with noise. The same page gives the same bytes.
func photograph(document string) ([]byte, error) {
	data, err := os.ReadFile(document)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	rt, err := pdf.NewRuntime(ctx, "")
	if err != nil {
		return nil, err
	}
	defer rt.Close(ctx)
	r, err := rt.Open(ctx, data, "")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	sheet, err := r.Render(1, photoDPI, geom.Rect{})
	if err != nil {
		return nil, fmt.Errorf("draw page 1: %w", err)
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, shot(sheet), &jpeg.Options{Quality: photoQuality})
	return out.Bytes(), err
}

// shot is what the camera sees.
func shot(sheet *image.NRGBA) image.Image {
	w, h := float64(sheet.Rect.Dx()), float64(sheet.Rect.Dy())
	out := image.NewRGBA(image.Rect(0, 0, int(w*photoScale), int(h*photoScale)))
	onSheet := perspective(sheetAt)
	rnd := rand.New(rand.NewPCG(1, 2))
	table := color.NRGBA{92, 70, 52, 255}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			fx, fy := (float64(x)+0.5)/float64(out.Rect.Dx()), (float64(y)+0.5)/float64(out.Rect.Dy())
			light := 1 - lampFallOff*(fx*fx+fy*fy)/2
			if fx > shadowFrom+0.1*fy {
				light *= shadowLight
			}
			c := [3]float64{float64(table.R), float64(table.G), float64(table.B)}
			if u, v := onSheet(fx, fy); u >= 0 && v >= 0 && u < 1 && v < 1 {
				c = between(sheet, u*w-0.5, v*h-0.5)
			}
			noise := photoNoise * rnd.NormFloat64()
			for k := range c {
				out.Pix[y*out.Stride+4*x+k] = uint8(math.Max(0, math.Min(255, c[k]*light+noise)))
			}
			out.Pix[y*out.Stride+4*x+3] = 255
		}
	}
	return out
}

// perspective returns the map from a picture to the unit square whose corners are
// seen at c (Heckbert, Fundamentals of texture mapping, 1989, the inverse of the
// square-to-quadrilateral map).
func perspective(c [4][2]float64) func(x, y float64) (u, v float64) {
	sx, sy := c[0][0]-c[1][0]+c[2][0]-c[3][0], c[0][1]-c[1][1]+c[2][1]-c[3][1]
	dx1, dy1, dx2, dy2 := c[1][0]-c[2][0], c[1][1]-c[2][1], c[3][0]-c[2][0], c[3][1]-c[2][1]
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	m := [3][3]float64{
		{c[1][0] - c[0][0] + g*c[1][0], c[3][0] - c[0][0] + h*c[3][0], c[0][0]},
		{c[1][1] - c[0][1] + g*c[1][1], c[3][1] - c[0][1] + h*c[3][1], c[0][1]},
		{g, h, 1},
	}
	return func(x, y float64) (float64, float64) {
		// Two equations in u and v: (m0 - x m2)(u v 1) = 0, (m1 - y m2)(u v 1) = 0.
		a, b, e := m[0][0]-x*m[2][0], m[0][1]-x*m[2][1], x-m[0][2]
		c, d, f := m[1][0]-y*m[2][0], m[1][1]-y*m[2][1], y-m[1][2]
		det := a*d - b*c
		return (e*d - b*f) / det, (a*f - e*c) / det
	}
}

// between returns the colour between pixels.
func between(m *image.NRGBA, x, y float64) [3]float64 {
	x, y = math.Max(0, math.Min(x, float64(m.Rect.Dx()-1))), math.Max(0, math.Min(y, float64(m.Rect.Dy()-1)))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, m.Rect.Dx()-1), min(y0+1, m.Rect.Dy()-1)
	fx, fy := x-float64(x0), y-float64(y0)
	var out [3]float64
	for k := range out {
		at := func(i, j int) float64 { return float64(m.Pix[j*m.Stride+4*i+k]) }
		out[k] = (at(x0, y0)*(1-fx)+at(x1, y0)*fx)*(1-fy) + (at(x0, y1)*(1-fx)+at(x1, y1)*fx)*fy
	}
	return out
}
