package table

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"recto/internal/doc"
	"recto/internal/geom"
)

// MergeContinued makes one table of every table that goes on over pages. Its
// first part takes the rows of the others and lists the pages in MergedFrom; the
// others lose their cells and name the first one's page in MergedInto.
//
// A table goes on when it is the last thing on its page and the next the first
// one on the following page, page headers, footnotes and captions that say
// "continued" aside; when the page had no room for another row; when both have
// the same number of columns in the same places; and when the second begins with
// the header of the first, or with a row that looks like those above it.
func MergeContinued(d *doc.Document) {
	foot := footOf(d)
	for i := 0; i+1 < len(d.Pages); {
		parts := []part{}
		for j := i; j+1 < len(d.Pages); j++ {
			p, q := d.Pages[j], d.Pages[j+1]
			a, b := lastTable(p, q), firstTable(p, q)
			if a == nil || b == nil || q.Number != p.Number+1 {
				break
			}
			if len(parts) == 0 {
				parts = append(parts, part{Table: a.Table, page: p})
			}
			if a.Table != parts[len(parts)-1].Table {
				break // the page holds the end of this one and the beginning of another
			}
			header, ok := continues(parts[0].Table, a, b, foot[sizeOf(p)])
			if !ok {
				break
			}
			parts = append(parts, part{Table: b.Table, page: q, header: header})
		}
		if len(parts) > 1 {
			stack(parts)
		}
		i += max(1, len(parts)-1)
	}
}

// part is one page's piece of a table.
type part struct {
	*doc.Table
	page   *doc.Page
	header int // rows that repeat the first part's header
}

// edgeTable is a table at the edge of a page's body.
type edgeTable struct {
	*doc.Table
	limit float64 // upper edge of what follows it on the page, 0 for nothing
	named bool    // what stands beside it says that it goes on
}

// paperSize is a page's size in whole points.
type paperSize struct{ w, h int }

func sizeOf(p *doc.Page) paperSize {
	return paperSize{int(math.Round(p.Width)), int(math.Round(p.Height))}
}

// leastFoot is where the body of a full page ends at the earliest, as share of
// the page's height: no page is set with a wider lower margin.
const leastFoot = 0.8

// footOf returns how far down the body reaches on pages of each size.
func footOf(d *doc.Document) map[paperSize]float64 {
	foot := map[paperSize]float64{}
	for _, p := range d.Pages {
		foot[sizeOf(p)] = max(foot[sizeOf(p)], leastFoot*p.Height)
		for _, it := range p.Items {
			for _, b := range it.Common().Boxes {
				foot[sizeOf(p)] = max(foot[sizeOf(p)], b.Y1)
			}
		}
	}
	return foot
}

// goesOn is how the languages we have met say that something is continued.
const goesOn = `(?:continue[sd]|cont['’]?d|cont\.|fortsetzung|fortgesetzt|forts\.|suite|continuaci[oó]n|contin[uú]a|continuação|segue|vervolg)`

// A note that a table goes on begins or ends with such a word or has it in
// brackets or after a dash: work that continued until May is none, nor is Suite 4
// of an address.
var (
	continuedWords = regexp.MustCompile(`(?i)\b` + goesOn)
	continuedNote  = regexp.MustCompile(`(?i)^\W*` + goesOn + `\W*(?:$|[^\W\d])|[([—–-]\s*` + goesOn + `|\b` + goesOn + `\W*$|\bcontinue[sd] (?:on|from|overleaf)\b|\bnotes? at (?:the )?end of (?:the )?table\b`)
)

// saysGoesOn reports whether a text is a note that a table goes on.
func saysGoesOn(s string) bool {
	return len(strings.Fields(s)) <= maxNoteWords && continuedNote.MatchString(s)
}

// lastTable returns the table that ends the body of p, nil when there is none. q
// is the page after it.
func lastTable(p, q *doc.Page) *edgeTable {
	e := edgeTable{}
	for i := len(p.Items) - 1; i >= 0; i-- {
		switch it := p.Items[i].(type) {
		case *doc.Table:
			if len(it.Cells) == 0 || len(it.Boxes) != 1 {
				return nil
			}
			e.Table = it
			return &e
		case *doc.Footnote:
		case *doc.Heading, *doc.Paragraph, *doc.List, *doc.Code, *doc.Figure, *doc.Caption, *doc.Formula, *doc.Link:
			says := saysGoesOn(textOf(it))
			if !says && !repeated(it, p, q) && !noteOfBoth(it, q) {
				return nil
			}
			e.named = e.named || says
		}
		e.limit = p.Items[i].Common().Box().Y0
	}
	return nil
}

