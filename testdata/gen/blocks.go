package main

import (
	"fmt"
	"strings"
)

// headingSizes are those of levels 1 to 3.
var headingSizes = []float64{20, 14, 12}

// heading sets a heading and bookmarks it.
func (p *paper) heading(level int, text string) {
	size := headingSizes[level-1]
	o := setting{family: "Helvetica", size: size, leading: size * 1.25, bold: true}
	if p.y > p.columns[0].top+1 {
		p.y += size * 0.6
	}
	p.room(size*1.25 + 2*p.leading)
	p.pdf.SetFont("Helvetica", "B", size)
	p.pdf.Bookmark(p.tr(text), level-1, p.y)
	p.block(strings.Repeat("#", level) + " " + text)
	p.set(text, o, 0)
	p.y += size * 0.25
}

// paragraph sets justified running text.
func (p *paper) paragraph(markdown string) {
	o := p.plain()
	o.justify = true
	p.room(2 * o.leading)
	p.block(truth(markdown))
	p.set(markdown, o, 0)
	p.y += p.leading * 0.5
}

// note sets a footnote at the foot of the current column, to be called before
// the column is full.
func (p *paper) note(mark, markdown string) {
	c := p.column()
	o := p.plain()
	o.size, o.leading = 8, 10
	ls := p.lines(words("<sup>"+mark+"</sup> "+markdown), o, c.width)
	c.bottom -= float64(len(ls))*o.leading + 8
	y := c.bottom + 6
	p.pdf.SetLineWidth(0.4)
	p.pdf.Line(c.x, y, c.x+80, y)
	for i, l := range ls {
		p.drawLine(l, o, c.x, y+float64(i+1)*o.leading, c.width, true)
	}
	p.notes = append(p.notes, "<sup>"+mark+"</sup> "+truth(markdown))
}

// entry is one point of a list.
type entry struct {
	text     string
	ordered  bool // how the entries below are marked
	children []entry
}

// list sets a list.
func (p *paper) list(ordered bool, entries ...entry) {
	var b strings.Builder
	p.entries(&b, ordered, entries, 0, "")
	p.block(strings.TrimRight(b.String(), "\n"))
	p.y += p.leading * 0.5
}

func (p *paper) entries(b *strings.Builder, ordered bool, entries []entry, depth int, in string) {
	const step = 18.0
	o := p.plain()
	for i, e := range entries {
		marker, printed := "-", []string{"•", "–"}[min(depth, 1)]
		if ordered {
			marker = fmt.Sprintf("%d.", i+1)
			printed = marker
			if depth > 0 {
				printed = fmt.Sprintf("%c)", 'a'+i)
			}
		}
		fmt.Fprintf(b, "%s%s %s\n", in, marker, truth(e.text))
		p.room(o.leading)
		left := p.column().x + float64(depth)*step
		p.drawLine([]word{{text: printed}}, o, left+4, p.y+0.8*o.leading, step, true)
		p.set(e.text, o, float64(depth+1)*step)
		p.entries(b, e.ordered, e.children, depth+1, in+strings.Repeat(" ", len(marker)+1))
	}
}

// cell is one cell of a table; zero spans mean 1.
type cell struct {
	text       string
	rows, cols int
	head       bool
	right      bool // set flush right
}

func head(text string) cell { return cell{text: text, head: true} }

// wide spans columns, tall spans rows.
func wide(c cell, n int) cell { c.cols = n; return c }
func tall(c cell, n int) cell { c.rows = n; return c }

// rules says which lines of a table are drawn.
type rules int

const (
	allRules  rules = iota
	bookRules       // above, below the header and below
)

const cellPad = 4.0

