// Package page says what is on the paper: glyph runs, rules, fills, images,
// links and structure tags of one page, in page space. A Page is filled by a
// reader (PDF, image with OCR) and never changed afterwards; what it all means
// is package doc's business.
package page

import "recto/internal/geom"

// Page is one page as drawn.
type Page struct {
	Number   int     // from 1, in the source document
	Label    string  // label of the document's own numbering ("iv"), "" when it has none
	Width    float64 // points, crop box and rotation applied
	Height   float64 // points
	Rotation int     // clockwise degrees by which the source page was turned: 0, 90, 180, 270

	Runs   []Run   // in drawing order
	Rules  []Rule  // drawn straight lines, horizontal or vertical
	Fills  []Fill  // filled or framed rectangles too thick to be rules
	Shapes []Shape // any other vector drawing
	Images []Image // pictures placed on the page
	Drawn  bool    // something was painted that is neither text nor image
	Links  []Link
	Fields []Field // interactive form fields
	Marks  []Mark  // a reader's marks on the text
	Tags   []Tag   // structure tree of the page in document order, nil when untagged

	// Cut says what was left out because there is too much of it, in words for
	// people.
	Cut []string

	// Frame is set when the reader has straightened the page: everything on it,
	// and Width and Height, are in the space of the straight page.
	Frame *Frame

	Err error // set when the page could not be read; everything else may then be empty
}

// Frame says how a straightened page lies on the paper.
type Frame struct {
	Turn          geom.Matrix // from the paper to the page, a turn and a shift
	Width, Height float64     // of the paper, points
}

// Font is a typeface as the document names and flags it.
type Font struct {
	Name      string // without subset prefix, "Times-Bold"
	Bold      bool
	Italic    bool
	Monospace bool
	Serif     bool
	Symbolic  bool // own encoding: bullets, ticks, mathematics
	Embedded  bool
	Weight    int     // 100-900, 0 when unknown
	Ascent    float64 // above the baseline, in ems
	Descent   float64 // below the baseline, in ems, positive
	Measured  bool    // of recognized text: sizes and boldness are measured on a picture
}

// Mode tells how glyphs are painted.
type Mode uint8

// The ways a run can be painted.
const (
	Painted   Mode = iota // filled, stroked or both
	Invisible             // text rendering mode 3 or 7: an OCR layer or a trick
)

// Color is 0xRRGGBBAA.
type Color uint32

// Run is a stretch of glyphs of one font, size, colour and baseline, drawn by
// one text operator or several that follow on.
type Run struct {
	Glyphs   []Glyph // in drawing order, never empty
	Font     *Font   // never nil
	Size     float64 // height of an em on the page, points
	Color    Color
	Mode     Mode
	Angle    float64 // direction of writing, degrees clockwise from left to right; 0 for ordinary text
	Box      geom.Rect
	MCID     int  // marked-content id that ties the run to Tags, -1 when none
	Artifact bool // marked as page furniture by the document itself
	// Confidence of recognition, 0-1; 1 for text that came as text.
	Confidence float64
	// Pictured says that the text was recognized from a picture placed on a page
	// that has text of its own.
	Pictured bool
}

// Text returns the run's characters in drawing order.
func (r *Run) Text() string {
	b := make([]rune, 0, len(r.Glyphs))
	for i := range r.Glyphs {
		b = append(b, r.Glyphs[i].Rune)
	}
	return string(b)
}

// Glyph is one character on the page.
type Glyph struct {
	Rune   rune
	Box    geom.Rect  // advance width by font height: boxes of neighbours touch
	Origin geom.Point // where its baseline starts
	Flags  GlyphFlag
}

// GlyphFlag marks what the reader knows of a glyph beyond its character.
type GlyphFlag uint8

// The flags of a glyph.
const (
	Hyphen      GlyphFlag = 1 << iota // a hyphen that ends a line and may be a soft one
	Unmapped                          // the font does not say which character it is; Rune is a guess or U+FFFD
	SpaceBefore                       // a space glyph was drawn between the previous glyph of the run and this one
)

// Rule is a straight drawn line. Thin filled rectangles count as rules.
type Rule struct {
	Box      geom.Rect // with its thickness
	Vertical bool
	Color    Color
	Dashed   bool
}

// Fill is a rectangle with a background, a frame, or both.
type Fill struct {
	Box    geom.Rect
	Color  Color // of the inside; alpha 0 when only framed
	Stroke Color // of the frame; alpha 0 when none
	Order  int   // position in drawing order among all page objects
	MCID   int   // marked-content id, -1 when none
}

// Shape is a vector drawing that is neither rule nor rectangle.
type Shape struct {
	Box    geom.Rect
	Curved bool
	Filled bool
	Form   Form  // of a closed outline as small as a letter
	Color  Color // of the inside; alpha 0 when not filled
	Stroke Color // of the outline; alpha 0 when none
	MCID   int   // marked-content id, -1 when none
}

// Form is what a small outline looks like.
type Form uint8

// The forms.
const (
	Irregular Form = iota
	Round          // a circle
	Square         // with rounded corners
)

// Image is a picture placed on the page. Its bytes are asked of the reader.
type Image struct {
	Index    int // the reader's handle: the n-th image object of the page, from 0; negative for a part of a scan
	Box      geom.Rect
	WidthPx  int
	HeightPx int
	MCID     int    // -1 when none
	Alt      string // alternative text of the tag that holds it
	Mask     bool   // a one-bit stencil painted with the fill colour
	Bytes    int    // as encoded in the file, 0 when unknown: tells one picture from another of its size
	Photo    bool   // compressed with loss, as JPEG is: made for photographs
}

// Link is an active area.
type Link struct {
	Box  geom.Rect
	URI  string // external target, "" for an internal one
	Page int    // target page from 1, 0 for an external one
}

// Mark is a mark that a reader has laid on text as an annotation.
type Mark struct {
	Box  geom.Rect // of one line
	Kind MarkKind
}

// MarkKind says what a mark does to the text.
type MarkKind uint8

// The kinds of marks.
const (
	Highlighted MarkKind = iota
	Underlined
	StruckOut
)

// Field is a form field's widget.
type Field struct {
	Box     geom.Rect
	Name    string
	Kind    FieldKind
	Value   string
	Checked bool // check boxes and radio buttons
	Hidden  bool // not shown to who looks at the page
	Options []string
}

// FieldKind says what a form field is.
type FieldKind uint8

// The kinds of form fields.
const (
	TextField FieldKind = iota
	CheckBox
	RadioButton
	ComboBox
	ListBox
	PushButton
	Signature
)

// Tag is one element of the structure tree with what it holds on this page.
type Tag struct {
	Type     string // standard role: "H1", "P", "Table", "TD", "LI", "Figure", "Artifact"
	Alt      string
	Actual   string // ActualText
	Lang     string
	RowSpan  int // table cells: at least 1
	ColSpan  int
	MCIDs    []int // marked content directly inside, in order
	Children []Tag
	Kids     []Kid // the two above in their common order
}

// Kid is one entry of a Tag: marked content or a child.
type Kid struct {
	MCID  int // -1 when it is a child
	Child int // index in Children, -1 when it is marked content
}

// Word is a word with its box, for the word-level outputs.
type Word struct {
	Text       string
	Box        geom.Rect
	Confidence float64
}
