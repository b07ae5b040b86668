// Package layout understands pages: from glyph runs, rules and images to items
// in reading order. It is a list of passes, one file each; the list below is
// its documentation.
//
// Understanding has two stages. Prepare works on one page alone and reduces its
// glyphs to lines. Understand sees all pages at once, which it needs to tell
// page furniture from text and one heading level from another.
//
// Promise: every piece of text of a page ends in exactly one item or in the
// page's list of dropped text with a reason. check.go says so after each pass
// in tests.
package layout

import (
	"fmt"

	"recto/internal/doc"
	"recto/internal/geom"
	"recto/internal/page"
)

// Options choose how pages are understood. The zero value is right for most.
type Options struct {
	KeepHidden     bool // invisible text is text
	IgnoreDiagonal bool // drop text more than a little off the axes
	IgnoreTags     bool // do not look at the structure tree
	TextOnly       bool // look for no tables and figures
	MoreTables     bool // find tables on weaker evidence, at the price of some that are none
	DrawnTables    bool // only tables whose grid is drawn, as it is drawn, and those of the tags
	// IgnoreTextInImage leaves out invisible text over a picture of the page.
	IgnoreTextInImage bool
	Outline           []doc.Bookmark
	Meta              doc.Meta
	strict            bool // tests: a fault panics
	// Each runs f(0) … f(n-1), in parallel if it likes; nil runs them in order.
	Each func(n int, f func(i int))
	// Enter is told when a pass begins to work on a page that is heavy enough to
	// take long; the function it returns, when it has ended. nil for nobody.
	Enter func(page int) (leave func())
}

// Sheet is one page on its way from paper to meaning. As Prepare leaves it, it is
// plain data that package freeze can put aside.
type Sheet struct {
	in   *page.Page  // glyphs are gone after Prepare
	turn geom.Matrix // from the paper to in: text that ran up or down it is level
	opts Options

	pieces   []piece // all text, fixed after the lines pass
	fate     []fate  // what became of each piece
	lines    []line  // runs of pieces on one baseline without wide gaps
	rules    []page.Rule
	body     float64  // commonest text size of the page, points
	columns  []column // in reading order
	blocks   []block  // in reading order
	tables   []*grid
	figures  []figure
	header   []int // indices of lines
	footer   []int
	printed  string // printed page number
	read     reading
	vocab    vocabulary
	signs    map[sign]bool // bullets that no table of bullets knows
	tagged   bool          // items came from the structure tree
	tagTexts []tagText     // its headings and paragraphs
	out      *doc.Page     `freeze:"-"` // the last pass makes it
}

// fate says what became of a piece.
type fate struct {
	used   int    // times it was put into an item
	reason string // why it was dropped
}

// pass is one step of Understand.
type pass struct {
	name string
	page func(*Sheet)    // works on a page alone
	all  func(*document) // works on the whole document
	why  string
}

// passes in their order. A pass reads what earlier ones have set.
var passes = []pass{
	{name: "sizes", all: evenSizes, why: "lines of one size are measured differently on pictures"},
	{name: "bodySize", all: measureBody, why: "sizes are judged against the document's running text"},
	{name: "vocabulary", all: readVocabulary, why: "the document's own words tell a broken word from a compound"},
	{name: "furniture", all: findFurniture, why: "headers and footers span columns and would hide them"},
	{name: "tags", all: readTagTrees, why: "where the author says what things are, nothing need be guessed"},
	{name: "signs", all: learnSigns, why: "rows that begin with bullets are no table"},
	{name: "figures", page: findFigures, why: "pictures stand in the way of columns and are no tables"},
	{name: "tables", page: findTables, why: "a table's columns are no text columns"},
	{name: "gutters", page: splitLines, why: "lines that run across a narrow gutter are two"},
	{name: "formulas", page: findFormulas, why: "the parts of a formula are no columns and no rows of a table"},
	{name: "columns", page: findColumns, why: "paragraphs run down one column"},
	{name: "marks", page: findMarks, why: "bullets that only repetition or drawing shows begin paragraphs"},
	{name: "blocks", page: buildBlocks, why: "lines that belong together, in reading order"},
	{name: "notes", all: findNotes, why: "footnotes and captions look like small paragraphs"},
	{name: "headings", all: findHeadings, why: "levels come from the styles of the whole document"},
	{name: "lists", all: findLists, why: "a numbered heading is no list, so headings come first"},
	{name: "quotes", page: findQuotes, why: "entries of lists are set in, too, so lists come first"},
	{name: "items", page: buildItems, why: "blocks become what they mean"},
}

