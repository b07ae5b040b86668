package score

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Texts pair up (headings with headings, items with items) when their
// [textKey]s are this alike. A missing number or a wrong word still pairs,
// another heading of the same chapter does not.
const minTextRatio = 0.8

// minLengthRatio saves the comparison of texts too different in length to
// reach minTextRatio.
const minLengthRatio = 0.6

// Outline says how well headings were found.
type Outline struct {
	Retrieval
	// Level is the share of neighbouring found headings where the step from
	// one to the next (deeper, same, higher) is right. Absolute levels are a
	// matter of taste: whether the title is level 1 or the chapters are.
	Level Value
}

// CompareHeadings measures found headings. Nothing applies without true ones.
func CompareHeadings(truth, found []Heading) Outline {
	if len(truth) == 0 {
		return Outline{Retrieval{None(), None(), None()}, None()}
	}
	pairs := pairTexts(headingTexts(truth), headingTexts(found))
	right := 0
	for i := 1; i < len(pairs); i++ {
		a, b := pairs[i-1], pairs[i]
		want := cmp.Compare(truth[b.truth].Level, truth[a.truth].Level)
		got := cmp.Compare(found[b.found].Level, found[a.found].Level)
		if want == got {
			right++
		}
	}
	level := None()
	if len(pairs) > 1 {
		level = share(right, len(pairs)-1)
	}
	return Outline{NewRetrieval(len(pairs), len(truth), len(found)), level}
}

func headingTexts(headings []Heading) []string {
	var texts []string
	for _, h := range headings {
		texts = append(texts, h.Text)
	}
	return texts
}

// minListItems is how many items a document must have for its lists to count.
// One or two in a long text are often not a list.
const minListItems = 3

// CompareItems measures found list items. Nothing applies where the truth has
// few of them.
func CompareItems(truth, found []string) Retrieval {
	if len(truth) < minListItems {
		return Retrieval{None(), None(), None()}
	}
	return NewRetrieval(len(pairTexts(truth, found)), len(truth), len(found))
}

// textPair is a text of the truth and the found one that stands for it, by
// index.
type textPair struct{ truth, found int }

// pairTexts pairs texts one to one, the most alike first, of equals those at
// about the same place in the document. The pairs are in the order of the
// truth.
func pairTexts(truth, found []string) []textPair {
	type candidate struct {
		textPair
		ratio Value
		away  float64
	}
	var candidates []candidate
	keys := make([]string, len(found))
	for j, f := range found {
		keys[j] = textKey(f)
	}
	for i, t := range truth {
		want := textKey(t)
		for j, got := range keys {
			if want == "" || got == "" || lengthRatio(want, got) < minLengthRatio {
				continue
			}
			ratio := Value(1)
			if want != got {
				ratio = Ratio(want, got)
			}
			if ratio >= minTextRatio {
				away := float64(i)/float64(len(truth)) - float64(j)/float64(len(found))
				candidates = append(candidates, candidate{textPair{i, j}, ratio, max(away, -away)})
			}
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.ratio, a.ratio), cmp.Compare(a.away, b.away),
			cmp.Compare(a.truth, b.truth), cmp.Compare(a.found, b.found))
	})
	var pairs []textPair
	usedTruth, usedFound := map[int]bool{}, map[int]bool{}
	for _, c := range candidates {
		if !usedTruth[c.truth] && !usedFound[c.found] {
			usedTruth[c.truth], usedFound[c.found] = true, true
			pairs = append(pairs, c.textPair)
		}
	}
	slices.SortFunc(pairs, func(a, b textPair) int { return cmp.Compare(a.truth, b.truth) })
	return pairs
}

func lengthRatio(a, b string) float64 {
	m, n := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	return float64(min(m, n)) / float64(max(m, n))
}
