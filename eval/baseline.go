package eval

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"recto/eval/score"
)

// Key names a score in a baseline.
type Key struct {
	Corpus   string
	Document string // or [WholeCorpus]
	Metric   string
}

// WholeCorpus stands for the document in the scores of a summary. It sorts
// before all names.
const WholeCorpus = "(all)"

// Baseline is recorded scores.
type Baseline map[Key]score.Value

// baselineHead is the first line of a baseline file.
const baselineHead = "corpus\tdocument\tmetric\tscore"

// ReadBaseline reads a baseline file. One that is not there is empty.
func ReadBaseline(path string) (Baseline, error) {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return Baseline{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b := Baseline{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if n == 1 && lines.Text() == baselineHead {
			continue
		}
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 4 {
			return nil, fmt.Errorf("%s:%d: %d columns in place of 4", path, n, len(f))
		}
		v, err := strconv.ParseFloat(f[3], 64)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		b[Key{f[0], f[1], f[2]}] = score.Value(v)
	}
	return b, lines.Err()
}

// Write writes a baseline file, sorted, so that its diff is the change.
func (b Baseline) Write(path string) error {
	var out strings.Builder
	out.WriteString(baselineHead + "\n")
	for _, k := range b.keys() {
		fmt.Fprintf(&out, "%s\t%s\t%s\t%.4f\n", k.Corpus, k.Document, k.Metric, float64(b[k]))
	}
	return os.WriteFile(path, []byte(out.String()), 0o644)
}

func (b Baseline) keys() []Key {
	keys := make([]Key, 0, len(b))
	for k := range b {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, Key.compare)
	return keys
}

func (k Key) compare(o Key) int {
	return cmp.Or(strings.Compare(k.Corpus, o.Corpus), strings.Compare(k.Document, o.Document), strings.Compare(k.Metric, o.Metric))
}

// Baseline returns the scores of a report as they are recorded. whole tells
// that no document was left out, so that the summaries mean something.
func (r Report) Baseline(whole bool) Baseline {
	b := Baseline{}
	for _, c := range r {
		if whole {
			b.record(c.Name, WholeCorpus, c.headlineNumbers())
		}
		for _, d := range c.Documents {
			b.record(c.Name, d.Name, d.Numbers)
		}
	}
	return b
}

func (c CorpusReport) headlineNumbers() []Number {
	var numbers []Number
	for _, n := range c.Summary {
		if slices.Contains(headline[c.Name], n.Name) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func (b Baseline) record(corpus, document string, numbers []Number) {
	for _, n := range numbers {
		if n.Value.Applies() {
			b[Key{corpus, document, n.Name}] = n.Value
		}
	}
}

// Replace returns the baseline with the documents of a run replaced, the
// others as they were. After a whole run of a corpus, documents that it no
// longer has go, too.
func (b Baseline) Replace(run Baseline) Baseline {
	type document struct{ corpus, name string }
	measured := map[document]bool{}
	for k := range run {
		measured[document{k.Corpus, k.Document}] = true
	}
	merged := Baseline{}
	for k, v := range b {
		if !measured[document{k.Corpus, k.Document}] && !measured[document{k.Corpus, WholeCorpus}] {
			merged[k] = v
		}
	}
	for k, v := range run {
		merged[k] = v
	}
	return merged
}

// Move is a score that changed.
type Move struct {
	Key
	Old, New score.Value // None on one side where it was not measured
}

// By returns how much better the score became.
func (m Move) By() float64 { return float64(m.New - m.Old) }

// minMove is the least change that is reported: less is lost in the four
// decimals of the file.
const minMove = 0.0001

// Moves compares a run with the baseline, losers first. Of what was not run
// nothing is said.
func (b Baseline) Moves(run Baseline) []Move {
	var moves []Move
	for _, k := range run.keys() {
		old, known := b[k]
		if !known {
			moves = append(moves, Move{k, score.None(), run[k]})
			continue
		}
		if m := (Move{k, old, run[k]}); math.Abs(m.By()) >= minMove {
			moves = append(moves, m)
		}
	}
	for _, k := range b.keys() {
		if _, measured := run[k]; !measured && run.hasDocument(k) {
			moves = append(moves, Move{k, b[k], score.None()})
		}
	}
	slices.SortStableFunc(moves, func(a, b Move) int { return cmp.Compare(a.order(), b.order()) })
	return moves
}

// order puts scores that are only on one side behind all changes.
func (m Move) order() float64 {
	if by := m.By(); !math.IsNaN(by) {
		return by
	}
	return 2
}

// hasDocument tells whether any score of the same document is there.
func (b Baseline) hasDocument(k Key) bool {
	for o := range b {
		if o.Corpus == k.Corpus && o.Document == k.Document {
			return true
		}
	}
	return false
}

// WriteMoves prints how the summaries moved and then which documents did.
// Scores that are new or gone are only counted.
func WriteMoves(w io.Writer, moves []Move) error {
	t := newTable(w)
	oneSided := 0
	for _, whole := range []bool{true, false} {
		printed := false
		for _, m := range moves {
			if (m.Document == WholeCorpus) != whole {
				continue
			}
			if math.IsNaN(m.By()) {
				oneSided++
				continue
			}
			t.row(m.Corpus+"/"+m.Document, m.Metric, m.Old.String(), m.New.String(), fmt.Sprintf("%+.4f", m.By()))
			printed = true
		}
		if printed {
			t.blank()
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	if len(moves) == 0 {
		_, err := fmt.Fprintln(w, "nothing moved")
		return err
	}
	if oneSided > 0 {
		_, err := fmt.Fprintf(w, "%d scores are only in one of the two\n", oneSided)
		return err
	}
	return nil
}
