package eval

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"recto/eval/score"
	"recto/internal/doc"
	"recto/internal/engine"
)

// Band is the items of one kind and one confidence, to two digits.
type Band struct {
	Kind       string
	Confidence float64
}

// Judged counts the items of a band and how many are right.
type Judged struct{ Items, Right int }

// rightText is the likeness of texts from which an item has the right text.
const rightText = 0.9

// JudgeItems parses the tagged documents and says for every confidence of
// headings, paragraphs and list entries how many of the items are one of the same
// kind with the same text in the truth.
func JudgeItems(ctx context.Context, e *engine.Engine, corpora []Corpus, ignoreTags bool) (map[Band]Judged, error) {
	out := map[Band]Judged{}
	for _, c := range corpora {
		for _, d := range c.Documents {
			truth, ok := d.truth.(taggedTruth)
			if !ok {
				continue
			}
			data, err := os.ReadFile(d.PDF)
			if err != nil {
				return nil, err
			}
			r, err := e.Parse(ctx, engine.Source{Name: d.PDF, Data: data}, engine.Options{IgnoreTags: ignoreTags})
			if err != nil {
				return nil, fmt.Errorf("parse %s: %w", d.Name, err)
			}
			texts := truthTexts(truth.markdown)
			for _, p := range r.Doc.Pages {
				judgeItems(out, p.Items, texts)
			}
		}
	}
	return out, nil
}

// truthTexts returns the texts of a truth by kind.
func truthTexts(markdown string) map[string][]string {
	texts := map[string][]string{"entry": score.ListItems(markdown)}
	for _, h := range score.Headings(markdown) {
		texts["heading"] = append(texts["heading"], h.Text)
	}
	for block := range strings.SplitSeq(markdown, "\n\n") {
		if !strings.HasPrefix(block, "#") && !strings.HasPrefix(block, "<") && len(score.ListItems(block)) == 0 {
			texts["paragraph"] = append(texts["paragraph"], score.Plain(block))
		}
	}
	return texts
}

func judgeItems(out map[Band]Judged, items []doc.Item, truth map[string][]string) {
	judge := func(kind string, confidence float64, t doc.Text) {
		k := Band{kind, float64(int(confidence*100+0.5)) / 100}
		j := out[k]
		j.Items++
		text := score.Plain(t.Plain())
		if slices.ContainsFunc(truth[kind], func(s string) bool { return score.Ratio(s, text) >= rightText }) {
			j.Right++
		}
		out[k] = j
	}
	for _, it := range items {
		switch it := it.(type) {
		case *doc.Heading:
			judge("heading", it.Confidence, it.Text)
		case *doc.Paragraph:
			judge("paragraph", it.Confidence, it.Text)
		case *doc.List:
			for i := range it.Entries {
				judge("entry", it.Entries[i].Confidence, it.Entries[i].Text)
				judgeItems(out, it.Entries[i].Items, truth)
			}
		case *doc.Code, *doc.Table, *doc.Figure, *doc.Caption, *doc.Footnote, *doc.Formula, *doc.Link:
		}
	}
}

// WriteItemConfidence prints the share of right items for every confidence: the
// two should be about the same.
func WriteItemConfidence(w io.Writer, judged map[Band]Judged) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %10s %6s %6s\n", "kind", "confidence", "items", "right")
	for _, k := range slices.SortedFunc(maps.Keys(judged), func(a, b Band) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Confidence, a.Confidence))
	}) {
		j := judged[k]
		fmt.Fprintf(&b, "%-10s %10.2f %6d %6.2f\n", k.Kind, k.Confidence, j.Items, float64(j.Right)/float64(j.Items))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
