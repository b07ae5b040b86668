package wire

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/page"
)

// FormsResult is the forms of all pages.
type FormsResult struct {
	Pages []FormsPage `json:"pages"`
}

// FormsPage is the forms of one page, or why there are none.
type FormsPage struct {
	PageNumber int      `json:"page_number"`
	Success    bool     `json:"success"`
	PageWidth  *float64 `json:"page_width,omitempty"` // points; set when Success, like the next two
	PageHeight *float64 `json:"page_height,omitempty"`
	Forms      []Form   `json:"forms,omitzero"`
	Error      *string  `json:"error,omitempty"` // set when not Success
}

// Form is one form: as a tree of sections and fields, and as a list to read.
type Form struct {
	JSON []FormEntry `json:"json"`
	List FormList    `json:"list"`
}

// FormEntry is a section or a field of a form.
type FormEntry struct {
	Type  string  `json:"type"` // "section" or "field"
	ID    *string `json:"id"`
	Label *string `json:"label"`

	Items []FormEntry `json:"items,omitzero"` // of a section

	Field      *FormFieldKind `json:"field,omitempty"` // of a field, like the rest
	Value      any            `json:"value,omitempty"` // a string, a boolean for a check box, absent when blank
	IsEmpty    *bool          `json:"isEmpty,omitempty"`
	ValueItems []FormEntry    `json:"valueItems,omitzero"` // the choices of a select
	BBox       []BBox         `json:"bbox,omitzero"`
}

// FormFieldKind is what can be filled in.
type FormFieldKind string

// Allowed lists the kinds.
func (FormFieldKind) Allowed() []string {
	return []string{"text", "checkbox", "single_select", "multi_select", "signature"}
}

// FormList is a form as a nested list.
type FormList struct {
	Type    string         `json:"type"`
	Items   []FormListItem `json:"items"`
	Ordered bool           `json:"ordered"`
	MD      string         `json:"md"`
}

// FormListItem is an entry of the list: a text, or a list below one.
type FormListItem struct {
	Type    string         `json:"type"`
	Value   *string        `json:"value,omitempty"` // of a text
	Items   []FormListItem `json:"items,omitzero"`  // of a list, like the next
	Ordered *bool          `json:"ordered,omitempty"`
	MD      string         `json:"md"`
}

// Forms finds the forms of a result: interactive fields with the labels printed
// beside them, else blanks and boxes that are only drawn. It needs the result's
// words.
func Forms(r *engine.Result) FormsResult {
	pages := make([]FormsPage, len(r.Doc.Pages))
	for i, p := range r.Doc.Pages {
		pages[i].PageNumber = p.Number
		if p.Err != nil {
			pages[i].Error = new(p.Err.Error())
			continue
		}
		pages[i].Success = true
		pages[i].PageWidth, pages[i].PageHeight = new(points(p.Width)), new(points(p.Height))
		pages[i].Forms = []Form{}
		var fields []page.Field
		var words []page.Word
		if i < len(r.Fields) {
			fields = r.Fields[i]
		}
		if i < len(r.Words) {
			words = r.Words[i]
		}
		f := formFinder{words: words, fields: fields}
		entries := f.interactive()
		if len(entries) == 0 {
			entries = drawnFields(p.Items)
		}
		if len(entries) > 0 {
			tree := intoSections(entries, p.Items)
			pages[i].Forms = append(pages[i].Forms, Form{JSON: tree, List: listOf(tree)})
		}
	}
	return FormsResult{Pages: pages}
}

// placedEntry is a field with its place on the page.
type placedEntry struct {
	FormEntry
	box geom.Rect
}

// formFinder ties interactive fields to their labels.
type formFinder struct {
	words  []page.Word
	fields []page.Field
}

