package wire

import (
	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/render/markdown"
	"recto/internal/table"
	"regexp"
)

// StructuredResult is the items of all pages.
type StructuredResult struct {
	Pages []StructuredPage `json:"pages"`
}

// StructuredPage is the items of one page, or why there are none.
type StructuredPage struct {
	PageNumber int      `json:"page_number"`
	Success    bool     `json:"success"`
	PageWidth  *float64 `json:"page_width,omitempty"` // points; set when Success, like the next two
	PageHeight *float64 `json:"page_height,omitempty"`
	Items      []Item   `json:"items,omitzero"`
	Error      *string  `json:"error,omitempty"` // set when not Success
}

// Kind is one of the nine kinds of items clients know. They fail on others.
type Kind string

// The kinds of items.
const (
	TextKind    Kind = "text"
	HeadingKind Kind = "heading"
	ListKind    Kind = "list"
	CodeKind    Kind = "code"
	TableKind   Kind = "table"
	ImageKind   Kind = "image"
	LinkKind    Kind = "link"
	HeaderKind  Kind = "header"
	FooterKind  Kind = "footer"
)

// Allowed lists the kinds.
func (Kind) Allowed() []string {
	return []string{
		string(TextKind), string(HeadingKind), string(ListKind), string(CodeKind), string(TableKind),
		string(ImageKind), string(LinkKind), string(HeaderKind), string(FooterKind),
	}
}

// Item is a block of a page. Which of the optional fields are there depends on
// Type; those of a kind are always there, even when empty.
type Item struct {
	Type Kind   `json:"type"`
	MD   string `json:"md"`
	BBox []BBox `json:"bbox"`

	Value    *string `json:"value,omitempty"`    // text, heading, code
	Level    *int    `json:"level,omitempty"`    // heading
	Items    []Item  `json:"items,omitzero"`     // list (texts and lists), header, footer
	Ordered  *bool   `json:"ordered,omitempty"`  // list
	Language *string `json:"language,omitempty"` // code, where known

	// Tables.
	Rows            [][]any        `json:"rows,omitzero"` // strings, numbers and null
	CSV             *string        `json:"csv,omitempty"`
	HTML            *string        `json:"html,omitempty"`
	MergedFromPages []int          `json:"merged_from_pages,omitempty"`
	MergedIntoPage  *int           `json:"merged_into_page,omitempty"`
	ParseConcerns   []ParseConcern `json:"parse_concerns,omitempty"`

	Caption *string `json:"caption,omitempty"` // image
	URL     *string `json:"url,omitempty"`     // image, link
	Text    *string `json:"text,omitempty"`    // link
}

// ParseConcern is a doubt about a table.
type ParseConcern struct {
	Type    string `json:"type"`
	Details string `json:"details"`
}

// BBox is where a piece of an item stands, in points from the page's top left,
// and which part of the item's markdown it shows: from StartIndex to EndIndex
// inclusive, in UTF-16 code units. Without indexes it shows nothing.
type BBox struct {
	X          float64  `json:"x"`
	Y          float64  `json:"y"`
	W          float64  `json:"w"`
	H          float64  `json:"h"`
	Confidence *float64 `json:"confidence"`
	Label      *string  `json:"label"`
	StartIndex *int     `json:"start_index"`
	EndIndex   *int     `json:"end_index"`
}

// What a box shows, in the words clients know.
const (
	titleLabel      = "title"
	headingLabel    = "section-header"
	textLabel       = "text"
	listLabel       = "list-item"
	captionLabel    = "caption"
	footnoteLabel   = "footnote"
	formulaLabel    = "formula"
	tableLabel      = "table"
	figureLabel     = "picture"
	codeLabel       = "code"
	pageHeaderLabel = "page-header"
	pageFooterLabel = "page-footer"
)

