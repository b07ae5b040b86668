package wire

import (
	"cmp"
	"slices"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/render/markdown"
)

// LineNumber ties a number printed in the margin to the part of the page's
// markdown that its line became, in UTF-16 code units, the end exclusive.
type LineNumber struct {
	LineNumber string `json:"line_number"`
	StartIndex int    `json:"start_index"`
	EndIndex   int    `json:"end_index"`
}

// AnnotateLineNumbers adds to the markdown of a result which lines the numbers
// in the margin stand beside.
func AnnotateLineNumbers(m *MarkdownResult, r *engine.Result, o markdown.Options) {
	for i, p := range r.Doc.Pages {
		if p.Err == nil {
			m.Pages[i].LineNumbers = lineNumbers(p, o)
		}
	}
}

// lineNumberReason is why the layout takes numbers of lines out of the text.
const lineNumberReason = "line number"

// lineNumbers finds what stands beside the numbers in a page's margin. Numbers
// beside lines that are in no item are left out.
func lineNumbers(p *doc.Page, o markdown.Options) []LineNumber {
	var numbers []doc.Dropped
	for _, d := range p.Dropped {
		if d.Reason == lineNumberReason {
			numbers = append(numbers, d)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	slices.SortFunc(numbers, func(a, b doc.Dropped) int { return cmp.Compare(a.Box.Y0, b.Box.Y0) })
	out := make([]LineNumber, len(numbers))
	for i := range out {
		out[i] = LineNumber{LineNumber: numbers[i].Text, StartIndex: -1}
	}
	at := 0
	for _, it := range p.Items {
		r := markdown.Item(it, o)
		for _, s := range markdown.Spots(it, r.MD) {
			i := numberBeside(numbers, s.Box)
			if i < 0 {
				continue
			}
			from, to := at+s.Range.Start, at+s.Range.End
			if n := &out[i]; n.StartIndex < 0 {
				n.StartIndex, n.EndIndex = from, to
			} else {
				n.StartIndex, n.EndIndex = min(n.StartIndex, from), max(n.EndIndex, to)
			}
		}
		if r.MD != "" {
			at += markdown.Len(r.MD) + len("\n\n") // as the items of a page are joined
		}
	}
	return slices.DeleteFunc(out, func(n LineNumber) bool { return n.StartIndex < 0 })
}

// numberBeside returns the number on the line of a box, -1 for none.
func numberBeside(numbers []doc.Dropped, b geom.Rect) int {
	best, most := -1, sameLine*b.H()
	for i := range numbers {
		if shared := numbers[i].Box.OverlapY(b); shared > most {
			best, most = i, shared
		}
	}
	return best
}
