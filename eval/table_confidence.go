package eval

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"recto/eval/score"
	"recto/internal/doc"
	"recto/internal/engine"
	forms "recto/internal/table"
)

// JudgedTable is one table of an output: how sure the program was of it, and how
// like the truth it is.
type JudgedTable struct {
	Document   string
	Page       int
	Table      *doc.Table
	Confidence float64
	TEDS       score.Value // 0 for one that stands for no true table
}

// JudgeTables parses the documents whose tables are known, those of the tagged
// and icdar corpora, and compares each table with the truth.
func JudgeTables(ctx context.Context, e *engine.Engine, corpora []Corpus, ignoreTags bool) ([]JudgedTable, error) {
	var judged []JudgedTable
	for _, c := range corpora {
		for _, d := range c.Documents {
			truth := trueTables(d.truth)
			if truth == nil {
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
			judged = append(judged, judgeDocument(d.Name, r.Doc, *truth)...)
		}
	}
	return judged, nil
}

// trueTables returns the tables of a truth, nil where they are not known.
func trueTables(t truth) *[]score.TrueTable {
	switch t := t.(type) {
	case icdarTruth:
		return &t.tables
	case taggedTruth:
		tables := []score.TrueTable{}
		for _, x := range score.Tables(t.markdown) {
			tables = append(tables, score.TrueTable{x})
		}
		return &tables
	}
	return nil
}

func judgeDocument(name string, d *doc.Document, truth []score.TrueTable) []JudgedTable {
	var judged []JudgedTable
	var outputs []score.Table
	for _, p := range d.Pages {
		for _, it := range p.Items {
			t, ok := it.(*doc.Table)
			if !ok {
				continue
			}
			if read := score.Tables(forms.HTML(t, forms.HTMLOptions{})); len(read) == 1 {
				judged = append(judged, JudgedTable{Document: name, Page: p.Number, Table: t, Confidence: t.Confidence})
				outputs = append(outputs, read[0])
			}
		}
	}
	for i, v := range score.OutputLikeness(truth, outputs) {
		judged[i].TEDS = v
	}
	return judged
}

// confidenceBands are the lower ends of the bands of WriteTableConfidence.
var confidenceBands = []float64{0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0}

// rightTable is the likeness from which a table counts as right.
const rightTable = 0.9

// WriteTableConfidence prints, for bands of confidence, how like the truth the
// tables in them are and how many are right. Both should fall from line to line,
// and the likeness should be about the confidence.
func WriteTableConfidence(w io.Writer, tables []JudgedTable) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %6s %10s %6s %10s %8s\n", "confidence", "tables", "mean conf", "TEDS", "right", "invented")
	upper := 1.01
	for _, lower := range confidenceBands {
		n, right, invented := 0, 0, 0
		var conf float64
		var teds score.Value
		for _, t := range tables {
			if t.Confidence < lower || t.Confidence >= upper {
				continue
			}
			n++
			conf += t.Confidence
			teds += t.TEDS
			if t.TEDS >= rightTable {
				right++
			}
			if t.TEDS == 0 {
				invented++
			}
		}
		if n > 0 {
			fmt.Fprintf(&b, "%.2f - %.2f  %6d %10.2f %6.2f %9.0f%% %8d\n", lower, min(upper, 1), n, conf/float64(n), float64(teds)/float64(n), 100*float64(right)/float64(n), invented)
		}
		upper = lower
	}
	fmt.Fprintf(&b, "rank correlation of confidence and TEDS over %d tables: %.2f\n", len(tables), rankCorrelation(tables))
	_, err := io.WriteString(w, b.String())
	return err
}

// rankCorrelation is Kendall's tau-b of confidence and TEDS: 1 when the surer of
// two tables is always the better one, 0 when confidence says nothing.
func rankCorrelation(tables []JudgedTable) float64 {
	agree, differ, pairsC, pairsT := 0, 0, 0, 0
	for i := range tables {
		for j := range i {
			c, t := tables[i].Confidence-tables[j].Confidence, float64(tables[i].TEDS-tables[j].TEDS)
			if c != 0 {
				pairsC++
			}
			if t != 0 {
				pairsT++
			}
			switch {
			case c*t > 0:
				agree++
			case c*t < 0:
				differ++
			}
		}
	}
	if pairsC == 0 || pairsT == 0 {
		return 0
	}
	return float64(agree-differ) / math.Sqrt(float64(pairsC)*float64(pairsT))
}
