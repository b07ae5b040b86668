package svg

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"recto/internal/format"
	"recto/internal/page"
)

// show lists the runs of a page: text, left edge, baseline, size and angle.
func show(p *page.Page) string {
	var b strings.Builder
	for i := range p.Runs {
		r := &p.Runs[i]
		fmt.Fprintf(&b, "%q %.0f %.0f %.0f %.0f\n", r.Text(), r.Glyphs[0].Origin.X, r.Glyphs[0].Origin.Y, r.Size, r.Angle)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	const doctype = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>`
	tests := []struct{ name, in, want string }{
		{"a place", `<svg width="400" height="200"><text x="40" y="80" font-size="20">Hello</text></svg>`, "\"Hello\" 30 60 15 0\n"},
		{"a box of units", `<svg viewBox="0 0 100 50" width="400" height="200"><text x="10" y="20" font-size="5">Hello</text></svg>`, "\"Hello\" 30 60 15 0\n"},
		{"a box that is moved", `<svg viewBox="-10 -10 100 50" width="4in"><text x="0" y="0" font-size="10px">A</text></svg>`, "\"A\" 29 29 29 0\n"},
		{"a turn", `<svg width="400" height="400"><g transform="translate(100 100)"><text transform="rotate(90)" x="20">Up</text></g></svg>`, "\"Up\" 75 90 12 90\n"},
		{"classes", `<svg width="400" height="400"><style>.a,.b{font-size:40px} text > .c{font-size:1px}</style><text class="b" x="0" y="80">T</text></svg>`, "\"T\" 0 60 30 0\n"},
		{"middle and end", `<svg width="400" height="400"><text x="200" y="40" text-anchor="middle">aaaa</text><text x="200" y="80" style="text-anchor:end">aaaa</text></svg>`, "\"aaaa\" 137 30 12 0\n\"aaaa\" 124 60 12 0\n"},
		{"lines", `<svg width="400" height="400"><text y="40"><tspan x="4">one</tspan><tspan x="4" dy="20">two</tspan></text></svg>`, "\"one\" 3 30 12 0\n\"two\" 3 45 12 0\n"},
		{"letters", `<svg width="400" height="400"><text x="4 20 40" y="40">abc</text></svg>`, "\"a\" 3 30 12 0\n\"b\" 15 30 12 0\n\"c\" 30 30 12 0\n"},
		{"what is hidden", `<svg width="9" height="9"><title>T</title><defs><text>D</text></defs><g display="none"><text>N</text></g><text visibility="hidden">V</text><script>S</script></svg>`, ""},
		{"a web page within", `<svg width="400" height="400"><switch><foreignObject x="8" y="4"><div>one</div><div>two</div></foreignObject><text>else</text></switch></svg>`, "\"one\" 6 15 12 0\n\"two\" 6 29 12 0\n"},
		{"entities stay as they are", doctype + `<svg width="400" height="400"><text x="0" y="40">&b;</text></svg>`, "\"&b;\" 0 30 12 0\n"},
		{"numbers without end", `<svg width="1e300" height="NaN"><text x="1e308" y="Inf" font-size="1e200">a</text><text transform="scale(1e300)">b</text></svg>`, "\"a\" 0 0 12 0\n"},
	}
	for _, tt := range tests {
		if f := format.Detect("", []byte(tt.in)); f != format.SVG {
			t.Errorf("%s: Detect = %q", tt.name, f)
		}
		p, err := Read([]byte(tt.in))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := show(p); got != tt.want {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, tt.want)
		}
	}
	p, err := Read([]byte(`<svg width="210mm" height="297mm"/>`))
	if err != nil || math.Abs(p.Width-595.28) > 0.1 || math.Abs(p.Height-841.89) > 0.1 {
		t.Errorf("A4 is %+v, %v", p, err)
	}
}

func TestLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want error
	}{
		"deep":      {"<svg>" + strings.Repeat("<g>", maxDepth), format.ErrTooLarge},
		"long":      {"<svg><text>" + strings.Repeat("a", maxGlyphs+1) + "</text></svg>", format.ErrTooLarge},
		"no svg":    {"<html></html>", format.ErrBroken},
		"nothing":   {"", format.ErrBroken},
		"cut short": {"<svg><text", format.ErrBroken},
		"encoding":  {`<?xml version="1.0" encoding="UTF-7"?><svg/>`, format.ErrBroken},
	} {
		if _, err := Read([]byte(tt.in)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// FuzzRead: no drawing makes the reader fall over, and what it reads can be laid
// out: boxes are numbers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`<svg viewBox="0 0 9 9" width="3cm"><style>.a{font-size:2em}</style><text class="a" x="1 2" dy="-1" transform="rotate(3 1 1) skewX(9)">ab c<tspan x="4">d</tspan></text></svg>`))
	f.Add([]byte(`<svg><switch><foreignObject x="8"><div>one<br/>two</div></foreignObject><text/></switch><svg x="1" viewBox="0 0 1 1" width="5" height="5"><text>&a;</text></svg></svg>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Read(data)
		if err != nil {
			return
		}
		for i := range p.Runs {
			r := &p.Runs[i]
			if len(r.Glyphs) == 0 || math.IsNaN(r.Box.X0+r.Box.Y1+r.Size+r.Angle) || math.IsInf(r.Box.W()+r.Size, 0) {
				t.Errorf("run %+v", r)
			}
		}
	})
}