func (f *formFinder) interactive() []placedEntry {
	var out []placedEntry
	done := map[string]bool{} // radio buttons of one name are one field
	for i := range f.fields {
		w := &f.fields[i]
		if w.Kind == page.PushButton || w.Kind == page.RadioButton && done[w.Name] {
			continue
		}
		e := placedEntry{box: w.Box, FormEntry: FormEntry{Type: "field", ID: filled(w.Name), BBox: []BBox{bbox(w.Box, 1, "form")}}}
		switch w.Kind {
		case page.CheckBox:
			e.check(w.Checked)
			e.Label = filled(f.right(w.Box))
		case page.RadioButton:
			done[w.Name] = true
			f.radio(&e, w.Name)
		case page.ComboBox, page.ListBox:
			e.value("single_select", w.Value)
			if w.Kind == page.ListBox {
				e.Field = new(FormFieldKind("multi_select"))
			}
			for _, o := range w.Options {
				c := FormEntry{Type: "field", Label: new(o)}
				c.check(o == w.Value)
				e.ValueItems = append(e.ValueItems, c)
			}
			e.Label = filled(f.labelOf(w.Box))
		case page.Signature:
			e.value("signature", w.Value)
			e.Label = filled(f.labelOf(w.Box))
		case page.TextField:
			e.value("text", w.Value)
			e.Label = filled(f.labelOf(w.Box))
		case page.PushButton:
		}
		out = append(out, e)
	}
	// In the order of reading; the file has them in the order of making.
	row := func(e placedEntry) float64 { return math.Round(e.box.CenterY() / fieldRow) }
	slices.SortStableFunc(out, func(a, b placedEntry) int {
		return cmp.Or(cmp.Compare(row(a), row(b)), cmp.Compare(a.box.X0, b.box.X0))
	})
	return out
}

// fieldRow is the height in points within which fields stand in one row.
const fieldRow = 8.0

func (e *FormEntry) check(on bool) {
	e.Field, e.Value, e.IsEmpty = new(FormFieldKind("checkbox")), on, new(!on)
}

func (e *FormEntry) value(kind FormFieldKind, v string) {
	e.Field, e.IsEmpty = new(kind), new(v == "")
	if v != "" {
		e.Value = v
	}
}

// radio makes one field of all buttons of a name.
func (f *formFinder) radio(e *placedEntry, name string) {
	chosen := ""
	e.BBox = nil
	for i := range f.fields {
		w := &f.fields[i]
		if w.Kind != page.RadioButton || w.Name != name {
			continue
		}
		label := cmp.Or(f.right(w.Box), w.Value)
		c := FormEntry{Type: "field", Label: filled(label), BBox: []BBox{bbox(w.Box, 1, "form")}}
		c.check(w.Checked)
		if w.Checked {
			chosen = cmp.Or(label, "on")
		}
		e.ValueItems = append(e.ValueItems, c)
		e.BBox = append(e.BBox, c.BBox...)
	}
	e.value("single_select", chosen)
}

// How far a label may be from its field, and how wide a gap inside it may be, in
// heights of its text.
const (
	labelReach = 12.0
	labelGap   = 1.2
	aboveReach = 1.6
)

// right returns the words to the right of a box on its line.
func (f *formFinder) right(b geom.Rect) string {
	var label []page.Word
	at := b.X1
	for _, w := range f.onLine(b) {
		if w.Box.X0 < b.X1-1 {
			continue
		}
		if w.Box.X0-at > labelGap*max(w.Box.H(), b.H()) {
			break
		}
		label, at = append(label, w), w.Box.X1
	}
	return joined(label)
}

// labelOf returns the words to the left of a field, or else above it.
func (f *formFinder) labelOf(b geom.Rect) string {
	line := f.onLine(b)
	slices.Reverse(line)
	var label []page.Word
	at := b.X0
	for _, w := range line {
		if w.Box.X1 > b.X0+1 {
			continue
		}
		gap := at - w.Box.X1
		if len(label) == 0 && gap > labelReach*w.Box.H() || len(label) > 0 && gap > labelGap*w.Box.H() {
			break
		}
		label, at = append(label, w), w.Box.X0
	}
	if len(label) > 0 {
		slices.Reverse(label)
		return cleanLabel(joined(label))
	}
	for _, w := range f.words {
		if w.Box.Y1 <= b.Y0+1 && b.Y0-w.Box.Y1 < aboveReach*w.Box.H() && w.Box.OverlapX(b) > 0 && !f.inField(w.Box) {
			label = append(label, w)
		}
	}
	slices.SortStableFunc(label, func(a, b page.Word) int { return cmp.Compare(a.Box.X0, b.Box.X0) })
	return cleanLabel(joined(label))
}

