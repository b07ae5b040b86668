package svg

import (
	"encoding/xml"
	"math"
	"slices"
	"strconv"
	"strings"

	"recto/internal/geom"
	"recto/internal/page"
)

// look is what text inherits.
type look struct {
	size         float64 // units
	family       string
	bold, italic bool
	anchor       string // start, middle or end
	color        page.Color
	visible      bool
	none         bool // display: none
	preserve     bool // white space stays
}

// rule is a rule of a style sheet with a simple selector: a name, ".class" or
// "#id"; others are not used.
type rule struct{ selector, declarations string }

// attributes returns the attributes by their names without prefix.
func attributes(list []xml.Attr) map[string]string {
	out := make(map[string]string, len(list))
	for _, a := range list {
		out[a.Name.Local] = strings.TrimSpace(a.Value)
	}
	return out
}

// apply lays attributes, the rules that match and the style attribute over what
// was inherited, in this order.
func (l *look) apply(rules []rule, name string, attr map[string]string) {
	l.none = false
	for _, k := range [...]string{"font-size", "font-family", "font-weight", "font-style", "text-anchor", "fill", "visibility", "display"} {
		if v, ok := attr[k]; ok {
			l.set(k, v)
		}
	}
	if v, ok := attr["space"]; ok {
		l.preserve = v == "preserve"
	}
	classes := strings.Fields(attr["class"])
	for _, r := range rules {
		kind, id := r.selector[0], r.selector[1:]
		if r.selector == name || kind == '.' && slices.Contains(classes, id) || kind == '#' && id == attr["id"] {
			l.declare(r.declarations)
		}
	}
	l.declare(attr["style"])
}

func (l *look) declare(list string) {
	for d := range strings.SplitSeq(list, ";") {
		if k, v, ok := strings.Cut(d, ":"); ok {
			l.set(strings.ToLower(strings.TrimSpace(k)), strings.TrimSpace(v))
		}
	}
}

func (l *look) set(name, value string) {
	switch name {
	case "font-size":
		if v := length(value, l.size); v > 0 {
			l.size = v
		}
	case "font-family":
		first, _, _ := strings.Cut(value, ",")
		l.family = strings.Trim(first, ` "'`)
	case "font-weight":
		n, _ := strconv.Atoi(value)
		l.bold = strings.HasPrefix(value, "bold") || n >= 600
	case "font-style":
		l.italic = value == "italic" || strings.HasPrefix(value, "oblique")
	case "text-anchor":
		l.anchor = value
	case "visibility":
		l.visible = value != "hidden" && value != "collapse"
	case "display":
		l.none = value == "none"
	case "white-space":
		l.preserve = strings.HasPrefix(value, "pre")
	case "fill":
		if hex, ok := strings.CutPrefix(value, "#"); ok {
			if len(hex) == 3 {
				hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
			}
			if v, err := strconv.ParseUint(hex, 16, 32); err == nil && len(hex) == 6 {
				l.color = page.Color(v<<8 | 0xff)
			}
		}
	}
}

// styleSheet returns at most so many rules with simple selectors.
func styleSheet(s string, most int) (out []rule) {
	for len(out) < most {
		head, rest, ok := strings.Cut(s, "{")
		if !ok {
			break
		}
		body, next, _ := strings.Cut(rest, "}")
		s = next
		for selector := range strings.SplitSeq(head, ",") {
			if selector = strings.TrimSpace(selector); selector != "" && !strings.ContainsAny(selector, " >+~:[*@/") && len(out) < most {
				out = append(out, rule{selector, body})
			}
		}
	}
	return out
}

// units are pixels a unit of CSS.
var units = []struct {
	name  string
	value float64
}{{"px", 1}, {"pt", 4. / 3}, {"pc", 16}, {"mm", 96 / 25.4}, {"cm", 96 / 2.54}, {"in", 96}}

// length returns a length in pixels, where em is that of a unit "em" and hundred
// percent; 0 for none.
func length(s string, em float64) float64 {
	scale := 1.0
	s = strings.TrimSpace(s)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			s, scale = rest, u.value
		}
	}
	if rest, ok := strings.CutSuffix(s, "em"); ok {
		s, scale = strings.TrimSuffix(rest, "r"), em
	}
	if rest, ok := strings.CutSuffix(s, "%"); ok {
		s, scale = rest, em/100
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0
	}
	return v * scale
}

// numbers reads a list of at most a hundred numbers.
func numbers(s string) (out []float64) {
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || len(out) == 100 {
			break
		}
		out = append(out, v)
	}
	return out
}

// transform reads a list of transformations, the last of which is done first.
func transform(s string) geom.Matrix {
	m := geom.Identity
	for range 100 {
		name, rest, ok := strings.Cut(s, "(")
		args, next, closed := strings.Cut(rest, ")")
		if !ok || !closed {
			break
		}
		s = next
		v := append(numbers(args), make([]float64, 6)...)
		given := len(v) - 6
		var t geom.Matrix
		switch strings.Trim(name, " ,\n\t\r") {
		case "matrix":
			t = geom.Matrix{A: v[0], B: v[1], C: v[2], D: v[3], E: v[4], F: v[5]}
		case "translate":
			t = geom.Matrix{A: 1, D: 1, E: v[0], F: v[1]}
		case "scale":
			if given < 2 {
				v[1] = v[0]
			}
			t = geom.Matrix{A: v[0], D: v[1]}
		case "rotate":
			sin, cos := math.Sincos(v[0] * math.Pi / 180)
			t = geom.Matrix{A: cos, B: sin, C: -sin, D: cos, E: v[1] - cos*v[1] + sin*v[2], F: v[2] - sin*v[1] - cos*v[2]}
		case "skewX":
			t = geom.Matrix{A: 1, C: math.Tan(v[0] * math.Pi / 180), D: 1}
		case "skewY":
			t = geom.Matrix{A: 1, B: math.Tan(v[0] * math.Pi / 180), D: 1}
		default:
			continue
		}
		m = t.Then(m)
	}
	return m
}
