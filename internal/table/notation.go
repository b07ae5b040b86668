package table

import (
	"cmp"
	"regexp"
	"strings"

	"recto/internal/doc"
)

// A cell tells the decimal sign where it cannot be read the other way: one or
// two digits after it, more than three, a zero before it, or both signs.
// "1.234" and "1,234" alone tell nothing; two groups do.
var (
	showsPoint = regexp.MustCompile(`^(?:[0-9]*\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3}){2,})$`)
	showsComma = regexp.MustCompile(`^(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,})$`)
	dottedCode = regexp.MustCompile(`^[0-9]+(?:\.[0-9]+){2,}$`)
	fourDigits = regexp.MustCompile(`^(?:1[5-9]|20)[0-9]{2}$`)
)

// around is what may stand around a number without saying anything of its signs.
const around = " -−–+±%‰()[]<>≤≥≈~€$£¥*\u00a0"

// shown counts the cells that tell one decimal sign and the other.
type shown struct{ point, comma int }

func (s *shown) add(o shown) { s.point, s.comma = s.point+o.point, s.comma+o.comma }

// decimal returns the sign that more cells show, 0 when none does more.
func (s shown) decimal() byte {
	switch {
	case s.point > s.comma:
		return '.'
	case s.comma > s.point:
		return ','
	}
	return 0
}

// column is what the texts of a column say about its numbers.
type column struct {
	shown
	filled, years int
	codes         bool         // parts like 1.2.3: dots divide no number
	spaced        int          // numbers with spaces between groups
	lengths       map[int]bool // how many digits the numbers have
}

// readColumns looks at the cells below the header.
func readColumns(t *doc.Table) []column {
	out := make([]column, max(t.ColCount, 0))
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Col < 0 || c.Col >= len(out) || c.Row < t.HeaderRows || c.Text.Empty() {
			continue
		}
		s := strings.Trim(narrowSpaces.Replace(plain(c.Text)), around)
		k := &out[c.Col]
		k.filled++
		switch {
		case fourDigits.MatchString(s):
			k.years++
		case showsPoint.MatchString(s):
			k.point++
		case showsComma.MatchString(s):
			k.comma++
		case dottedCode.MatchString(s):
			k.codes = true
		}
		spaced := spacedNumber.MatchString(s)
		if spaced {
			k.spaced++
		}
		if spaced || wholeNumber.MatchString(s) {
			if k.lengths == nil {
				k.lengths = map[int]bool{}
			}
			k.lengths[len(strings.ReplaceAll(s, " ", ""))] = true
		}
	}
	return out
}

// reader says how the cells of one table become values.
type reader struct {
	head      int
	notations []Notation
	labels    []bool // columns of years or codes
}

// newReader decides on the notation of every column. Its own cells come first,
// then the table's, then what the document's other tables show (see SetDecimals),
// then the point.
func newReader(t *doc.Table) reader {
	columns := readColumns(t)
	r := reader{head: t.HeaderRows, notations: make([]Notation, len(columns)), labels: make([]bool, len(columns))}
	var all shown
	for i := range columns {
		all.add(columns[i].shown)
	}
	for i := range columns {
		k := &columns[i]
		n := &r.notations[i]
		n.Decimal = cmp.Or(k.decimal(), all.decimal(), t.Decimal, '.')
		// Telephone numbers have spaces, too, but all as many digits.
		n.Spaces = k.spaced > 0 && len(k.lengths) > 1
		r.labels[i] = k.codes || k.years > 0 && k.years == k.filled && (i == 0 || k.filled > 1)
	}
	return r
}

// value returns a cell's number or text. Headers are texts even when they are
// years, and so are columns of years and of codes: they name what stands beside
// them.
func (r reader) value(c *doc.Cell) any {
	text := plain(c.Text)
	if c.Header || c.Row < r.head || r.labels[c.Col] {
		return text
	}
	if n := Number(text, r.notations[c.Col]); n != nil {
		return n
	}
	return text
}

// SetDecimals tells every table of a document which decimal sign its tables
// show, for those that show none themselves.
func SetDecimals(d *doc.Document) {
	var all shown
	var tables []*doc.Table
	for _, p := range d.Pages {
		for _, it := range p.Items {
			t, ok := it.(*doc.Table)
			if !ok {
				continue
			}
			tables = append(tables, t)
			for _, k := range readColumns(t) {
				all.add(k.shown)
			}
		}
	}
	for _, t := range tables {
		t.Decimal = all.decimal()
	}
}
