package page

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"recto/internal/geom"
)

// The text form of a page, one object a line, for test cases and for looking at
// pages:
//
//	size 612 792
//	72 100 540 112 12 Times "A line of text."
//	72 114 300 126 12 Times-Bold "Turned text." angle=90 hidden color=#ff0000
//	rule 72 200 540 201
//	fill 72 200 540 240 #eeeeee
//	image 72 300 200 400
//	fill 72 200 84 212 none stroke=#000000
//	shape 72 300 200 400
//	shape 72 300 84 312 round #ffffff stroke=#000000
//	field 72 300 84 312 check on
//	mark 72 100 140 112 highlight
//	link 72 100 140 112 "https://example.org"
//	72 114 300 126 12 Times "Tagged text." mcid=4
//	72 314 190 326 12 Times "Text read from the image below." pictured
//	tag Table
//	tag .TR
//	tag ..TD 4 colspan=2
//
// Numbers are points. The four of a text line are the box of its glyphs; they
// are spread over it evenly, along its diagonal when the angle is no right one. A tag has a dot for every element it is inside of,
// and the numbers of its marked content. Lines that begin with a hash sign are comments.

var markNames = [...]string{Highlighted: "highlight", Underlined: "underline", StruckOut: "strike"}

var formNames = [...]string{Irregular: "irregular", Round: "round", Square: "square"}

// fieldNames are the kinds of fields that the text form knows.
var fieldNames = map[FieldKind]string{CheckBox: "check", RadioButton: "radio"}

// WriteText writes the page in its text form.
func WriteText(w io.Writer, p *Page) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "size %s %s\n", short(p.Width), short(p.Height))
	for i := range p.Runs {
		r := &p.Runs[i]
		for _, part := range evenParts(r) {
			fmt.Fprintf(b, "%s %s %s %s", boxText(part.box), short(r.Size), fontText(r.Font), strconv.Quote(part.text))
			if r.Angle != 0 {
				fmt.Fprintf(b, " angle=%s", short(r.Angle))
			}
			if r.Mode == Invisible {
				b.WriteString(" hidden")
			}
			if r.Pictured {
				b.WriteString(" pictured")
			}
			if r.Color>>8 != 0 {
				fmt.Fprintf(b, " color=#%06x", uint32(r.Color>>8))
			}
			if r.MCID >= 0 && len(p.Tags) > 0 {
				fmt.Fprintf(b, " mcid=%d", r.MCID)
			}
			b.WriteByte('\n')
		}
	}
	for _, r := range p.Rules {
		fmt.Fprintf(b, "rule %s\n", boxText(r.Box))
	}
	for _, f := range p.Fills {
		fmt.Fprintf(b, "fill %s%s\n", boxText(f.Box), paintText(f.Color, f.Stroke))
	}
	for _, s := range p.Shapes {
		if s.Form == Irregular && s.Color&0xff == 0 && s.Stroke&0xff == 0 {
			fmt.Fprintf(b, "shape %s\n", boxText(s.Box))
			continue
		}
		fmt.Fprintf(b, "shape %s %s%s\n", boxText(s.Box), formNames[s.Form], paintText(s.Color, s.Stroke))
	}
	for _, f := range p.Fields {
		if kind, ok := fieldNames[f.Kind]; ok {
			on := ""
			if f.Checked {
				on = " on"
			}
			fmt.Fprintf(b, "field %s %s%s\n", boxText(f.Box), kind, on)
		}
	}
	for _, i := range p.Images {
		fmt.Fprintf(b, "image %s\n", boxText(i.Box))
	}
	for _, m := range p.Marks {
		fmt.Fprintf(b, "mark %s %s\n", boxText(m.Box), markNames[m.Kind])
	}
	for _, l := range p.Links {
		if l.URI != "" {
			fmt.Fprintf(b, "link %s %s\n", boxText(l.Box), strconv.Quote(l.URI))
		}
	}
	writeTags(b, p.Tags, "")
	return b.Flush()
}

// paintText says how something is painted inside and around.
func paintText(fill, stroke Color) string {
	s := " none"
	if fill&0xff != 0 {
		s = fmt.Sprintf(" #%06x", uint32(fill>>8))
	}
	if stroke&0xff != 0 {
		s += fmt.Sprintf(" stroke=#%06x", uint32(stroke>>8))
	}
	return s
}