// firstTable returns the table that begins the body of q, nil when there is
// none. p is the page before it.
func firstTable(p, q *doc.Page) *edgeTable {
	e := edgeTable{}
	for _, it := range q.Items {
		if t, ok := it.(*doc.Table); ok {
			if len(t.Cells) == 0 || len(t.Boxes) != 1 {
				return nil
			}
			e.Table = t
			return &e
		}
		says := saysGoesOn(textOf(it))
		if !says && !repeated(it, q, p) {
			return nil
		}
		e.named = e.named || says
	}
	return nil
}

// maxNoteWords is the longest text that may stand between the parts and say that
// the table goes on: a caption, not a paragraph that has the word in it.
const maxNoteWords = 30

// textOf returns the text of an item of running text, "" for others.
func textOf(it doc.Item) string {
	switch it := it.(type) {
	case *doc.Heading:
		return it.Text.Plain()
	case *doc.Paragraph:
		return it.Text.Plain()
	case *doc.Caption:
		return it.Text.Plain()
	case *doc.Footnote:
		return it.Text.Plain()
	case *doc.Formula:
		return it.Text.Plain()
	case *doc.Link:
		return it.Text
	case *doc.Figure:
		return it.Labels.Plain()
	case *doc.List, *doc.Code, *doc.Table:
	}
	return ""
}

// noteOfBoth reports whether a text below a table stands below the first table of
// the next page, too: a source or a key to signs that each part repeats.
func noteOfBoth(it doc.Item, next *doc.Page) bool {
	text := strings.Join(strings.Fields(textOf(it)), " ")
	for i, o := range next.Items {
		if _, isTable := o.(*doc.Table); !isTable {
			continue
		}
		for _, below := range next.Items[i+1:] {
			if _, isTable := below.(*doc.Table); isTable {
				return false
			}
			if text != "" && strings.Join(strings.Fields(textOf(below)), " ") == text {
				return true
			}
		}
		return false
	}
	return false
}

// edgeZone is how much of a page's height, above and below, may hold furniture.
const edgeZone = 0.15

// samePlace is how far apart, in points, two things are that stand in the same
// place of their pages.
const samePlace = 3.0

var digits = regexp.MustCompile(`[0-9]+`)

// repeated reports whether the other page shows the same thing at the same
// place near its edge: page furniture that was not seen as such, or a logo.
func repeated(it doc.Item, p, other *doc.Page) bool {
	box := it.Common().Box()
	if box.IsZero() || box.Y1 > edgeZone*p.Height && box.Y0 < (1-edgeZone)*p.Height {
		return false
	}
	mask := func(s string) string { return digits.ReplaceAllString(strings.Join(strings.Fields(s), " "), "#") }
	text := mask(textOf(it))
	for _, o := range other.Items {
		if _, isTable := o.(*doc.Table); isTable {
			continue
		}
		b := o.Common().Box()
		if math.Abs(b.Y0-box.Y0) <= samePlace && math.Abs(b.X0-box.X0) <= samePlace && mask(textOf(o)) == text {
			_, pictured := it.(*doc.Figure)
			return text != "" || pictured
		}
	}
	return false
}

// continues reports whether b, at the top of a page, is more of a, at the bottom
// of the one before, and how many of its rows repeat the header of the table,
// which stands in its first part. foot is how far down pages are filled.
func continues(first *doc.Table, a, b *edgeTable, foot float64) (header int, ok bool) {
	if a.ColCount != b.ColCount || a.ColCount < 2 || !sameColumns(a.Table, b.Table) {
		return 0, false
	}
	if !a.named && !b.named && roomBelow(a, b, foot) {
		return 0, false
	}
	header = repeatedHeader(first, b.Table)
	if header > 0 {
		return header, header < b.RowCount
	}
	return 0, sameKinds(a.Table, b.Table) && !ownTitle(first, b.Table) && !ownHeader(first, a.Table, b.Table)
}

// ownTitle reports whether both tables begin with a line across all columns: the
// title of each, since they are not the same.
func ownTitle(a, b *doc.Table) bool { return isTitled(a) && isTitled(b) }