// document is the shared state of Understand.
type document struct {
	opts   Options
	sheets []*Sheet
	body   bodyStyle
}

// Understand returns the meaning of the prepared pages. Sheets are used up.
func Understand(sheets []*Sheet, o Options) *doc.Document {
	return understand(sheets, o, nil)
}

// understand runs the passes and calls after following each one.
func understand(sheets []*Sheet, o Options, after func(pass string, sheets []*Sheet)) *doc.Document {
	d := &document{opts: o}
	for _, s := range sheets {
		if s.in.Err == nil {
			d.sheets = append(d.sheets, s)
		}
	}
	each := o.Each
	if each == nil {
		each = func(n int, f func(int)) {
			for i := range n {
				f(i)
			}
		}
	}
	for _, p := range passes {
		if p.page != nil {
			each(len(d.sheets), func(i int) {
				if s := d.sheets[i]; o.Enter != nil && s.heavy() {
					defer o.Enter(s.in.Number)()
				}
				d.sheets[i].guard(p)
			})
		}
		if p.all != nil {
			p.all(d)
		}
		if after != nil {
			after(p.name, d.sheets)
		}
	}
	out := &doc.Document{Meta: o.Meta, Outline: o.Outline}
	for _, s := range sheets {
		out.Pages = append(out.Pages, s.result())
	}
	return out
}

// heavyPage is from how many pieces and drawn things a page may take its passes
// long, whose time may grow by the square: a dense page of a newspaper has a
// tenth, and is understood in a tenth of a second.
const heavyPage = 10_000

func (s *Sheet) heavy() bool {
	return len(s.pieces)+len(s.in.Rules)+len(s.in.Fills)+len(s.in.Shapes) >= heavyPage
}

// guard runs a pass on a page. A fault of ours fails the page, not the document.
func (s *Sheet) guard(p pass) {
	if s.in.Err != nil {
		return
	}
	defer func() {
		if r := recover(); r != nil && !s.opts.strict {
			s.in.Err = fmt.Errorf("understand page %d: internal fault in pass %s: %v", s.in.Number, p.name, r)
			s.lines, s.blocks, s.header, s.footer, s.out = nil, nil, nil, nil, nil
		} else if r != nil {
			panic(r)
		}
	}()
	if !s.tagged || p.name == "items" {
		p.page(s)
	}
}

// result returns the page's meaning with what was dropped.
func (s *Sheet) result() *doc.Page {
	p := s.out
	if p == nil {
		p = &doc.Page{}
	}
	p.Number, p.Label, p.PrintedNumber = s.in.Number, s.in.Label, s.printed
	p.Width, p.Height, p.Rotation, p.Err = s.in.Width, s.in.Height, s.in.Rotation, s.in.Err
	for i := range s.pieces {
		if s.fate[i].reason == "" && s.fate[i].used != 1 {
			// A fault of ours; tests insist that there is none.
			s.fate[i].reason = Unplaced
		}
		if s.fate[i].reason != "" {
			p.Dropped = append(p.Dropped, doc.Dropped{Text: s.pieces[i].text, Reason: s.fate[i].reason, Box: s.pieces[i].box})
		}
	}
	if s.turn != geom.Identity {
		turnBack(p, s.turn)
		if f := s.in.Frame; f != nil {
			p.Width, p.Height = f.Width, f.Height
		} else if s.turn.B != 0 {
			p.Width, p.Height = p.Height, p.Width
		}
	}
	if s.in.Err == nil {
		p.NeedsOCR, p.BadFonts, p.Confidence = s.needsOCR(), s.read.isGarbled(), s.confidence(p)
	}
	return p
}

// Unplaced is the reason of text that no pass has put anywhere, or more than one
// has. It never occurs as long as the passes are right.
const Unplaced = "unplaced"

// drop marks a piece as left out.
func (s *Sheet) drop(i int, reason string) {
	if s.fate[i].reason == "" {
		s.fate[i].reason = reason
	}
}

// column is one column of running text, or one thing that stands alone.
type column struct {
	box   geom.Rect
	lines []int   // indices of lines, top to bottom
	table *grid   // instead of lines
	fig   *figure // instead of lines
	aside int     // number of the margin note it belongs to, from 1; 0 for text
}
