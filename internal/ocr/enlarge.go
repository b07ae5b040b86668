package ocr

import (
	"image"
	"math"

	xdraw "golang.org/x/image/draw"
)

// taps is how many pixels of the picture make one of the enlarged one, along each
// side: the reach of Catmull and Rom's cubic.
const taps = 4

// enlarge scales a picture up. Gray pictures stay gray. Few rows are held at a
// time beside the result: the general scaler takes 32 bytes a pixel.
func enlarge(m image.Image, factor float64) image.Image {
	b := m.Bounds()
	w, h := int(float64(b.Dx())*factor), int(float64(b.Dy())*factor)
	switch m := m.(type) {
	case *image.Gray:
		out := image.NewGray(image.Rect(0, 0, w, h))
		enlargeInto(out.Pix, w, h, m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, b.Dx(), b.Dy(), 1)
		return out
	case *image.NRGBA:
		if !m.Opaque() {
			break
		}
		out := image.NewNRGBA(image.Rect(0, 0, w, h))
		enlargeInto(out.Pix, w, h, m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, b.Dx(), b.Dy(), 4)
		return out
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	xdraw.CatmullRom.Scale(out, out.Rect, m, b, xdraw.Src, nil)
	return out
}

// tap is where one pixel of the enlarged picture comes from.
type tap struct {
	at     [taps]int // nearest first to last, those beyond the edge have no weight
	weight [taps]float32
}

// tapsOf returns them for every pixel of a side that grows from n to longer.
func tapsOf(n, longer int) []tap {
	out := make([]tap, longer)
	for i := range out {
		center := (float64(i)+0.5)*float64(n)/float64(longer) - 0.5
		first := int(math.Floor(center)) - 1
		sum := 0.0
		var weight [taps]float64
		for k := range taps {
			if j := first + k; j >= 0 && j < n {
				weight[k] = xdraw.CatmullRom.At(math.Abs(float64(j) - center))
				sum += weight[k]
			}
			out[i].at[k] = min(max(first+k, 0), n-1)
		}
		for k := range taps {
			out[i].weight[k] = float32(weight[k] / sum)
		}
	}
	return out
}

// enlargeInto scales rows of n bytes a pixel, w x h of them into more.
func enlargeInto(dst []uint8, dstW, dstH int, src []uint8, stride, w, h, n int) {
	across, down := tapsOf(w, dstW), tapsOf(h, dstH)
	var rows [taps][]float32 // widened rows of the picture, row y in y%taps
	for k := range rows {
		rows[k] = make([]float32, dstW*n)
	}
	done := 0 // rows widened so far
	for y := range dstH {
		t := &down[y]
		for ; done <= t.at[taps-1]; done++ {
			widen(rows[done%taps], src[done*stride:], across, n)
		}
		r0, r1, r2, r3 := rows[t.at[0]%taps], rows[t.at[1]%taps], rows[t.at[2]%taps], rows[t.at[3]%taps]
		out := dst[y*dstW*n : (y+1)*dstW*n]
		r0, r1, r2, r3 = r0[:len(out)], r1[:len(out)], r2[:len(out)], r3[:len(out)]
		for i := range out {
			v := r0[i]*t.weight[0] + r1[i]*t.weight[1] + r2[i]*t.weight[2] + r3[i]*t.weight[3]
			out[i] = uint8(min(max(v+0.5, 0), 255))
		}
	}
}

// widen scales one row.
func widen(dst []float32, src []uint8, across []tap, n int) {
	if n == 1 {
		for x := range across {
			t := &across[x]
			dst[x] = float32(src[t.at[0]])*t.weight[0] + float32(src[t.at[1]])*t.weight[1] + float32(src[t.at[2]])*t.weight[2] + float32(src[t.at[3]])*t.weight[3]
		}
		return
	}
	for x := range across {
		t := &across[x]
		out := dst[x*n : x*n+n]
		for k, at := range t.at {
			for c, v := range src[at*n : at*n+n] {
				if k == 0 {
					out[c] = float32(v) * t.weight[0]
				} else {
					out[c] += float32(v) * t.weight[k]
				}
			}
		}
	}
}
