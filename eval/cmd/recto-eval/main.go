// Recto-eval scores markdown on a corpus of documents with known truth and
// compares the scores with recorded ones.
//
//	recto-eval --corpus DIR                      score the engine of this tree
//	recto-eval --corpus DIR --pred DIR           score files, DIR/CORPUS/NAME.md
//	recto-eval --corpus DIR --pred DIR --vs DIR  compare two sets of files
//	recto-eval --corpus DIR --baseline FILE      which documents moved
//	recto-eval --corpus DIR --raster 200         score scans of the documents
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"recto/eval"
	"recto/internal/engine"
	"recto/internal/render/markdown"
)

// engineOf starts the engine of this tree as what is scored when --pred is not
// given. The structure tree is used when the corpus comes with it.
func engineOf(ctx context.Context, ignoreTags bool) (eval.Predictor, error) {
	e, err := engine.Start(ctx, engine.Config{Workers: 1}) // documents run in parallel already
	if err != nil {
		return nil, err
	}
	return markdownOf(e, ignoreTags), nil
}

// markdownOf is what an engine makes of the document in a file.
func markdownOf(e *engine.Engine, ignoreTags bool) eval.Predictor {
	return func(ctx context.Context, path string) (string, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		r, err := e.Parse(ctx, engine.Source{Name: path, Data: data}, engine.Options{IgnoreTags: ignoreTags})
		if err != nil {
			return "", err
		}
		var b strings.Builder
		err = markdown.Render(&b, r.Doc, markdown.Options{})
		return b.String(), err
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "recto-eval:", err)
		}
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	corpus, pred, versus string
	only, document, tags string
	outDir, json         string
	baseline             string
	update               bool
	docs, fails          bool
	tableConfidence      bool
	confidence           bool
	raster               float64
	cache                string
	maxPages             int
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("recto-eval", flag.ContinueOnError)
	f.StringVar(&o.corpus, "corpus", "", "corpus `folder`, with tagged, icdar or olm in it or in its folder dev")
	f.StringVar(&o.pred, "pred", "", "score the files CORPUS/NAME.md of this `folder` instead of the engine")
	f.StringVar(&o.versus, "vs", "", "compare with the files of this other `folder`")
	f.StringVar(&o.only, "only", "", "score one corpus: tagged, icdar or olm")
	f.StringVar(&o.document, "doc", "", "score one document, by `name`")
	f.StringVar(&o.tags, "tags", "stripped", "tagged corpus: PDFs with their structure tree (used) or without (stripped)")
	f.StringVar(&o.outDir, "out", "", "keep the markdown as CORPUS/NAME.md in this `folder`")
	f.StringVar(&o.json, "json", "", "write all scores to this `file`")
	f.StringVar(&o.baseline, "baseline", "", "compare with the scores recorded in this `file`")
	f.BoolVar(&o.update, "update", false, "record the scores in the baseline file")
	f.BoolVar(&o.docs, "docs", false, "print the scores of each document")
	f.BoolVar(&o.fails, "fails", false, "print what failed in each document")
	f.BoolVar(&o.tableConfidence, "table-confidence", false, "print how like the truth tables of each confidence are, and nothing else")
	f.BoolVar(&o.confidence, "confidence", false, "print which share of the items of each confidence is right, and nothing else")
	f.Float64Var(&o.raster, "raster", 0, "render the documents at so many `dpi`, read the pictures and print what is kept of the scores")
	f.StringVar(&o.cache, "cache", "", "with --raster: `folder` for scans and recognized words; one in the user's cache by default")
	f.IntVar(&o.maxPages, "max-pages", 0, "leave out documents of more `pages`; 0 for none, with --raster for 20")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.raster != 0 && o.maxPages == 0 {
		o.maxPages = 20 // a page takes two seconds
	}
	return o, o.check(f.Args())
}

// check finds options that make no sense.
func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("what is %q? documents are chosen with --doc", rest[0])
	case o.corpus == "":
		return errors.New("which corpus? give its folder with --corpus")
	case o.only != "" && o.only != "tagged" && o.only != "icdar" && o.only != "olm":
		return fmt.Errorf("no corpus is called %q: --only takes tagged, icdar or olm", o.only)
	case o.tags != "used" && o.tags != "stripped":
		return fmt.Errorf("--tags is used or stripped, not %q", o.tags)
	case o.raster != 0 && (o.raster < 50 || o.raster > 600):
		return fmt.Errorf("--raster takes 50 to 600 dpi, not %g", o.raster)
	case o.raster != 0 && o.pred != "":
		return errors.New("--raster is about the engine: leave --pred out")
	case o.update && o.baseline == "":
		return errors.New("record where? give the file with --baseline")
	}
	return nil
}

