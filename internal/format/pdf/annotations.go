package pdf

import (
	"errors"
	"strings"

	"recto/internal/geom"
	"recto/internal/page"
)

// The annotation subtypes that carry text onto the page or lead elsewhere.
const (
	annotationLink      = 2
	annotationFreeText  = 3
	annotationHighlight = 9
	annotationUnderline = 10
	annotationStrikeOut = 12
	annotationStamp     = 13
	annotationWidget    = 20
)

// The actions of a link.
const (
	actionGoTo = 1
	actionURI  = 3
)

const maxAnnotations = 20_000

// annotations is what the annotations of a page say.
type annotations struct {
	links  []page.Link
	marks  []page.Mark
	fields []page.Field
	values []fieldValue // what visible fields should show
	drawn  bool         // some have a look that is part of the page
}

// flatten reads the page's annotations and draws them on the page, where form
// values and free text are text like any other. This uses them up, so they are
// kept for the next time the page is opened.
func (r *Reader) flatten(w *placed) *annotations {
	if known := r.notes[w.number]; known != nil {
		return known
	}
	notes := r.readAnnotations(w)
	if notes.drawn && r.m.callInt("FPDFPage_Flatten", w.handle, 0) == flattened {
		r.notes[w.number] = notes
		r.m.call("FPDF_ClosePage", w.handle)
		w.handle = r.m.call("FPDF_LoadPage", r.doc, uint64(w.number-1))
	}
	return notes
}

// openFlat opens a page as ReadPage sees it: the look of annotations may be text
// and hold images. The caller closes it.
func (r *Reader) openFlat(n int) (*placed, error) {
	m := r.m
	w := &placed{handle: m.call("FPDF_LoadPage", r.doc, uint64(n-1)), number: n, out: &page.Page{}}
	if w.handle == 0 {
		return nil, errors.New("the page is damaged")
	}
	if err := r.place(w); err != nil {
		m.call("FPDF_ClosePage", w.handle)
		return nil, err
	}
	r.flatten(w)
	if m.trap != nil {
		return nil, m.trap
	}
	return w, nil
}

// flattened is what FPDFPage_Flatten answers when it has changed the page.
const flattened = 1

// readAnnotations reads links and form fields.
func (r *Reader) readAnnotations(w *placed) *annotations {
	m := r.m
	var out annotations
	n := min(m.callInt("FPDFPage_GetAnnotCount", w.handle), maxAnnotations)
	if n <= 0 {
		return &out
	}
	if form := r.formHandle(); form != 0 {
		// Only now PDFium knows the state of buttons, and it draws fields that have
		// a value and no look.
		m.call("FORM_OnAfterLoadPage", w.handle, form)
		defer m.call("FORM_OnBeforeClosePage", w.handle, form)
	}
	for i := range n {
		a := m.call("FPDFPage_GetAnnot", w.handle, uint64(i))
		if a == 0 {
			continue
		}
		switch m.callInt("FPDFAnnot_GetSubtype", a) {
		case annotationLink:
			r.readLink(w, a, &out)
		case annotationWidget:
			out.drawn = true
			r.readField(w, a, &out)
		case annotationHighlight:
			r.readMark(w, a, page.Highlighted, &out)
		case annotationUnderline:
			r.readMark(w, a, page.Underlined, &out)
		case annotationStrikeOut:
			r.readMark(w, a, page.StruckOut, &out)
		case annotationFreeText, annotationStamp:
			out.drawn = true
		}
		m.call("FPDFPage_CloseAnnot", a)
		if m.trap != nil {
			break
		}
	}
	return &out
}

// annotationBox returns where an annotation stands on the page.
func (r *Reader) annotationBox(w *placed, a handle) geom.Rect {
	m := r.m
	m.clear(16)
	if m.callInt("FPDFAnnot_GetRect", a, m.out(0)) == 0 {
		return geom.Rect{}
	}
	b := geom.Rect{X0: m.float32At(0), Y0: m.float32At(12), X1: m.float32At(8), Y1: m.float32At(4)}
	if b.X0 > b.X1 {
		b.X0, b.X1 = b.X1, b.X0
	}
	if b.Y0 > b.Y1 {
		b.Y0, b.Y1 = b.Y1, b.Y0
	}
	return w.toPage.ApplyRect(b)
}

func (r *Reader) readLink(w *placed, a handle, out *annotations) {
	m := r.m
	link := m.call("FPDFAnnot_GetLink", a)
	if link == 0 {
		return
	}
	l := page.Link{Box: r.annotationBox(w, a)}
	action := m.call("FPDFLink_GetAction", link)
	if action == 0 {
		l.Page = r.pageOf(m.call("FPDFLink_GetDest", r.doc, link))
	} else {
		switch m.callInt("FPDFAction_GetType", action) { // others leave the document, and not by an address
		case actionURI:
			l.URI = m.byteString("FPDFAction_GetURIPath", r.doc, action)
		case actionGoTo:
			l.Page = r.pageOf(m.call("FPDFAction_GetDest", r.doc, action))
		}
	}
	if l.URI != "" || l.Page > 0 {
		out.links = append(out.links, l)
	}
}

