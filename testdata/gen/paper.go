package main

import (
	"bytes"
	"strings"
	"time"

	"github.com/go-pdf/fpdf"
)

// A4 in points.
const (
	a4Width  = 595.28
	a4Height = 841.89
)

// column is a place for running text.
type column struct{ x, width, top, bottom float64 }

// paper sets text on pages and writes the truth beside it.
type paper struct {
	pdf     *fpdf.Fpdf
	ruler   *fpdf.Fpdf          // measures text; asking pdf would leave marks on the page
	tr      func(string) string // to the encoding of the standard fonts
	truth   strings.Builder
	columns []column // of every page; page may change those of the first
	current []column
	at      int
	y       float64
	spacing float64 // word spacing in force
	family  string
	size    float64
	leading float64
	notes   []string // truth of the footnotes of this page
	places  map[string]int
	page    func(p *paper) // draws page furniture and may change p.current
}

// created is the date of all samples.
var created = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

// newPaper starts a document in points. The text is 11 point Times.
func newPaper(width, height float64, columns ...column) *paper {
	size := fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: width, Ht: height}}
	pdf := fpdf.NewCustom(&size)
	pdf.SetCreationDate(created)
	pdf.SetModificationDate(created)
	pdf.SetCatalogSort(true)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetProducer("Recto samples", false)
	return &paper{
		pdf: pdf, ruler: fpdf.NewCustom(&size), tr: pdf.UnicodeTranslatorFromDescriptor(""), columns: columns,
		family: "Times", size: 11, leading: 13.5, places: map[string]int{},
	}
}

func (p *paper) finish() (sample, error) {
	p.flushNotes()
	pages := p.pdf.PageCount()
	var b bytes.Buffer
	err := p.pdf.Output(&b)
	return sample{b.Bytes(), p.truth.String(), pages}, err
}

// newPage turns to a new page.
func (p *paper) newPage() {
	p.flushNotes()
	p.pdf.AddPage()
	p.pdf.SetWordSpacing(0)
	p.spacing = 0
	p.current = append([]column(nil), p.columns...)
	p.at = 0
	if p.page != nil {
		p.page(p)
	}
	p.y = p.column().top
}

func (p *paper) column() *column { return &p.current[p.at] }

// room goes on to the next column or page when h points do not fit.
func (p *paper) room(h float64) {
	if p.pdf.PageNo() == 0 {
		p.newPage()
		return
	}
	if p.y+h <= p.column().bottom {
		return
	}
	if p.at+1 < len(p.current) {
		p.at++
		p.y = p.column().top
		return
	}
	p.newPage()
}

// block writes one block of truth.
func (p *paper) block(markdown string) {
	if p.truth.Len() > 0 {
		p.truth.WriteString("\n")
	}
	p.truth.WriteString(markdown + "\n")
}

func (p *paper) flushNotes() {
	for _, n := range p.notes {
		p.block(n)
	}
	p.notes = nil
}

// setting is how a paragraph is set.
type setting struct {
	family        string
	size, leading float64
	bold, italic  bool
	justify       bool
	centre        bool
	indent        float64 // of the first line
}

func (p *paper) plain() setting {
	return setting{family: p.family, size: p.size, leading: p.leading}
}

// raisedSize is the size of superscripts, in ems.
const raisedSize = 0.65

// font chooses the font of a style on the page or on the ruler.
func font(pdf *fpdf.Fpdf, o setting, s style) {
	family, styles, size := o.family, "", o.size
	if s.mono {
		family = "Courier"
	}
	if o.bold || s.bold {
		styles += "B"
	}
	if o.italic || s.italic {
		styles += "I"
	}
	if s.raised {
		size *= raisedSize
	}
	pdf.SetFont(family, styles, size)
}

func (p *paper) width(o setting, w word) float64 {
	font(p.ruler, o, w.style)
	return p.ruler.GetStringWidth(p.tr(strings.ReplaceAll(w.text, softHyphen, "")))
}

