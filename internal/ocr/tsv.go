package ocr

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"recto/internal/geom"
	"recto/internal/text"
)

// tsvWord is the level of the rows of Tesseract's TSV that hold words; others
// describe pages, blocks, paragraphs and lines.
const tsvWord = "5"

// maxTSV is more than any number of a picture, in pixels; NaN is not below it.
const maxTSV = 1e6

// ReadTSV reads Tesseract's tab-separated output. Its rows are level, page,
// block, paragraph, line, word, left, top, width, height, confidence (0-100) and
// text. Rows that make no sense are passed over.
func ReadTSV(tsv string) *Result {
	r := &Result{}
	blocks := map[string]int{}
	last := ""
	for row := range strings.Lines(tsv) {
		f := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(f) < 12 || f[0] != tsvWord {
			continue
		}
		word := strings.TrimSpace(f[11])
		if word == "" || !utf8.ValidString(word) {
			continue
		}
		var n [5]float64
		ok := true
		for i := range n {
			v, err := strconv.ParseFloat(f[6+i], 64)
			n[i], ok = v, ok && err == nil && math.Abs(v) < maxTSV
		}
		if !ok || n[2] <= 0 || n[3] <= 0 {
			continue
		}
		block, known := blocks[f[2]]
		if !known {
			block = len(blocks)
			blocks[f[2]] = block
		}
		if line := f[2] + "." + f[3] + "." + f[4]; line != last {
			r.Lines = append(r.Lines, Line{Block: block})
			last = line
		}
		l := &r.Lines[len(r.Lines)-1]
		l.Words = append(l.Words, Word{Text: word, Box: geom.FromXYWH(n[0], n[1], n[2], n[3]), Confidence: min(max(n[4]/100, 0), 1)})
	}
	for i := range r.Lines {
		r.Lines[i].joinIdeographs()
	}
	return r
}

// joinIdeographs joins neighbours that the engine parts although their script
// sets no spaces.
func (l *Line) joinIdeographs() {
	var out []Word
	for _, w := range l.Words {
		if n := len(out); n > 0 {
			p := &out[n-1]
			a, _ := utf8.DecodeLastRuneInString(p.Text)
			b, _ := utf8.DecodeRuneInString(w.Text)
			if text.IsIdeograph(a) && text.IsIdeograph(b) && w.Box.X0-p.Box.X1 < p.Box.H() {
				n, m := float64(utf8.RuneCountInString(p.Text)), float64(utf8.RuneCountInString(w.Text))
				p.Confidence = (p.Confidence*n + w.Confidence*m) / (n + m)
				p.Text += w.Text
				p.Box = p.Box.Union(w.Box)
				continue
			}
		}
		out = append(out, w)
	}
	l.Words = out
}
