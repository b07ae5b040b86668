package pdf

import (
	"recto/internal/geom"
	"recto/internal/page"
)

// The annotation subtypes that carry text onto the page or lead elsewhere.
const (
	annotationLink     = 2
	annotationFreeText = 3
	annotationStamp    = 13
	annotationWidget   = 20
)

// The actions of a link.
const (
	actionGoTo = 1
	actionURI  = 3
)

const maxAnnotations = 20_000

// readAnnotations reads links and form fields. It reports whether there are
// annotations whose look is text on the page.
func (r *Reader) readAnnotations(w *placed) (drawn bool) {
	m := r.m
	n := min(m.callInt("FPDFPage_GetAnnotCount", w.handle), maxAnnotations)
	for i := range n {
		a := m.call("FPDFPage_GetAnnot", w.handle, uint64(i))
		if a == 0 {
			continue
		}
		switch m.callInt("FPDFAnnot_GetSubtype", a) {
		case annotationLink:
			r.readLink(w, a)
		case annotationWidget:
			drawn = true
			r.readField(w, a)
		case annotationFreeText, annotationStamp:
			drawn = true
		}
		m.call("FPDFPage_CloseAnnot", a)
		if m.trap != nil {
			return false
		}
	}
	return drawn
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

func (r *Reader) readLink(w *placed, a handle) {
	m := r.m
	link := m.call("FPDFAnnot_GetLink", a)
	if link == 0 {
		return
	}
	l := page.Link{Box: r.annotationBox(w, a)}
	action := m.call("FPDFLink_GetAction", link)
	switch {
	case action != 0 && m.callInt("FPDFAction_GetType", action) == actionURI:
		l.URI = m.byteString("FPDFAction_GetURIPath", r.doc, action)
	case action != 0 && m.callInt("FPDFAction_GetType", action) == actionGoTo:
		l.Page, _ = r.destination(m.call("FPDFAction_GetDest", r.doc, action))
	default:
		l.Page, _ = r.destination(m.call("FPDFLink_GetDest", r.doc, link))
	}
	if l.URI != "" || l.Page > 0 {
		w.out.Links = append(w.out.Links, l)
	}
}

// fieldKinds maps PDFium's form field types.
var fieldKinds = map[int]page.FieldKind{
	1: page.PushButton, 2: page.CheckBox, 3: page.RadioButton, 4: page.ComboBox,
	5: page.ListBox, 6: page.TextField, 7: page.Signature,
}

func (r *Reader) readField(w *placed, a handle) {
	m := r.m
	form := r.formHandle()
	if form == 0 {
		return
	}
	kind, ok := fieldKinds[m.callInt("FPDFAnnot_GetFormFieldType", form, a)]
	if !ok {
		return
	}
	f := page.Field{Box: r.annotationBox(w, a), Kind: kind}
	f.Name = m.utf16String("FPDFAnnot_GetFormFieldName", form, a)
	switch kind {
	case page.CheckBox, page.RadioButton:
		f.Checked = m.callInt("FPDFAnnot_IsChecked", form, a) != 0
		f.Value = m.utf16String("FPDFAnnot_GetFormFieldExportValue", form, a)
	case page.TextField, page.ComboBox, page.ListBox:
		f.Value = m.utf16String("FPDFAnnot_GetFormFieldValue", form, a)
		n := min(m.callInt("FPDFAnnot_GetOptionCount", form, a), 1000)
		for i := range n {
			f.Options = append(f.Options, m.utf16String("FPDFAnnot_GetOptionLabel", form, a, uint64(i)))
		}
	case page.PushButton, page.Signature:
	}
	w.out.Fields = append(w.out.Fields, f)
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