func (p *paper) space(o setting) float64 {
	font(p.ruler, o, style{})
	return p.ruler.GetStringWidth(" ")
}

// lines breaks words into lines no wider than width.
func (p *paper) lines(ws []word, o setting, width float64) [][]word {
	var out [][]word
	var line []word
	x, space := o.indent, p.space(o)
	for len(ws) > 0 {
		n := 1 // a word goes with what is glued to it
		for n < len(ws) && ws[n].glued {
			n++
		}
		gap := 0.0
		if len(line) > 0 {
			gap = space
		}
		w := 0.0
		for _, part := range ws[:n] {
			w += p.width(o, part)
		}
		if x+gap+w <= width || len(line) == 0 {
			line, x, ws = append(line, ws[:n]...), x+gap+w, ws[n:]
			continue
		}
		if head, tail, ok := p.hyphenate(ws[0], o, width-x-gap); ok {
			line = append(line, head)
			ws = append([]word{tail}, ws[1:]...)
		}
		out, line, x = append(out, line), nil, 0
	}
	return append(out, line)
}

// hyphenate cuts a word at its last soft hyphen that leaves no more than width.
func (p *paper) hyphenate(w word, o setting, width float64) (head, tail word, ok bool) {
	parts := strings.Split(w.text, softHyphen)
	for n := len(parts) - 1; n > 0; n-- {
		head, tail = w, w
		head.text, tail.text = strings.Join(parts[:n], "")+"-", strings.Join(parts[n:], softHyphen)
		tail.glued = false
		if p.width(o, head) <= width {
			return head, tail, true
		}
	}
	return word{}, word{}, false
}

// drawLine draws one line with its baseline at y.
func (p *paper) drawLine(line []word, o setting, x, y, width float64, last bool) {
	natural, spaces := 0.0, 0
	for i, w := range line {
		natural += p.width(o, w)
		if i > 0 && !w.glued {
			spaces++
		}
	}
	space, extra := p.space(o), 0.0
	natural += float64(spaces) * space
	if o.justify && !last && spaces > 0 {
		extra = (width - natural) / float64(spaces)
	}
	if o.centre {
		x += (width - natural) / 2
	}
	for i := 0; i < len(line); {
		s, from, text, w := line[i].style, x, "", 0.0
		for ; i < len(line) && line[i].style == s; i++ {
			text += strings.ReplaceAll(line[i].text, softHyphen, "")
			w += p.width(o, line[i])
			if i+1 < len(line) && !line[i+1].glued {
				text += " "
				w += space + extra
			}
		}
		font(p.pdf, o, s)
		if extra != p.spacing {
			p.pdf.SetWordSpacing(extra)
			p.spacing = extra
		}
		rise := 0.0
		if s.raised {
			rise = 0.35 * o.size
		}
		if s.link != "" {
			p.pdf.SetTextColor(0, 0, 160)
			size := o.size
			shown := p.pdf.GetStringWidth(p.tr(strings.TrimRight(text, " ")))
			if id, ok := p.places[strings.TrimPrefix(s.link, "#")]; ok {
				p.pdf.Link(from, y-0.75*size, shown, size, id)
			} else {
				p.pdf.LinkString(from, y-0.75*size, shown, size, s.link)
			}
		}
		p.pdf.Text(from, y-rise, p.tr(text))
		if s.link != "" {
			p.pdf.SetTextColor(0, 0, 0)
		}
		x = from + w
	}
}

// set sets marked text in the columns, without truth.
func (p *paper) set(markdown string, o setting, indent float64) {
	p.room(o.leading)
	ls := p.lines(words(markdown), o, p.column().width-indent)
	for i, line := range ls {
		p.room(o.leading)
		x, width := p.column().x+indent, p.column().width-indent
		if i == 0 {
			x, width = x+o.indent, width-o.indent
		}
		p.drawLine(line, o, x, p.y+0.8*o.leading, width, i == len(ls)-1)
		p.y += o.leading
	}
}