func isTitled(t *doc.Table) bool {
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Row == 0 && c.Col == 0 {
			return c.ColSpan == t.ColCount
		}
	}
	return false
}

// Rows that stay together, such as a group with its title, leave more room at
// the foot of a page than one row.
const (
	roomRows = 2.0 // rows of the table's own height
	roomEms  = 3.0 // and so many lines of text
	emOfRow  = 10.0
)

// roomBelow reports whether the first row of b would have fitted below a: then
// the table ended there.
func roomBelow(a, b *edgeTable, foot float64) bool {
	end := foot
	if a.limit > 0 {
		end = min(foot, a.limit)
	}
	row := max(b.Boxes[0].H()/float64(b.RowCount), rowHeight(b.Table))
	return end-a.Boxes[0].Y1 > roomRows*row+roomEms*emOfRow
}

// rowHeight returns the height of a table's first row, 0 when unknown.
func rowHeight(t *doc.Table) float64 {
	h := 0.0
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Row == 0 && c.RowSpan == 1 {
			h = max(h, c.Box.H())
		}
	}
	return h
}

// repeatedHeader returns how many rows at the top of b are the same as those at
// the top of a: the header, or a title row with "continued" in it.
func repeatedHeader(a, b *doc.Table) int {
	most := max(a.HeaderRows, b.HeaderRows, 1)
	ra, rb := rowTexts(a, most), rowTexts(b, most)
	n := 0
	for n < len(ra) && n < len(rb) && ra[n] == rb[n] && strings.Trim(ra[n], "\x00 ") != "" {
		n++
	}
	return n
}

// rowTexts returns the text of the first n rows as one string each.
func rowTexts(t *doc.Table, n int) []string {
	n = min(n, t.RowCount)
	rows := make([]string, n)
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Row >= n {
			continue
		}
		text := strings.ToLower(strings.Join(strings.Fields(c.Text.Plain()), " "))
		text = strings.Trim(continuedWords.ReplaceAllString(text, ""), " ()[]-–.,:")
		rows[c.Row] += text + "\x00"
	}
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], "\x00")
	}
	return rows
}

// Columns are in the same place when their drawn edges are, or when the texts in
// most of them begin, end or are centred there.
const (
	edgeSlack   = 3.0  // points between drawn edges of one table on two pages
	textSlack   = 5.0  // points between texts set to one edge
	alignShare  = 0.7  // share of the columns whose texts agree
	maxShift    = 0.15 // of the table's width: inner and outer margins differ
	minAligned  = 2    // columns with text in both parts
	minKinds    = 3    // filled cells that tell what a column holds
	mostlyShare = 0.8  // of them are of one kind
)

func sameColumns(a, b *doc.Table) bool {
	width := max(a.Boxes[0].W(), b.Boxes[0].W())
	ea, eb := columnEdges(a), columnEdges(b)
	for _, shift := range []float64{0, b.Boxes[0].X0 - a.Boxes[0].X0} {
		if math.Abs(shift) > maxShift*width {
			continue
		}
		if sameEdges(ea, eb, shift) || sameTexts(columnTexts(a), columnTexts(b), shift) {
			return true
		}
	}
	return false
}

// columnEdges returns the left and right edge of every column as its cells have
// them; zero where there is none that spans only it.
func columnEdges(t *doc.Table) []geom.Rect {
	out := make([]geom.Rect, t.ColCount)
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.ColSpan == 1 && c.Col < len(out) && !c.Box.IsZero() {
			out[c.Col] = out[c.Col].Union(c.Box)
		}
	}
	return out
}

// columnTexts is columnEdges for the texts in the cells.
func columnTexts(t *doc.Table) []geom.Rect {
	out := make([]geom.Rect, t.ColCount)
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.ColSpan > 1 || c.Col >= len(out) || c.Row < t.HeaderRows {
			continue
		}
		for k := range c.Text {
			out[c.Col] = out[c.Col].Union(c.Text[k].Box)
		}
	}
	return out
}

func sameEdges(a, b []geom.Rect, shift float64) bool {
	for k := range a {
		if a[k].IsZero() || b[k].IsZero() || math.Abs(a[k].X0+shift-b[k].X0) > edgeSlack || math.Abs(a[k].X1+shift-b[k].X1) > edgeSlack {
			return false
		}
	}
	return true
}

