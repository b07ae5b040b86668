package eval

import (
	"path/filepath"

	"recto/eval/score"
)

// olmTruth is the questions about a document.
type olmTruth struct{ checks []score.Check }

func olmTruths(dir string, names []string) ([]truth, error) {
	var checks []score.Check
	if err := readJSON(filepath.Join(dir, "tests.json"), &checks); err != nil {
		return nil, err
	}
	byDocument := map[string][]score.Check{}
	for _, c := range checks {
		byDocument[c.Document] = append(byDocument[c.Document], c)
	}
	var truths []truth
	for _, name := range names {
		truths = append(truths, olmTruth{byDocument[name]})
	}
	return truths, nil
}

type olmDetail struct{ results []checkResult }

type checkResult struct {
	score.Check
	passed bool
}

func (t olmTruth) score(markdown string, _ []score.Region) detail {
	var d olmDetail
	for _, c := range t.checks {
		d.results = append(d.results, checkResult{c, c.Passes(markdown)})
	}
	return d
}

func (d olmDetail) numbers() []Number {
	numbers := []Number{passed("overall", d.results, score.Check.IsCore)}
	for _, k := range score.CheckKinds() {
		n := passed(string(k), d.results, func(c score.Check) bool { return c.Kind == k })
		if n.Count > 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// maxSubject is how many runes of a question are printed. It fits a line of a
// terminal.
const maxSubject = 90

func (d olmDetail) failures() []string {
	var lines []string
	for _, r := range d.results {
		if !r.passed {
			subject := []rune(r.Subject())
			lines = append(lines, string(r.Kind)+": "+string(subject[:min(len(subject), maxSubject)]))
		}
	}
	return lines
}

func summarizeOLM(details []detail) []Number {
	var all []checkResult
	for _, d := range as[olmDetail](details) {
		all = append(all, d.results...)
	}
	numbers := []Number{
		passed("digital", all, func(c score.Check) bool { return c.IsCore() && !c.Scan }),
		passed("scanned", all, func(c score.Check) bool { return c.IsCore() && c.Scan }),
		passed("overall", all, score.Check.IsCore),
	}
	for _, k := range score.CheckKinds() {
		numbers = append(numbers, passed(string(k), all, func(c score.Check) bool { return c.Kind == k }))
	}
	return numbers
}

// passed is the share of passed checks of some kind.
func passed(name string, results []checkResult, counts func(score.Check) bool) Number {
	var values []score.Value
	for _, r := range results {
		if !counts(r.Check) {
			continue
		}
		value := score.Value(0)
		if r.passed {
			value = 1
		}
		values = append(values, value)
	}
	return Number{Name: name, Value: score.Mean(values...), Count: len(values)}
}