// onLine returns the words beside a box that are no values, from left to right.
func (f *formFinder) onLine(b geom.Rect) []page.Word {
	var out []page.Word
	for _, w := range f.words {
		y := w.Box.CenterY()
		if y > b.Y0 && y < b.Y1 && !f.inField(w.Box) && strings.Trim(w.Text, "_.…: ") != "" {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(a, b page.Word) int { return cmp.Compare(a.Box.X0, b.Box.X0) })
	return out
}

// inField reports whether a word is a field's value.
func (f *formFinder) inField(b geom.Rect) bool {
	return slices.ContainsFunc(f.fields, func(w page.Field) bool {
		return w.Box.Contains(geom.Point{X: b.CenterX(), Y: b.CenterY()})
	})
}

func joined(words []page.Word) string {
	texts := make([]string, len(words))
	for i := range words {
		texts[i] = words[i].Text
	}
	return strings.Join(texts, " ")
}

func cleanLabel(s string) string { return strings.TrimSpace(strings.TrimRight(s, ":_.… ")) }

var (
	tickBox = regexp.MustCompile(`([☐☑☒□■✓✔✗✘])\s*([^☐☑☒□■✓✔✗✘]+)`)
	blank   = regexp.MustCompile(`([^:_….]{2,80}?)\s*:?\s*(?:_{3,}|…{2,}|\.{6,})`)
)

const crossed = "☑☒■✓✔✗✘"

// drawnFields finds boxes to tick and lines to write on in the text of the items.
func drawnFields(items []doc.Item) []placedEntry {
	var out []placedEntry
	for _, it := range items {
		box := it.Common().Box()
		add := func(e FormEntry, at geom.Rect) {
			if at.IsZero() {
				at = box
			}
			e.Type, e.BBox = "field", []BBox{bbox(at, it.Common().Confidence, "form")}
			out = append(out, placedEntry{e, at})
		}
		if l, ok := it.(*doc.List); ok {
			for i := range l.Entries {
				if m := l.Entries[i].Marker; m != "" && strings.Contains("☐☑☒□■", m) {
					e := FormEntry{Label: filled(strings.TrimSpace(l.Entries[i].Text.Plain()))}
					e.check(strings.Contains(crossed, m))
					add(e, l.Entries[i].Box())
				}
			}
			continue
		}
		doc.EachText(it, func(t doc.Text) {
			s := t.Plain()
			for _, m := range tickBox.FindAllStringSubmatch(s, -1) {
				e := FormEntry{Label: filled(strings.TrimSpace(m[2]))}
				e.check(strings.Contains(crossed, m[1]))
				add(e, geom.Rect{})
			}
			for _, m := range blank.FindAllStringSubmatch(s, -1) {
				if label := cleanLabel(m[1]); label != "" {
					e := FormEntry{Label: &label}
					e.value("text", "")
					add(e, geom.Rect{})
				}
			}
		})
	}
	return out
}

// intoSections puts fields below the headings they stand under.
func intoSections(fields []placedEntry, items []doc.Item) []FormEntry {
	type title struct {
		text string
		y    float64
	}
	var titles []title
	for _, it := range items {
		if h, ok := it.(*doc.Heading); ok {
			titles = append(titles, title{h.Text.Plain(), h.Box().Y0})
		}
	}
	slices.SortStableFunc(titles, func(a, b title) int { return cmp.Compare(a.y, b.y) })
	tree := []FormEntry{}
	section := map[int]int{} // place in the tree, by title
	for _, f := range fields {
		k := -1
		for i := range titles {
			if titles[i].y <= f.box.CenterY() {
				k = i
			}
		}
		if k < 0 {
			tree = append(tree, f.FormEntry)
			continue
		}
		at, ok := section[k]
		if !ok {
			at = len(tree)
			section[k] = at
			tree = append(tree, FormEntry{Type: "section", Label: new(titles[k].text), Items: []FormEntry{}})
		}
		tree[at].Items = append(tree[at].Items, f.FormEntry)
	}
	return tree
}

// listOf writes a form as a list to read.
func listOf(tree []FormEntry) FormList {
	items, md := entriesOf(tree, "")
	return FormList{Type: "list", Items: items, MD: md}
}

func entriesOf(tree []FormEntry, indent string) ([]FormListItem, string) {
	items := []FormListItem{}
	var lines []string
	for i := range tree {
		e := &tree[i]
		value := e.read()
		items = append(items, FormListItem{Type: "text", Value: &value, MD: value})
		lines = append(lines, indent+"- "+value)
		if e.Type == "section" && len(e.Items) > 0 {
			below, md := entriesOf(e.Items, indent+"  ")
			items = append(items, FormListItem{Type: "list", Items: below, Ordered: new(false), MD: md})
			lines = append(lines, md)
		}
	}
	return items, strings.Join(lines, "\n")
}

// read is an entry as a line of text.
func (e *FormEntry) read() string {
	label := ""
	if e.Label != nil {
		label = *e.Label
	} else if e.ID != nil {
		label = *e.ID
	}
	if e.Type == "section" {
		return label
	}
	switch v := e.Value.(type) {
	case bool:
		if v {
			return "☒ " + label
		}
		return "☐ " + label
	case string:
		return strings.TrimSpace(label + ": " + strings.Join(strings.Fields(v), " "))
	}
	return label + ":"
}