// maxMarkLines bounds the lines of one mark.
const maxMarkLines = 1000

// readMark reads a mark on text: a box for every line it lies on.
func (r *Reader) readMark(w *placed, a handle, kind page.MarkKind, out *annotations) {
	m := r.m
	if m.callInt("FPDFAnnot_GetFlags", a)&(annotationHidden|annotationNoView) != 0 {
		return
	}
	for i := range min(m.callInt("FPDFAnnot_CountAttachmentPoints", a), maxMarkLines) {
		m.clear(32)
		if m.callInt("FPDFAnnot_GetAttachmentPoints", a, uint64(i), m.out(0)) == 0 {
			continue
		}
		// Four corners, in an order that writers do not agree on.
		x0, x1 := m.float32At(0), m.float32At(0)
		y0, y1 := m.float32At(4), m.float32At(4)
		for k := uint32(8); k < 32; k += 8 {
			x0, x1 = min(x0, m.float32At(k)), max(x1, m.float32At(k))
			y0, y1 = min(y0, m.float32At(k+4)), max(y1, m.float32At(k+4))
		}
		box := w.toPage.ApplyRect(geom.Rect{X0: x0, Y0: y0, X1: x1, Y1: y1})
		if !box.Empty() {
			out.marks = append(out.marks, page.Mark{Box: box, Kind: kind})
		}
	}
}

// fieldKinds maps PDFium's form field types.
var fieldKinds = map[int]page.FieldKind{
	1: page.PushButton, 2: page.CheckBox, 3: page.RadioButton, 4: page.ComboBox,
	5: page.ListBox, 6: page.TextField, 7: page.Signature,
}

func (r *Reader) readField(w *placed, a handle, out *annotations) {
	m := r.m
	form := r.formHandle()
	if form == 0 {
		return
	}
	kind, ok := fieldKinds[m.callInt("FPDFAnnot_GetFormFieldType", form, a)]
	if !ok {
		return
	}
	hidden := m.callInt("FPDFAnnot_GetFlags", a)&(annotationHidden|annotationNoView) != 0
	f := page.Field{Box: r.annotationBox(w, a), Kind: kind, Hidden: hidden}
	f.Name = m.utf16String("FPDFAnnot_GetFormFieldName", form, a)
	switch kind {
	case page.CheckBox, page.RadioButton:
		f.Checked = m.callInt("FPDFAnnot_IsChecked", form, a) != 0
		f.Value = m.utf16String("FPDFAnnot_GetFormFieldExportValue", form, a)
	case page.TextField, page.ComboBox, page.ListBox:
		f.Value = lineEnds.Replace(m.utf16String("FPDFAnnot_GetFormFieldValue", form, a))
		n := min(m.callInt("FPDFAnnot_GetOptionCount", form, a), 1000)
		for i := range n {
			f.Options = append(f.Options, m.utf16String("FPDFAnnot_GetOptionLabel", form, a, uint64(i)))
		}
	case page.PushButton, page.Signature:
	}
	out.fields = append(out.fields, f)
	if f.Value != "" && isWritten(kind) && !hidden {
		flags := m.callInt("FPDFAnnot_GetFormFieldFlags", form, a)
		v := fieldValue{box: f.Box, lines: strings.Split(f.Value, "\n"), tall: kind == page.ListBox || flags&fieldMultiline != 0}
		m.clear(8)
		if m.callInt("FPDFAnnot_GetFontSize", form, a, m.out(0)) != 0 {
			v.size = m.float32At(0)
		}
		if kind != page.TextField || flags&fieldPassword == 0 {
			out.values = append(out.values, v)
		}
	}
}

// isWritten reports whether a field's value is text to be read.
func isWritten(kind page.FieldKind) bool {
	return kind == page.TextField || kind == page.ComboBox || kind == page.ListBox
}

// formInfoSize is room for PDFium's FPDF_FORMFILLINFO: a version and some
// thirty callbacks of four bytes, all left empty.
const formInfoSize = 512

// formHandle opens the form environment on first use; 0 when there is no form.
func (r *Reader) formHandle() handle {
	m := r.m
	if r.form != 0 || r.formless {
		return r.form
	}
	if m.callInt("FPDF_GetFormType", r.doc) > 0 {
		info := m.upload(make([]byte, formInfoSize))
		m.mem.WriteUint32Le(uint32(info), 2)
		r.form = m.call("FPDFDOC_InitFormFillEnvironment", r.doc, info)
	}
	r.formless = r.form == 0
	return r.form
}