// KindNames returns what requests may call an item: its kind and the labels of
// its boxes.
func KindNames(it doc.Item) []string {
	switch it := it.(type) {
	case *doc.Heading:
		if it.Title {
			return []string{string(HeadingKind), headingLabel, titleLabel}
		}
		return []string{string(HeadingKind), headingLabel}
	case *doc.Paragraph:
		return []string{string(TextKind), "paragraph"}
	case *doc.List:
		return []string{string(ListKind), listLabel}
	case *doc.Code:
		return []string{string(CodeKind)}
	case *doc.Table:
		return []string{string(TableKind)}
	case *doc.Figure:
		return []string{string(ImageKind), figureLabel, "figure", "chart"}
	case *doc.Caption:
		return []string{captionLabel, string(TextKind)}
	case *doc.Footnote:
		return []string{footnoteLabel, string(TextKind)}
	case *doc.Formula:
		return []string{formulaLabel, "equation"}
	case *doc.Link:
		return []string{string(LinkKind)}
	}
	return nil
}

// Items converts the items of a result: the page header first, the page footer
// last, between them the body in reading order.
func Items(r *engine.Result, o markdown.Options) StructuredResult {
	f := folder{o: o}
	pages := make([]StructuredPage, len(r.Doc.Pages))
	for i, p := range r.Doc.Pages {
		pages[i].PageNumber = p.Number
		if p.Err != nil {
			pages[i].Error = new(p.Err.Error())
			continue
		}
		pages[i].Success = true
		pages[i].PageWidth, pages[i].PageHeight = new(points(p.Width)), new(points(p.Height))
		items := []Item{}
		if len(p.Header) > 0 {
			items = append(items, f.furniture(HeaderKind, pageHeaderLabel, p.Header, markdown.Header(p, o)))
		}
		items = append(items, f.items(p.Items)...)
		if len(p.Footer) > 0 {
			items = append(items, f.furniture(FooterKind, pageFooterLabel, p.Footer, markdown.Footer(p, o)))
		}
		pages[i].Items = items
	}
	return StructuredResult{Pages: pages}
}

// folder folds the kinds of package doc into the nine of the contract.
type folder struct {
	o     markdown.Options
	label string // of every box when set: what stands in a page header is one
}

func (f folder) items(from []doc.Item) []Item {
	items := []Item{}
	for i, it := range from {
		item := f.item(it)
		if fig, ok := it.(*doc.Figure); ok && fig.Caption.Empty() {
			if caption := captionOf(from, i); caption != "" {
				item.Caption = &caption
			}
		}
		items = append(items, item)
	}
	return items
}

// tableCaption begins captions that belong to no picture.
var tableCaption = regexp.MustCompile(`^(?i:(supplementary |extended data )?(table|tab\.|tabelle|tableau|tabla|cuadro|tabela|listing|algorithm))`)

// captionOf returns the caption that stands right behind the i-th item, a figure,
// or right before it, "" when none does. One between two figures is the first's.
func captionOf(items []doc.Item, i int) string {
	at := func(k int) string {
		if k < 0 || k >= len(items) {
			return ""
		}
		c, ok := items[k].(*doc.Caption)
		if !ok || tableCaption.MatchString(c.Text.Plain()) {
			return ""
		}
		return c.Text.Plain()
	}
	if caption := at(i + 1); caption != "" {
		return caption
	}
	if i >= 2 {
		if _, ok := items[i-2].(*doc.Figure); ok {
			return ""
		}
	}
	return at(i - 1)
}

func (f folder) item(it doc.Item) Item {
	rendered := markdown.Item(it, f.o)
	base := it.Common()
	text := func(label string, t doc.Text) Item {
		return Item{Type: TextKind, MD: rendered.MD, Value: new(t.Plain()), BBox: f.boxes(base, label, rendered)}
	}
	switch it := it.(type) {
	case *doc.Heading:
		label := headingLabel
		if it.Title {
			label = titleLabel
		}
		return Item{
			Type: HeadingKind, MD: rendered.MD, Value: new(it.Text.Plain()),
			Level: new(min(max(it.Level, 1), 6)), BBox: f.boxes(base, label, rendered),
		}
	case *doc.Paragraph:
		return text(textLabel, it.Text)
	case *doc.List:
		return f.list(it, rendered)
	case *doc.Code:
		return Item{
			Type: CodeKind, MD: rendered.MD, Value: new(it.Value),
			Language: filled(it.Language), BBox: f.boxes(base, codeLabel, rendered),
		}
	case *doc.Table:
		return f.table(it, rendered)
	case *doc.Figure:
		return f.figure(it, rendered)
	case *doc.Caption:
		return text(captionLabel, it.Text)
	case *doc.Footnote:
		return text(footnoteLabel, it.Text)
	case *doc.Formula:
		return text(formulaLabel, it.Text)
	case *doc.Link:
		return Item{
			Type: LinkKind, MD: rendered.MD, Text: new(it.Text), URL: new(it.URL), BBox: f.boxes(base, textLabel, rendered),
		}
	}
	return text(textLabel, nil)
}