func sameTexts(a, b []geom.Rect, shift float64) bool {
	both, agree := 0, 0
	for k := range a {
		if a[k].IsZero() || b[k].IsZero() {
			continue
		}
		both++
		x0, x1 := a[k].X0+shift, a[k].X1+shift
		for j := range b { // overlapping another column is worse than not agreeing
			if j != k && !b[j].IsZero() && min(x1, b[j].X1)-max(x0, b[j].X0) > 0.5*min(x1-x0, b[j].W()) {
				return false
			}
		}
		switch {
		case math.Abs(x0-b[k].X0) <= textSlack, math.Abs(x1-b[k].X1) <= textSlack, math.Abs(x0+x1-b[k].X0-b[k].X1) <= 2*textSlack:
			agree++
		}
	}
	return both >= minAligned && both*2 >= len(a) && float64(agree) >= alignShare*float64(both)
}

// kinds counts what the cells of a column hold.
type kinds struct{ filled, numbers int }

func (k kinds) mostlyNumbers() bool {
	return k.filled > 0 && float64(k.numbers) >= mostlyShare*float64(k.filled)
}

func (k kinds) mostlyWords() bool {
	return k.filled > 0 && float64(k.numbers) <= (1-mostlyShare)*float64(k.filled)
}

// columnKinds counts numbers in the columns of rows from to the last.
func columnKinds(t *doc.Table, from, to int) []kinds {
	out := make([]kinds, t.ColCount)
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Row < from || c.Row >= to || c.ColSpan > 1 || c.Col >= len(out) || c.Text.Empty() {
			continue
		}
		out[c.Col].filled++
		if looksNumeric(plain(c.Text)) {
			out[c.Col].numbers++
		}
	}
	return out
}

// looksNumeric reports whether a cell holds a figure, whatever stands around it:
// "12", "(3.4)", "€ 5", "7 %", "–" for none.
func looksNumeric(s string) bool {
	digits, letters := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune(" .,%()+-–—−€$£¥*/:'’\u00a0", r):
		default:
			letters++
		}
	}
	if digits == 0 {
		return letters == 0 && s != "" || s == "n/a" || s == "NA"
	}
	return letters <= digits/2
}

// sameKinds reports whether no column changes from numbers to words.
func sameKinds(a, b *doc.Table) bool {
	ka, kb := columnKinds(a, a.HeaderRows, a.RowCount), columnKinds(b, 0, b.RowCount)
	differ, told := 0, 0
	for i := range ka {
		if ka[i].filled < minKinds || kb[i].filled < minKinds {
			continue
		}
		told++
		if ka[i].mostlyNumbers() && kb[i].mostlyWords() || ka[i].mostlyWords() && kb[i].mostlyNumbers() {
			differ++
		}
	}
	return differ*3 <= told && (told < 3 || differ <= 1)
}

// ownHeader reports whether b begins with a header that is not the table's: words
// over columns of numbers, or bold over what is not. A row with a single cell is
// the title of a group.
func ownHeader(first, a, b *doc.Table) bool {
	filled, bold := rowLooks(b, 0)
	if filled < 2 {
		return false
	}
	body := columnKinds(a, a.HeaderRows, a.RowCount)
	row := columnKinds(b, 0, 1)
	numbers, words := 0, 0
	for i := range body {
		if body[i].filled == 0 || !body[i].mostlyNumbers() || row[i].filled == 0 {
			continue
		}
		numbers++
		if row[i].numbers == 0 {
			words++
		}
	}
	if numbers > 0 && 2*words > numbers {
		return true
	}
	if !bold {
		return false
	}
	// A bold total is a row like others if it has numbers.
	if numbers > 0 && words == 0 {
		return false
	}
	_, plainBody := rowLooks(a, a.RowCount-1)
	_, boldHead := rowLooks(first, 0)
	return boldHead || !plainBody
}

// rowLooks counts the filled cells of a row and says whether all are bold.
func rowLooks(t *doc.Table, row int) (filled int, bold bool) {
	bold = true
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.Row != row || c.Text.Empty() {
			continue
		}
		filled++
		if slices.ContainsFunc(c.Text, func(in doc.Inline) bool {
			return in.Style&doc.Bold == 0 && strings.TrimSpace(in.Text) != ""
		}) {
			bold = false
		}
	}
	return filled, bold && filled > 0
}