func run(ctx context.Context, args []string, w io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	corpora, err := eval.Load(o.corpus, eval.Selection{Only: o.only, Document: o.document, Tagged: o.tags == "used", MaxPages: o.maxPages})
	if err != nil {
		return err
	}
	if o.tableConfidence {
		return o.judgeTables(ctx, w, corpora)
	}
	if o.confidence {
		return o.judgeItems(ctx, w, corpora)
	}
	scoring, err := o.scoring(ctx)
	if err != nil {
		return err
	}
	start := time.Now()
	report, err := scoring.Score(ctx, corpora)
	if err != nil {
		return err
	}
	if err := o.print(w, report); err != nil {
		return err
	}
	fmt.Fprintf(w, "scored in %.1f s\n", time.Since(start).Seconds())
	if o.json != "" {
		if err := writeJSON(o.json, report); err != nil {
			return err
		}
	}
	if o.raster != 0 {
		if err := o.compareDigital(ctx, w, corpora, report); err != nil {
			return err
		}
	}
	if o.versus != "" {
		if err := o.compareWith(ctx, w, corpora, report); err != nil {
			return err
		}
	}
	if o.baseline == "" {
		return nil
	}
	return o.compareBaseline(w, report)
}

// judgeTables prints the curve of the confidence of tables.
func (o options) judgeTables(ctx context.Context, w io.Writer, corpora []eval.Corpus) error {
	e, err := engine.Start(ctx, engine.Config{})
	if err != nil {
		return err
	}
	defer e.Close()
	tables, err := eval.JudgeTables(ctx, e, corpora, o.tags == "stripped")
	if err != nil {
		return err
	}
	return eval.WriteTableConfidence(w, tables)
}

// judgeItems prints the share of right items for every confidence.
func (o options) judgeItems(ctx context.Context, w io.Writer, corpora []eval.Corpus) error {
	e, err := engine.Start(ctx, engine.Config{})
	if err != nil {
		return err
	}
	defer e.Close()
	judged, err := eval.JudgeItems(ctx, e, corpora, o.tags == "stripped")
	if err != nil {
		return err
	}
	return eval.WriteItemConfidence(w, judged)
}

// scoring chooses what is scored.
func (o options) scoring(ctx context.Context) (eval.Run, error) {
	if o.pred != "" {
		if _, err := os.Stat(o.pred); err != nil {
			return eval.Run{}, fmt.Errorf("read predictions: %w", err)
		}
		return eval.Run{Predict: eval.FromFolder(o.pred), Locate: eval.BoxesFromFolder(o.pred), OutDir: o.outDir}, nil
	}
	start := engineOf
	if o.raster != 0 {
		start = func(ctx context.Context, _ bool) (eval.Predictor, error) { return o.rasterOf(ctx) }
	}
	predict, err := start(ctx, o.tags == "stripped")
	if err != nil {
		return eval.Run{}, err
	}
	return eval.Run{Predict: predict, OutDir: o.outDir}, nil
}

func (o options) print(w io.Writer, report eval.Report) error {
	if o.fails {
		if err := report.WriteFailures(w); err != nil {
			return err
		}
	}
	if o.docs || o.document != "" {
		if err := report.WriteDocuments(w); err != nil {
			return err
		}
	}
	return report.WriteSummary(w)
}

// compareWith scores a second folder of files and prints how much better the
// report is.
func (o options) compareWith(ctx context.Context, w io.Writer, corpora []eval.Corpus, report eval.Report) error {
	scoring := eval.Run{Predict: eval.FromFolder(o.versus), Locate: eval.BoxesFromFolder(o.versus)}
	other, err := scoring.Score(ctx, corpora)
	if err != nil {
		return err
	}
	if err := eval.WriteDifferences(w, eval.Compare(report, other)); err != nil {
		return err
	}
	whole := o.document == ""
	return eval.WriteMoves(w, other.Baseline(whole).Moves(report.Baseline(whole)))
}

// compareBaseline prints what moved against the recorded scores, and records
// the new ones if told to.
func (o options) compareBaseline(w io.Writer, report eval.Report) error {
	old, err := eval.ReadBaseline(o.baseline)
	if err != nil {
		return err
	}
	scores := report.Baseline(o.document == "")
	if err := eval.WriteMoves(w, old.Moves(scores)); err != nil {
		return err
	}
	if !o.update {
		return nil
	}
	return old.Replace(scores).Write(o.baseline)
}

func writeJSON(path string, report eval.Report) error {
	data, err := json.MarshalIndent(report, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