// list converts a list. Below a list clients take texts and lists only, so
// whatever else stands there becomes a text with its markdown.
func (f folder) list(l *doc.List, rendered markdown.Rendered) Item {
	items := []Item{}
	for i := range l.Entries {
		e := &l.Entries[i]
		entry := markdown.EntryText(l, i)
		if !entry.Empty() {
			r := markdown.Item(&doc.Paragraph{Base: e.Base, Text: entry}, f.o)
			items = append(items, Item{Type: TextKind, MD: r.MD, Value: new(entry.Plain()), BBox: f.boxes(&e.Base, listLabel, r)})
		}
		for _, child := range f.items(e.Items) {
			if child.Type != TextKind && child.Type != ListKind {
				value := child.MD
				if child.Value != nil {
					value = *child.Value
				}
				child = Item{Type: TextKind, MD: child.MD, Value: &value, BBox: child.BBox}
			}
			items = append(items, child)
		}
	}
	return Item{
		Type: ListKind, MD: rendered.MD, Items: items, Ordered: new(l.Ordered), BBox: f.boxes(&l.Base, listLabel, rendered),
	}
}

func (f folder) table(t *doc.Table, rendered markdown.Rendered) Item {
	it := Item{
		Type: TableKind, MD: rendered.MD, Rows: table.Rows(t), CSV: new(table.CSV(t)),
		HTML:            new(table.HTML(t, markdown.HTMLOptions(f.o))),
		MergedFromPages: t.MergedFrom, BBox: f.boxes(&t.Base, tableLabel, rendered),
	}
	if t.MergedInto > 0 {
		it.MergedIntoPage = &t.MergedInto
	}
	for _, c := range t.Concerns {
		it.ParseConcerns = append(it.ParseConcerns, ParseConcern(c))
	}
	return it
}

func (f folder) figure(fig *doc.Figure, rendered markdown.Rendered) Item {
	url := fig.Image
	if f.o.ImageURL != nil {
		url = f.o.ImageURL(fig)
	}
	caption := fig.Caption.Plain()
	if caption == "" {
		caption = fig.Alt
	}
	return Item{Type: ImageKind, MD: rendered.MD, Caption: &caption, URL: &url, BBox: f.boxes(&fig.Base, figureLabel, rendered)}
}

// furniture converts the page header or footer into its container.
func (f folder) furniture(kind Kind, label string, from []doc.Item, md string) Item {
	f.label = label
	base := doc.Base{Confidence: 1}
	rendered := markdown.Rendered{MD: md}
	start := 0
	for _, it := range from {
		n := markdown.Len(markdown.Item(it, f.o).MD)
		base.Confidence = min(base.Confidence, it.Common().Confidence)
		if box := it.Common().Box(); !box.IsZero() {
			base.Boxes = append(base.Boxes, box)
			rendered.Pieces = append(rendered.Pieces, markdown.Range{Start: start, End: start + n})
		}
		if n > 0 {
			start += n + len("\n\n") // as the items are joined
		}
	}
	items := f.items(from)
	return Item{Type: kind, MD: md, Items: items, BBox: f.boxes(&base, label, rendered)}
}

// boxes converts an item's boxes.
func (f folder) boxes(b *doc.Base, label string, r markdown.Rendered) []BBox {
	if f.label != "" {
		label = f.label
	}
	boxes := make([]BBox, len(b.Boxes))
	for i, box := range b.Boxes {
		boxes[i] = bbox(box, b.Confidence, label)
		if i < len(r.Pieces) && r.Pieces[i].End > r.Pieces[i].Start {
			boxes[i].StartIndex = new(r.Pieces[i].Start)
			boxes[i].EndIndex = new(r.Pieces[i].End - 1)
		}
	}
	return boxes
}

func bbox(r geom.Rect, confidence float64, label string) BBox {
	x, y, w, h := corner(r)
	return BBox{X: x, Y: y, W: w, H: h, Confidence: new(round(confidence, 1000)), Label: &label}
}
