package pdf

import (
	"fmt"
	"hash/fnv"
	"strings"

	"recto/internal/page"
)

// Bits of a font descriptor's Flags (ISO 32000-1, table 123).
const (
	flagFixedPitch = 1 << 0
	flagSerif      = 1 << 1
	flagSymbolic   = 1 << 2
	flagItalic     = 1 << 6
	flagForceBold  = 1 << 18
)

// boldWeight is the lightest weight that counts as bold: 600 is "semibold".
const boldWeight = 600

// readFont asks for a font's name and nature.
func (r *Reader) readFont(h handle) *page.Font {
	m := r.m
	var f page.Font
	if h != 0 {
		f.Name = strings.TrimSpace(withoutSubset(m.byteString("FPDFFont_GetBaseFontName", h)))
		if f.Name == "" {
			f.Name = strings.TrimSpace(m.byteString("FPDFFont_GetFamilyName", h))
		}
		flags := m.callInt("FPDFFont_GetFlags", h)
		f.Weight = max(m.callInt("FPDFFont_GetWeight", h), 0)
		f.Embedded = m.callInt("FPDFFont_GetIsEmbedded", h) == 1
		m.clear(8)
		if m.callInt("FPDFFont_GetAscent", h, floatArg(1), m.out(0)) != 0 {
			f.Ascent = m.float32At(0)
		}
		m.clear(8)
		if m.callInt("FPDFFont_GetDescent", h, floatArg(1), m.out(0)) != 0 {
			f.Descent = -m.float32At(0)
		}
		if flags > 0 {
			f.Monospace = flags&flagFixedPitch != 0
			f.Serif = flags&flagSerif != 0
			f.Symbolic = flags&flagSymbolic != 0
			f.Italic = flags&flagItalic != 0
			f.Bold = flags&flagForceBold != 0
		}
		italic := m.callInt("FPDFFont_GetItalicAngle", h, m.out(0))
		if angle := int32(m.uint32At(0)); italic != 0 && angle < -3 && angle > -45 {
			f.Italic = true
		}
	}
	if f.Name == "" && h != 0 {
		f.Name = r.nameByWidths(h)
	}
	byName(&f)
	return r.sameFont(f)
}

// nameByWidths names a font that has no name by the widths of its letters, so
// that the faces of one document stay apart: fonts made of drawings (Type 3) have
// none, and browsers print whole documents in them.
func (r *Reader) nameByWidths(h handle) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	sum := fnv.New32a()
	for _, c := range letters {
		r.m.clear(8)
		r.m.callInt("FPDFFont_GetGlyphWidth", h, uint64(c), floatArg(1000), r.m.out(0))
		_, _ = fmt.Fprintf(sum, "%.0f ", r.m.float32At(0))
	}
	return fmt.Sprintf("Unnamed%d", sum.Sum32())
}

// sameFont returns the document's one value for a face.
func (r *Reader) sameFont(f page.Font) *page.Font {
	if known := r.fonts[f]; known != nil {
		return known
	}
	r.fonts[f] = &f
	return &f
}

// byName completes a font's nature from its name, which is right more often
// than the descriptor: subset writers forget flags, and few set the weight.
func byName(f *page.Font) {
	name := strings.ToLower(f.Name)
	_, face, _ := strings.Cut(name, "-")
	if face == "" {
		_, face, _ = strings.Cut(name, ",")
	}
	switch {
	case containsAny(name, "bold", "black", "heavy", "semibold", "demi", "extrabd") && !strings.Contains(name, "semilight"):
		f.Bold = true
	case strings.HasSuffix(face, "bd"), face == "b", face == "bi", strings.HasPrefix(face, "medi") && strings.Contains(name, "nimbus"):
		f.Bold = true
	case isComputerModernBold(name):
		f.Bold = true
	case f.Weight >= boldWeight && f.Weight <= 900 && !containsAny(name, "light", "regular", "book", "roman", "medium"):
		f.Bold = true
	}
	if containsAny(name, "italic", "oblique", "kursiv", "slanted") || face == "it" || face == "i" || face == "bi" || isComputerModernItalic(name) {
		f.Italic = true
	}
	if containsAny(name, "mono", "courier", "consol", "typewriter", "menlo", "inconsolata", "sourcecode", "cmtt", "sftt", "lucidasanstypewriter", "letter gothic", "lettergothic", "fixed") ||
		strings.HasPrefix(name, "txtt") || strings.HasPrefix(name, "ectt") {
		f.Monospace = true
	}
	if containsAny(name, "times", "georgia", "garamond", "palatino", "bookman", "schoolbook", "cambria", "minion") {
		f.Serif = true // the standard fonts carry no flags at all
	}
	if containsAny(name, "symbol", "dingbat", "wingding", "webding", "msam", "msbm", "cmsy", "cmex", "fontawesome") {
		f.Symbolic = true
	}
}

// isComputerModernBold knows the bold faces of TeX's own fonts, whose names do
// not say so.
func isComputerModernBold(name string) bool {
	return hasAnyPrefix(name, "cmbx", "cmb1", "cmssbx", "sfbx", "ecbx", "cmmib", "cmbsy", "lmbx", "sfsx", "tcbx", "larm-bold")
}

// isComputerModernItalic knows the italic faces of TeX's text fonts. Mathematics
// italic (cmmi) is left out: it is the ordinary form of a variable.
func isComputerModernItalic(name string) bool {
	return hasAnyPrefix(name, "cmti", "cmsl", "cmbxti", "sfti", "ecti", "sfsl", "lmri", "cmssi", "sfsi")
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func hasAnyPrefix(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// withoutSubset removes the six capitals and the plus sign that mark a subset.
func withoutSubset(name string) string {
	if len(name) > 7 && name[6] == '+' {
		for i := range 6 {
			if name[i] < 'A' || name[i] > 'Z' {
				return name
			}
		}
		return name[7:]
	}
	return name
}