// writeTags writes elements of the structure tree and what is inside them.
func writeTags(w io.Writer, tags []Tag, dots string) {
	for i := range tags {
		t := &tags[i]
		fmt.Fprintf(w, "tag %s%s", dots, t.Type)
		for _, id := range t.MCIDs {
			fmt.Fprintf(w, " %d", id)
		}
		if t.ColSpan > 1 {
			fmt.Fprintf(w, " colspan=%d", t.ColSpan)
		}
		if t.RowSpan > 1 {
			fmt.Fprintf(w, " rowspan=%d", t.RowSpan)
		}
		fmt.Fprintln(w)
		writeTags(w, t.Children, dots+".")
	}
}

// textPart is a stretch of a run that can be written as one line.
type textPart struct {
	box  geom.Rect
	text string
}

// evenParts cuts a run at gaps, so that spreading the glyphs of a part evenly
// puts none far from its place.
func evenParts(r *Run) []textPart {
	var out []textPart
	var cur textPart
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			cur.text = b.String()
			out = append(out, cur)
		}
		cur = textPart{}
		b.Reset()
	}
	for i := range r.Glyphs {
		g := &r.Glyphs[i]
		if i > 0 && (g.Flags&SpaceBefore != 0 || math.Abs(g.Box.X0-r.Glyphs[i-1].Box.X1) > 0.15*r.Size) && r.Angle == 0 {
			flush()
		}
		if r.Angle != 0 && g.Flags&SpaceBefore != 0 && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(g.Rune)
		cur.box = cur.box.Union(g.Box)
	}
	flush()
	return out
}

func short(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

func boxText(b geom.Rect) string {
	return short(b.X0) + " " + short(b.Y0) + " " + short(b.X1) + " " + short(b.Y1)
}

// fontText names a font so that ParseText gives it the same nature.
func fontText(f *Font) string {
	name := strings.ReplaceAll(f.Name, " ", "")
	if name == "" {
		name = "Font"
	}
	lower := strings.ToLower(name)
	if f.Bold && !strings.Contains(lower, "bold") {
		name += "-Bold"
	}
	if f.Italic && !strings.Contains(lower, "italic") {
		name += "-Italic"
	}
	if f.Monospace && !strings.Contains(lower, "mono") && !strings.Contains(lower, "courier") {
		name += "-Mono"
	}
	return name
}

// ParseText reads the text form of a page.
func ParseText(text string) (*Page, error) {
	p := &Page{Number: 1, Width: 612, Height: 792}
	fonts := map[string]*Font{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := p.parseLine(line, fonts); err != nil {
			return nil, fmt.Errorf("line %d: %q: %w", n+1, line, err)
		}
	}
	return p, nil
}

func (p *Page) parseLine(line string, fonts map[string]*Font) error {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "size":
		_, err := fmt.Sscan(rest, &p.Width, &p.Height)
		return err
	case "rule":
		box, _, err := parseBox(rest)
		p.Rules = append(p.Rules, Rule{Box: box, Vertical: box.H() > box.W(), Color: 0xff})
		return err
	case "fill":
		box, tail, err := parseBox(rest)
		f := Fill{Box: box, Color: 0xeeeeeeff, Order: len(p.Fills), MCID: -1}
		parsePaint(tail, &f.Color, &f.Stroke)
		p.Fills = append(p.Fills, f)
		return err
	case "shape":
		box, tail, err := parseBox(rest)
		s := Shape{Box: box, Curved: true, MCID: parseMCID(tail)}
		parsePaint(tail, &s.Color, &s.Stroke)
		form, _, _ := strings.Cut(strings.TrimSpace(tail), " ")
		s.Form, s.Filled = Form(max(slices.Index(formNames[:], form), 0)), s.Color&0xff != 0
		p.Shapes = append(p.Shapes, s)
		return err
	case "field":
		box, tail, err := parseBox(rest)
		kind, state, _ := strings.Cut(strings.TrimSpace(tail), " ")
		for k, name := range fieldNames {
			if name == kind {
				p.Fields = append(p.Fields, Field{Box: box, Kind: k, Checked: state == "on"})
				return err
			}
		}
		return fmt.Errorf("want check or radio, have %q", kind)
	case "image":
		box, tail, err := parseBox(rest)
		p.Images = append(p.Images, Image{Index: len(p.Images), Box: box, WidthPx: int(box.W()), HeightPx: int(box.H()), MCID: parseMCID(tail)})
		return err
	case "mark":
		box, tail, err := parseBox(rest)
		kind := slices.Index(markNames[:], strings.TrimSpace(tail))
		if kind < 0 {
			return fmt.Errorf("want one of %v, have %q", markNames, tail)
		}
		p.Marks = append(p.Marks, Mark{Box: box, Kind: MarkKind(kind)})
		return err
	case "link":
		box, tail, err := parseBox(rest)
		if err != nil {
			return err
		}
		uri, err := strconv.Unquote(strings.TrimSpace(tail))
		p.Links = append(p.Links, Link{Box: box, URI: uri})
		return err
	case "tag":
		return p.parseTag(rest)
	}
	return p.parseRun(line, fonts)
}

