// Package doc says what a document means: pages of items in reading order.
// It is richer than any output format; renderers and the wire package fold it.
package doc

import "recto/internal/geom"

// Document is a whole understood document.
type Document struct {
	Meta     Meta
	Outline  []Bookmark
	Pages    []*Page // in source order; only the pages that were asked for
	Warnings []Warning
}

// Meta is what the file says about itself; every field may be empty.
type Meta struct {
	Title, Author, Subject, Keywords, Creator, Producer, Lang string
	PageCount                                                 int // of the file, not only the pages asked for
}

// Bookmark is one entry of the file's outline.
type Bookmark struct {
	Title string
	Level int     // from 1
	Page  int     // from 1, 0 when it leads nowhere
	Y     float64 // distance from the page's top in points, negative when unknown
}

// Warning is something odd but survivable.
type Warning struct {
	Page int // 0 for the whole document
	Text string
}

// Page is one page's meaning.
type Page struct {
	Number        int
	Label         string // page label by the file's own numbering, "" when none
	PrintedNumber string // page number as printed in header or footer, "" when none
	Width, Height float64
	Rotation      int // clockwise degrees by which the source page was turned
	// Confidence, 0-1, tells how likely text and order are right: the share of the
	// page's characters that are readable and in an item, less up to a fifth where
	// the page is read in quite another order than it is drawn. 1 for an empty
	// page, 0 for one that is a picture of text and nothing else.
	Confidence float64
	Recognized string // how the text was read from the picture of the page, "" when it came as text
	NeedsOCR   string // why the text should be recognized from the page's picture, "" when it need not
	BadFonts   bool   // because its fonts do not say what they show

	Header []Item // page header, never in Items
	Items  []Item // the body in reading order
	Footer []Item // page footer

	Dropped []Dropped // text that is in no item, with the reason
	Err     error     // the page could not be read; then there are no items
}

// Dropped is text left out on purpose.
type Dropped struct {
	Text   string
	Reason string // "hidden", "overprint", "outside the page", "line number"
	Box    geom.Rect
}

// Item is one building block of a page.
//
//sumtype:decl
type Item interface {
	// Common returns what every item has.
	Common() *Base
	item()
}

// Base is what every item has: where it stands and how sure we are.
type Base struct {
	Boxes      []geom.Rect // one for every separate piece (columns, lines apart), in reading order
	Confidence float64     // 0-1: of items like this one, the share whose kind and text are right
}

// Common returns the base itself; items embed it.
func (b *Base) Common() *Base { return b }

// Box returns the rectangle around all pieces.
func (b *Base) Box() geom.Rect {
	var r geom.Rect
	for _, p := range b.Boxes {
		r = r.Union(p)
	}
	return r
}

// Heading is a title of the document or of a part of it.
type Heading struct {
	Base
	Level int  // 1-6
	Title bool // the document's own title
	Text  Text
}

// Paragraph is running text.
type Paragraph struct {
	Base
	Quote bool // a block quote
	Text  Text
}

// List is a bulleted or numbered list.
type List struct {
	Base
	Ordered bool
	Entries []ListEntry
}

// ListEntry is one point of a list.
type ListEntry struct {
	Base
	Marker string // as printed: "•", "1.", "(a)"; "" when none is drawn
	Number int    // value of the marker in an ordered list
	Text   Text
	Items  []Item // what is nested below: lists, paragraphs
}

// Code is program text, its line breaks and indentation kept.
type Code struct {
	Base
	Language string // "" when unknown
	Value    string
}

// Table is a grid of cells.
type Table struct {
	Base
	Caption    Text
	RowCount   int
	ColCount   int
	HeaderRows int    // rows at the top that are headers
	Cells      []Cell // by row, then column; no two cover the same place
	Drawn      bool   // rests on drawn rules or on tags, not on alignment alone
	Decimal    byte   // '.' or ',' as the document's tables have it, 0 when none tells
	Concerns   []Concern
	// MergedFrom lists the pages whose parts this table holds; MergedInto is the
	// page that holds this part. Both empty for an ordinary table.
	MergedFrom []int
	MergedInto int
}

// Cell is one cell of a table.
type Cell struct {
	Row, Col         int // from 0
	RowSpan, ColSpan int // at least 1
	Header           bool
	Text             Text
	Box              geom.Rect // on the table's page, or on Page
	Page             int       // page of a cell that came from a later one, else 0
}

// Concern is a doubt about a table.
type Concern struct{ Type, Details string }

// Figure is a picture or drawing.
type Figure struct {
	Base
	Alt     string // alternative text by the author, "" when none
	Image   string // file name of the saved image, "" when none is saved
	Source  int    // image object of the page it shows, -1 for a region of the page
	Caption Text   // "" when the caption is an item of its own
	Labels  Text   // words drawn inside it, such as a chart's legend
}

// Caption is the text that names a figure or table.
type Caption struct {
	Base
	Text Text
}

// Footnote is a note at the foot of the page.
type Footnote struct {
	Base
	Marker string // as printed, "" when none is found
	Text   Text   // with its marker where it is printed
}

// Formula is displayed mathematics.
type Formula struct {
	Base
	Text Text   // fractions with a slash, rows of a matrix one after another
	TeX  string // the same in TeX's notation, "" when unknown
}

// Link is a link that stands alone on its line.
type Link struct {
	Base
	Text string
	URL  string
}

func (*Heading) item()   {}
func (*Paragraph) item() {}
func (*List) item()      {}
func (*Code) item()      {}
func (*Table) item()     {}
func (*Figure) item()    {}
func (*Caption) item()   {}
func (*Footnote) item()  {}
func (*Formula) item()   {}
func (*Link) item()      {}
