package pdf

import (
	"recto/internal/page"
)

// Limits of a page's structure tree.
const (
	maxTagDepth = 60
	maxTags     = 50_000
)

// readTags reads the part of the structure tree that concerns the page.
func (r *Reader) readTags(w *placed) {
	if !r.tagged {
		return
	}
	m := r.m
	tree := m.call("FPDF_StructTree_GetForPage", w.handle)
	if tree == 0 {
		return
	}
	t := tagReader{r: r}
	n := m.callInt("FPDF_StructTree_CountChildren", tree)
	for i := 0; i < n && m.trap == nil; i++ {
		if e := m.call("FPDF_StructTree_GetChildAtIndex", tree, uint64(i)); e != 0 {
			w.out.Tags = append(w.out.Tags, t.element(e, 0))
		}
	}
	m.call("FPDF_StructTree_Close", tree)
	alts := map[int]string{}
	collectAlts(w.out.Tags, "", alts)
	for i := range w.out.Images {
		w.out.Images[i].Alt = alts[w.out.Images[i].MCID]
	}
}

// collectAlts notes the alternative text that holds for each marked content:
// that of the innermost tag that has one.
func collectAlts(tags []page.Tag, alt string, alts map[int]string) {
	for i := range tags {
		t := &tags[i]
		own := alt
		if t.Alt != "" {
			own = t.Alt
		}
		for _, id := range t.MCIDs {
			alts[id] = own
		}
		collectAlts(t.Children, own, alts)
	}
}

type tagReader struct {
	r     *Reader
	count int
}

func (t *tagReader) element(e handle, depth int) page.Tag {
	m := t.r.m
	t.count++
	tag := page.Tag{
		Type:    m.utf16String("FPDF_StructElement_GetType", e),
		Alt:     m.utf16String("FPDF_StructElement_GetAltText", e),
		Actual:  m.utf16String("FPDF_StructElement_GetActualText", e),
		Lang:    m.utf16String("FPDF_StructElement_GetLang", e),
		RowSpan: 1, ColSpan: 1,
	}
	if tag.Type == "TD" || tag.Type == "TH" {
		tag.RowSpan, tag.ColSpan = t.span(e, "RowSpan"), t.span(e, "ColSpan")
	}
	n := m.callInt("FPDF_StructElement_CountChildren", e)
	for i := 0; i < n && m.trap == nil && t.count < maxTags; i++ {
		if id := m.callInt("FPDF_StructElement_GetChildMarkedContentID", e, uint64(i)); id >= 0 {
			t.count++
			tag.MCIDs = append(tag.MCIDs, id)
			tag.Kids = append(tag.Kids, page.Kid{MCID: id, Child: -1})
			continue
		}
		child := m.call("FPDF_StructElement_GetChildAtIndex", e, uint64(i))
		if child == 0 || depth >= maxTagDepth {
			continue
		}
		tag.Children = append(tag.Children, t.element(child, depth+1))
		tag.Kids = append(tag.Kids, page.Kid{MCID: -1, Child: len(tag.Children) - 1})
	}
	if n <= 0 {
		if id := m.callInt("FPDF_StructElement_GetMarkedContentID", e); id >= 0 {
			tag.MCIDs = append(tag.MCIDs, id)
			tag.Kids = append(tag.Kids, page.Kid{MCID: id, Child: -1})
		}
	}
	return tag
}

// maxSpan bounds the spans a cell may claim.
const maxSpan = 1000

// span reads a numeric attribute of a table cell, 1 when it is missing.
func (t *tagReader) span(e handle, name string) int {
	m := t.r.m
	key := m.cstring(name)
	defer m.free(key)
	n := min(m.callInt("FPDF_StructElement_GetAttributeCount", e), 16)
	for i := range n {
		attr := m.call("FPDF_StructElement_GetAttributeAtIndex", e, uint64(i))
		if attr == 0 {
			continue
		}
		value := m.call("FPDF_StructElement_Attr_GetValue", attr, key)
		if value == 0 {
			continue
		}
		m.clear(8)
		if m.callInt("FPDF_StructElement_Attr_GetNumberValue", value, m.out(0)) != 0 {
			if v := int(m.float32At(0)); v >= 1 && v <= maxSpan {
				return v
			}
		}
	}
	return 1
}
