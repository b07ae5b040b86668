package eval

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"recto/eval/score"
)

// headline lists the numbers of a summary that are worth a line; the others
// are in the JSON.
var headline = map[string][]string{
	"tagged": {"overall", "NID", "NID-T", "MHS", "head F1", "head lev", "list F1", "tab F1", "TEDS"},
	"icdar":  {"det F1", "TEDS", "TEDS-S", "adj F1", "adjM F1", "area F1"},
	"olm":    {"digital", "scanned", "overall", "present", "absent", "order", "table", "baseline", "math"},
}

// WriteSummary prints a line for each corpus.
func (r Report) WriteSummary(w io.Writer) error {
	t := newTable(w)
	for _, c := range r {
		names := slices.DeleteFunc(slices.Clone(headline[c.Name]), func(name string) bool {
			return !slices.ContainsFunc(c.Summary, func(n Number) bool { return n.Name == name })
		})
		t.row("", append([]string{"documents"}, append(names, "s/page")...)...)
		cells := []string{fmt.Sprint(len(c.Documents))}
		for _, name := range names {
			cells = append(cells, c.Number(name).String())
		}
		t.row(c.Name, append(cells, c.secondsPerPage())...)
		t.blank()
	}
	if err := t.flush(); err != nil {
		return err
	}
	for _, c := range r {
		if missing := c.unpredicted(); len(missing) > 0 {
			if _, err := fmt.Fprintf(w, "%s: %d without prediction: %s\n", c.Name, len(missing), strings.Join(missing, " ")); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteDocuments prints a line for each document, by corpus.
func (r Report) WriteDocuments(w io.Writer) error {
	t := newTable(w)
	for _, c := range r {
		names := slices.DeleteFunc(slices.Clone(headline[c.Name]), func(name string) bool {
			return !slices.ContainsFunc(c.Documents, func(d DocumentReport) bool { return numberOf(d.Numbers, name).Applies() })
		})
		t.row(c.Name, append(names, "s")...)
		for _, d := range c.Documents {
			var cells []string
			for _, name := range names {
				cells = append(cells, numberOf(d.Numbers, name).String())
			}
			t.row("  "+d.Name, append(cells, fmt.Sprintf("%.2f", d.Seconds))...)
		}
		t.blank()
	}
	return t.flush()
}

// WriteFailures prints what failed in each document.
func (r Report) WriteFailures(w io.Writer) error {
	for _, c := range r {
		for _, d := range c.Documents {
			lines := d.Failures
			if d.Error != "" {
				lines = append([]string{d.Error}, lines...)
			}
			for _, line := range lines {
				if _, err := fmt.Fprintf(w, "%s/%s: %s\n", c.Name, d.Name, line); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// unpredicted lists the documents that had no output.
func (c CorpusReport) unpredicted() []string {
	var names []string
	for _, d := range c.Documents {
		if d.Error != "" {
			names = append(names, d.Name)
		}
	}
	return names
}

// secondsPerPage is the time of prediction, a dash where pages are unknown.
func (c CorpusReport) secondsPerPage() string {
	seconds, pages := 0.0, 0
	for _, d := range c.Documents {
		seconds += d.Seconds
		pages += d.Pages
	}
	if pages == 0 {
		return score.None().String()
	}
	return fmt.Sprintf("%.3f", seconds/float64(pages))
}

// table prints aligned columns, the first to the left, the others to the
// right.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer) table {
	return table{tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)}
}

// firstColumn is wide enough for the names of documents, so that corpora stand
// below each other.
const firstColumn = 24

func (t table) row(first string, cells ...string) {
	fmt.Fprintf(t.w, "%-*s\t%s\t\n", firstColumn, first, strings.Join(cells, "\t"))
}

// blank ends a block of columns.
func (t table) blank() { fmt.Fprintln(t.w) }

// flush returns the first error of writing.
func (t table) flush() error { return t.w.Flush() }