// parseTag adds an element to the structure tree.
func (p *Page) parseTag(rest string) error {
	words := strings.Fields(rest)
	if len(words) == 0 {
		return fmt.Errorf("want a role")
	}
	role := strings.TrimLeft(words[0], ".")
	t := Tag{Type: role, RowSpan: 1, ColSpan: 1}
	for _, word := range words[1:] {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			value = key
		}
		n, err := strconv.Atoi(value)
		switch {
		case err != nil:
			return err
		case !ok:
			t.MCIDs = append(t.MCIDs, n)
			t.Kids = append(t.Kids, Kid{MCID: n, Child: -1})
		case key == "colspan":
			t.ColSpan = n
		case key == "rowspan":
			t.RowSpan = n
		default:
			return fmt.Errorf("unknown word %q", word)
		}
	}
	into, kids := &p.Tags, &[]Kid{}
	for range len(words[0]) - len(role) {
		if len(*into) == 0 {
			return fmt.Errorf("%q is inside nothing", words[0])
		}
		parent := &(*into)[len(*into)-1]
		into, kids = &parent.Children, &parent.Kids
	}
	*into = append(*into, t)
	*kids = append(*kids, Kid{MCID: -1, Child: len(*into) - 1})
	return nil
}

// parseMCID finds the marked content of an image or a shape, -1 when none is given.
func parseMCID(s string) int {
	for _, word := range strings.Fields(s) {
		if value, ok := strings.CutPrefix(word, "mcid="); ok {
			if id, err := strconv.Atoi(value); err == nil {
				return id
			}
		}
	}
	return -1
}

// parsePaint reads how something is painted; what is not said stays as it is.
func parsePaint(s string, fill, stroke *Color) {
	for _, word := range strings.Fields(s) {
		if word == "none" {
			*fill = 0
		}
		if c, ok := parseColor(word); ok {
			*fill = c
		}
		if c, ok := parseColor(strings.TrimPrefix(word, "stroke=")); ok && strings.HasPrefix(word, "stroke=") {
			*stroke = c
		}
	}
}

func parseColor(s string) (Color, bool) {
	if len(s) != 7 || s[0] != '#' {
		return 0, false
	}
	v, err := strconv.ParseUint(s[1:], 16, 32)
	return Color(v<<8 | 0xff), err == nil
}

// parseBox reads four numbers and returns what follows them.
func parseBox(s string) (geom.Rect, string, error) {
	var v [4]float64
	for i := range v {
		word, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
		f, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return geom.Rect{}, "", fmt.Errorf("want four numbers, have %q", word)
		}
		v[i], s = f, rest
	}
	return geom.Rect{X0: v[0], Y0: v[1], X1: v[2], Y1: v[3]}, s, nil
}

