package layout

import (
	"strings"

	"recto/internal/doc"
)

// Confidence is the share of items like this one whose kind and text are right:
// 0.9 means 9 in 10. The values are those that recto-eval --confidence measures
// over documents with known truth, rounded; what makes items alike is how clear
// the decision was. A paragraph that ends too early or too late counts as wrong: a
// line by itself may be half of a title, a cell, or a row of an address. Tables
// have their own.
const (
	sureLong     = 0.9  // running text of several lines that ends as sentences do
	sureOpen     = 0.5  // of several lines, without such an end
	sureSentence = 0.8  // one line that is a sentence
	sureShort    = 0.3  // one line of anything else
	sureLarger   = 0.85 // headings set larger than the text or numbered
	sureLooks    = 0.7  // headings by weight or face alone
	sureBullet   = 0.97 // entries behind bullets and dashes, and in runs of bare numbers
	sureNumber   = 0.83 // entries behind numbers and letters: some are headings
	sureFormula  = 0.8  // displayed formulas; not measured
	sureDrawn    = 0.95 // figures and furniture; not measured
	sureTags     = 0.98 // headings, entries and tables by tags, and running text that ends as sentences do

	sureTaggedOpen     = 0.82 // text by tags: several lines without such an end
	sureTaggedSentence = 0.74 // one line that is a sentence
	sureTaggedShort    = 0.34 // one line of anything else: tags call every line of an address a paragraph

	sureIsLarge = 1.15 // times the text's size
)

// sureHeading says how sure a heading is.
func (s *Sheet) sureHeading(b *block) float64 {
	if b.size >= sureIsLarge*s.body || b.number.depth > 0 {
		return sureLarger
	}
	return sureLooks
}

// sureText says how sure running text is.
func (s *Sheet) sureText(b *block) float64 {
	switch {
	case len(b.lines) < 2 && endsSentence(strings.TrimSpace(b.text)):
		return sureSentence
	case len(b.lines) < 2:
		return sureShort
	case endsSentence(strings.TrimSpace(b.text)):
		return sureLong
	}
	return sureOpen
}

// sureTagged says how sure a paragraph of the structure tree is.
func sureTagged(lines [][]int, t doc.Text) float64 {
	sentence := endsSentence(strings.TrimSpace(t.Plain()))
	switch {
	case len(lines) > 1 && sentence:
		return sureTags
	case len(lines) > 1:
		return sureTaggedOpen
	case sentence:
		return sureTaggedSentence
	}
	return sureTaggedShort
}

// sureEntry says how sure an entry of a list is: only bullets leave no doubt.
func (s *Sheet) sureEntry(b *block) float64 {
	if b.marker.kind == bulletMarker || b.marker.weak {
		return sureBullet
	}
	return sureNumber
}
