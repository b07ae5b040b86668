package ocr

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// scene is how a sheet was photographed.
type scene struct {
	name    string
	sheet   [4]point // its corners in parts of the picture, from the top left one clockwise
	desk    float64  // how bright the ground is, paper being 240
	pattern float64  // how much brighter its stripes are
	fallOff float64  // of the light, in the corner away from the lamp
	shadow  float64  // light that is left right of a line
	uncut   bool     // there is nothing to cut out
}

// shoot draws a sheet with lines of print as a camera sees it.
func (s scene) shoot(w, h int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	rnd := rand.New(rand.NewPCG(1, 2))
	inside := func(p point) bool {
		for i := range s.sheet {
			a, b := s.sheet[i], s.sheet[(i+1)%4]
			if (b.x-a.x)*(p.y-a.y)-(b.y-a.y)*(p.x-a.x) < 0 {
				return false
			}
		}
		return true
	}
	for y := range h {
		for x := range w {
			p := point{(float64(x) + 0.5) / float64(w), (float64(y) + 0.5) / float64(h)}
			level := s.desk
			if (x+y/2)/25%2 == 0 {
				level += s.pattern
			}
			if inside(p) {
				level = 240
				if p.x > 0.3 && p.x < 0.8 && p.y > 0.2 && p.y < 0.8 && y%16 < 5 && x%6 < 3 {
					level = 30
				}
			}
			light := 1 - s.fallOff*(p.x*p.x+p.y*p.y)/2
			if s.shadow > 0 && p.x > 0.72+0.1*p.y {
				light *= s.shadow
			}
			m.Pix[y*m.Stride+x] = uint8(math.Max(0, math.Min(255, level*light+5*rnd.NormFloat64())))
		}
	}
	return m
}

// TestSheetIn: the sheet's corners are found under all lights and on all grounds,
// and nothing is cut out where there is no sheet's edge.
func TestSheetIn(t *testing.T) {
	low := [4]point{{0.22, 0.04}, {0.86, 0.12}, {0.97, 0.97}, {0.03, 0.85}}
	whole := [4]point{{-1, -1}, {2, -1}, {2, 2}, {-1, 2}}
	foot := [4]point{{0.15, 0.08}, {0.9, 0.1}, {0.93, 1.2}, {0.1, 1.2}}
	var scenes []scene
	for _, fall := range []float64{0, 0.7} {
		for _, shadow := range []float64{0, 0.75, 0.5} {
			for _, desk := range []float64{40, 110, 150} {
				scenes = append(scenes, scene{sheet: low, desk: desk, fallOff: fall, shadow: shadow})
			}
			scenes = append(scenes,
				scene{name: "pattern", sheet: low, desk: 60, pattern: 60, fallOff: fall, shadow: shadow},
				scene{name: "foot outside", sheet: foot, desk: 60, fallOff: fall, shadow: shadow},
				scene{name: "whole", sheet: whole, fallOff: fall, shadow: shadow, uncut: true})
		}
	}
	for _, s := range scenes {
		name := fmt.Sprintf("%s desk %v fall-off %v shadow %v", s.name, s.desk, s.fallOff, s.shadow)
		m := s.shoot(900, 1200)
		got, ok := sheetIn(m)
		if ok == s.uncut {
			t.Errorf("%s: found %v %v", name, ok, got)
			continue
		}
		if !ok {
			continue
		}
		for i, c := range got {
			wx, wy := min(s.sheet[i].x, 1)*900, min(s.sheet[i].y, 1)*1200
			if d := math.Hypot(c.x-wx, c.y-wy); d > 24 {
				t.Errorf("%s: corner %d at %v, want %.0f %.0f (%.0f off)", name, i, c, wx, wy, d)
			}
		}
	}
}

// TestEvenLightShadow: paper is white right up to the edge of a hard shadow, on
// both of its sides.
func TestEvenLightShadow(t *testing.T) {
	const w, h, edge, near = 900, 1200, 500, 12
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Pix[y*m.Stride+x] = 220
			if x >= edge {
				m.Pix[y*m.Stride+x] = 120
			}
		}
	}
	even, ok := evenLight(m)
	if !ok {
		t.Fatal("half of the page is in the shadow and left so")
	}
	for _, x := range []int{edge - near, edge + near, 10, w - 10} {
		if v := toGray(even).GrayAt(x, h/2).Y; v < 235 {
			t.Errorf("%d pixels from the shadow's edge paper is %d", x-edge, v)
		}
	}
}