// table sets a table at the current place; it must fit into the column.
func (p *paper) table(r rules, widths []float64, rows ...[]cell) {
	o := p.plain()
	o.size, o.leading = 9.5, 12
	type placed struct {
		cell
		row, col int
		lines    [][]word
	}
	taken := map[[2]int]bool{}
	var all []placed
	heights := make([]float64, len(rows))
	for i, row := range rows {
		col := 0
		heights[i] = o.leading + 2*cellPad
		for _, c := range row {
			for taken[[2]int{i, col}] {
				col++
			}
			c.rows, c.cols = max(c.rows, 1), max(c.cols, 1)
			for dr := range c.rows {
				for dc := range c.cols {
					taken[[2]int{i + dr, col + dc}] = true
				}
			}
			os := o
			os.bold = c.head
			q := placed{cell: c, row: i, col: col, lines: p.lines(words(c.text), os, sum(widths[col:col+c.cols])-2*cellPad)}
			if c.rows == 1 {
				heights[i] = max(heights[i], float64(len(q.lines))*o.leading+2*cellPad)
			}
			all = append(all, q)
			col += c.cols
		}
	}
	p.room(sum(heights) + 4)
	left, top := p.column().x, p.y
	p.pdf.SetLineWidth(0.6)
	headers := 0
	for _, c := range all {
		x, y := left+sum(widths[:c.col]), top+sum(heights[:c.row])
		w, h := sum(widths[c.col:c.col+c.cols]), sum(heights[c.row:c.row+c.rows])
		if c.head && c.row == headers {
			headers++
		}
		if r == allRules {
			if c.head {
				p.pdf.SetFillColor(230, 236, 242)
				p.pdf.Rect(x, y, w, h, "F")
			}
			p.pdf.Line(x, y, x+w, y)
			p.pdf.Line(x, y, x, y+h)
		}
		os := o
		os.bold = c.head
		for i, l := range c.lines {
			at := x + cellPad
			if c.right {
				at = x + w - cellPad
				for k, word := range l {
					at -= p.width(os, word)
					if k > 0 && !word.glued {
						at -= p.space(os)
					}
				}
			}
			p.drawLine(l, os, at, y+cellPad+float64(i)*o.leading+0.78*o.leading, w, true)
		}
	}
	width, height := sum(widths), sum(heights)
	switch r {
	case allRules:
		p.pdf.Line(left+width, top, left+width, top+height)
	case bookRules:
		p.pdf.SetLineWidth(1)
		p.pdf.Line(left, top, left+width, top)
		p.pdf.SetLineWidth(0.5)
		p.pdf.Line(left, top+sum(heights[:headers]), left+width, top+sum(heights[:headers]))
		p.pdf.SetLineWidth(1)
	}
	p.pdf.Line(left, top+height, left+width, top+height)
	p.y = top + height + p.leading*0.7
	p.block(tableTruth(rows))
}

func tableTruth(rows [][]cell) string {
	var b strings.Builder
	b.WriteString("<table>")
	for i, row := range rows {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString("<tr>")
		for _, c := range row {
			tag, attributes := "td", ""
			if c.head {
				tag = "th"
			}
			if c.rows > 1 {
				attributes += fmt.Sprintf(` rowspan="%d"`, c.rows)
			}
			if c.cols > 1 {
				attributes += fmt.Sprintf(` colspan="%d"`, c.cols)
			}
			fmt.Fprintf(&b, "<%s%s>%s</%s>", tag, attributes, truth(c.text), tag)
		}
		b.WriteString("</tr>")
	}
	b.WriteString("\n</table>")
	return b.String()
}

// caption sets the name of a figure or table.
func (p *paper) caption(markdown string) {
	o := p.plain()
	o.size, o.leading, o.italic = 9, 11, true
	p.block(truth(markdown))
	p.set(markdown, o, 0)
	p.y += p.leading * 0.7
}

// figure leaves a place of h points for draw, which is told its corner.
func (p *paper) figure(h float64, draw func(x, y float64)) {
	p.room(h + 2*p.leading)
	draw(p.column().x, p.y)
	p.y += h + 4
}

func sum(values []float64) float64 {
	s := 0.0
	for _, v := range values {
		s += v
	}
	return s
}