func (p *Page) parseRun(line string, fonts map[string]*Font) error {
	box, rest, err := parseBox(line)
	if err != nil {
		return err
	}
	sizeText, rest, _ := strings.Cut(strings.TrimSpace(rest), " ")
	size, err := strconv.ParseFloat(sizeText, 64)
	if err != nil {
		return fmt.Errorf("want a size, have %q", sizeText)
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if fonts[name] == nil {
		lower := strings.ToLower(name)
		fonts[name] = &Font{
			Name: name, Bold: strings.Contains(lower, "bold"), Italic: strings.Contains(lower, "italic"),
			Monospace: strings.Contains(lower, "mono") || strings.Contains(lower, "courier"),
			Symbolic:  strings.Contains(lower, "symbol") || strings.Contains(lower, "dingbat"),
			Measured:  strings.HasPrefix(lower, "recognized"),
		}
	}
	quoted, err := strconv.QuotedPrefix(strings.TrimSpace(rest))
	if err != nil {
		return fmt.Errorf("want quoted text, have %q", rest)
	}
	text, _ := strconv.Unquote(quoted)
	r := Run{Font: fonts[name], Size: size, Box: box, MCID: -1, Confidence: 1, Color: 0xff}
	for _, opt := range strings.Fields(strings.TrimSpace(rest)[len(quoted):]) {
		key, value, _ := strings.Cut(opt, "=")
		switch key {
		case "hidden":
			r.Mode = Invisible
		case "pictured":
			r.Pictured = true
		case "angle":
			if r.Angle, err = strconv.ParseFloat(value, 64); err != nil {
				return err
			}
		case "color":
			c, ok := parseColor(value)
			if !ok {
				return fmt.Errorf("want a colour such as #ff0000, have %q", value)
			}
			r.Color = c
		case "mcid":
			if r.MCID, err = strconv.Atoi(value); err != nil {
				return err
			}
		default:
			return fmt.Errorf("unknown word %q", opt)
		}
	}
	r.Glyphs = spread(text, box, size, r.Angle)
	if len(r.Glyphs) == 0 {
		return fmt.Errorf("no text")
	}
	p.Runs = append(p.Runs, r)
	return nil
}

// baselineAt is where the baseline stands in a box of given height, from its top.
const baselineAt = 0.8

// spread lays characters evenly over a box.
func spread(text string, box geom.Rect, size, angle float64) []Glyph {
	runes := []rune(text)
	sin, cos := math.Sincos(angle * math.Pi / 180)
	if math.Abs(sin) > 0.01 && math.Abs(cos) > 0.01 {
		return slant(runes, box, size, sin, cos)
	}
	upright := math.Abs(cos) >= math.Abs(sin)
	length := box.W()
	if !upright {
		length = box.H()
	}
	step := length / float64(len(runes))
	var out []Glyph
	space := false
	for i, c := range runes {
		if c == ' ' {
			space = true
			continue
		}
		at := step * float64(i)
		g := Glyph{Rune: c}
		switch {
		case upright && cos > 0:
			g.Box = geom.Rect{X0: box.X0 + at, Y0: box.Y0, X1: box.X0 + at + step, Y1: box.Y1}
			g.Origin = geom.Point{X: g.Box.X0, Y: box.Y0 + baselineAt*box.H()}
		case upright:
			g.Box = geom.Rect{X0: box.X1 - at - step, Y0: box.Y0, X1: box.X1 - at, Y1: box.Y1}
			g.Origin = geom.Point{X: g.Box.X1, Y: box.Y1 - baselineAt*box.H()}
		case sin > 0:
			g.Box = geom.Rect{X0: box.X0, Y0: box.Y0 + at, X1: box.X1, Y1: box.Y0 + at + step}
			g.Origin = geom.Point{X: box.X1 - baselineAt*box.W(), Y: g.Box.Y0}
		default:
			g.Box = geom.Rect{X0: box.X0, Y0: box.Y1 - at - step, X1: box.X1, Y1: box.Y1 - at}
			g.Origin = geom.Point{X: box.X0 + baselineAt*box.W(), Y: g.Box.Y1}
		}
		if space {
			g.Flags = SpaceBefore
			space = false
		}
		out = append(out, g)
	}
	return out
}

// slantBaseline is where the baseline of slanted text stands in its height, from
// the middle down.
const slantBaseline = 0.25

// slant lays characters evenly along a diagonal of a box, which is the one around
// a turned rectangle as high as the font size.
func slant(runes []rune, box geom.Rect, size, sin, cos float64) []Glyph {
	length := (box.W() - size*math.Abs(sin)) / math.Abs(cos)
	if math.Abs(sin) > math.Abs(cos) {
		length = (box.H() - size*math.Abs(cos)) / math.Abs(sin)
	}
	step := max(length, 0) / float64(len(runes))
	// at maps distances from the middle of the box, along the text and down from it.
	at := func(along, down float64) geom.Point {
		return geom.Point{X: box.CenterX() + along*cos - down*sin, Y: box.CenterY() + along*sin + down*cos}
	}
	var out []Glyph
	space := false
	for i, c := range runes {
		if c == ' ' {
			space = true
			continue
		}
		from := step*float64(i) - length/2
		a, b := at(from, -size/2), at(from+step, size/2)
		d, e := at(from, size/2), at(from+step, -size/2)
		g := Glyph{Rune: c, Origin: at(from, slantBaseline*size), Box: geom.Rect{
			X0: min(a.X, b.X, d.X, e.X), Y0: min(a.Y, b.Y, d.Y, e.Y), X1: max(a.X, b.X, d.X, e.X), Y1: max(a.Y, b.Y, d.Y, e.Y),
		}}
		if space {
			g.Flags, space = SpaceBefore, false
		}
		out = append(out, g)
	}
	return out
}
