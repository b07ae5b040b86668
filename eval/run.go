package eval

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"recto/eval/score"
)

// Run is how a corpus is to be scored.
type Run struct {
	Predict Predictor
	Locate  Locator // nil leaves areas out
	OutDir  string  // where to keep the markdown, as CORPUS/NAME.md; empty for nowhere
}

// Report is the scores of a run.
type Report []CorpusReport

// CorpusReport is the scores of one corpus.
type CorpusReport struct {
	Name      string           `json:"corpus"`
	Summary   []Number         `json:"summary"`
	Documents []DocumentReport `json:"documents"` // in the order of the manifest
}

// DocumentReport is the scores of one document.
type DocumentReport struct {
	Name     string   `json:"document"`
	Pages    int      `json:"pages,omitempty"`
	Seconds  float64  `json:"seconds"` // of prediction
	Error    string   `json:"error,omitempty"`
	Numbers  []Number `json:"numbers"`
	Failures []string `json:"failures,omitempty"`

	detail detail
}

// Number returns a summary number, [score.None] if there is no such.
func (c CorpusReport) Number(name string) score.Value {
	return numberOf(c.Summary, name)
}

func numberOf(numbers []Number, name string) score.Value {
	for _, n := range numbers {
		if n.Name == name {
			return n.Value
		}
	}
	return score.None()
}

// maxParallel is how many documents are predicted at once. More would make the
// times of a document depend on its neighbours too much.
const maxParallel = 2

// Score predicts and scores all documents. A document that cannot be predicted
// is part of the result, with the scores of an empty output; the error is for
// what makes the whole run void.
func (r Run) Score(ctx context.Context, corpora []Corpus) (Report, error) {
	report := make(Report, len(corpora))
	type job struct{ corpus, document int }
	var jobs []job
	for i, c := range corpora {
		report[i] = CorpusReport{Name: c.Name, Documents: make([]DocumentReport, len(c.Documents))}
		for j := range c.Documents {
			jobs = append(jobs, job{i, j})
		}
	}
	slices.SortStableFunc(jobs, func(a, b job) int { // long ones first, so that none is last alone
		return cmp.Compare(corpora[b.corpus].Documents[b.document].Pages, corpora[a.corpus].Documents[a.document].Pages)
	})
	errs := make([]error, len(jobs))
	slots := make(chan struct{}, min(maxParallel, runtime.NumCPU()))
	var running sync.WaitGroup
	for n, j := range jobs {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			c := corpora[j.corpus]
			report[j.corpus].Documents[j.document], errs[n] = r.document(ctx, c.Name, c.Documents[j.document])
		})
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	for i, c := range report {
		var details []detail
		for _, d := range c.Documents {
			details = append(details, d.detail)
		}
		report[i].Summary = kindOf(c.Name).summary(details)
	}
	return report, nil
}

// document scores one document.
func (r Run) document(ctx context.Context, corpus string, d Document) (DocumentReport, error) {
	if err := ctx.Err(); err != nil {
		return DocumentReport{}, err
	}
	out := DocumentReport{Name: d.Name, Pages: d.Pages}
	start := time.Now()
	markdown, err := r.Predict(ctx, d.PDF)
	out.Seconds = time.Since(start).Seconds()
	if err != nil {
		markdown, out.Error = "", err.Error()
	}
	var boxes []score.Region
	if r.Locate != nil {
		if boxes, err = r.Locate(ctx, d.PDF); err != nil {
			return DocumentReport{}, fmt.Errorf("locate tables of %s/%s: %w", corpus, d.Name, err)
		}
	}
	if r.OutDir != "" && out.Error == "" {
		if err := writeMarkdown(filepath.Join(r.OutDir, corpus), d.Name, markdown); err != nil {
			return DocumentReport{}, err
		}
	}
	out.detail = d.truth.score(cleanText(markdown), boxes)
	out.Numbers = out.detail.numbers()
	out.Failures = out.detail.failures()
	return out, nil
}

func writeMarkdown(dir, name, markdown string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".md"), []byte(markdown), 0o644)
}
