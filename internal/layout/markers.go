package layout

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// markerKind is the family of a list mark.
type markerKind uint8

const (
	noMarker markerKind = iota
	bulletMarker
	decimalMarker // 1.  1)  (1)  [1]
	letterMarker  // a.  a)  (a)
	capitalMarker // A.  A)  (A)
	romanMarker   // i.  ii)  (iv)
	plainMarker   // 1 without anything behind it, as in lists of references
)

// marker is the mark at the beginning of a list entry.
type marker struct {
	kind  markerKind
	text  string // as printed
	value int    // 1 for "1.", "a)", "i."
	end   string // what closes it: ".", ")", "]"
	drawn bool   // a shape or picture: not in the text
	weak  bool   // may as well be something else: a dash, a letter with a full stop
}

// strong reports whether the mark begins an entry whatever stands around it.
func (m marker) strong() bool { return m.kind != noMarker && !m.weak }

// bullets are the characters that begin a bulleted entry whatever stands around.
const bullets = "•●○◦▪▫■□◆◇❖➢➤►▶▸☐☑☒❑❒‣⁃∙⦁⚫◼◾※✦✧➔➜➡█▌▐▀▄◘◙★☆➣➥❯"

// ticks begin an entry or fill a cell of a table: in a row they are no bullets.
const ticks = "✓✔✗✘"

// dashes begin an entry only with a space after them.
const dashes = "-–—−*·+»›>"

var (
	decimalForm = regexp.MustCompile(`^(\(|\[)?(\d{1,3})([.)\]]|\.\))\s`)
	letterForm  = regexp.MustCompile(`^(\()?([a-z])([.)])\s`)
	capitalForm = regexp.MustCompile(`^(\()?([A-Z])([.)])\s`)
	plainForm   = regexp.MustCompile(`^(\d{1,3})\s+\p{Lu}`)
	tickForm    = regexp.MustCompile(`^\[[ xX]?\]\s`)
	romanForm   = regexp.MustCompile(`^(\()?([ivx]{1,6})([.)])\s`)
)

// readMarker reads the mark at the beginning of a text.
func readMarker(t string) marker {
	r, n := utf8.DecodeRuneInString(t)
	if strings.ContainsRune(bullets, r) || r >= 0xF000 && r <= 0xF0FF {
		return marker{kind: bulletMarker, text: t[:n], value: 1}
	}
	if strings.ContainsRune(ticks, r) && startsWithWord(strings.TrimLeft(t[n:], " ")) {
		return marker{kind: bulletMarker, text: t[:n], value: 1}
	}
	if strings.ContainsRune(dashes, r) && len(t) > n && t[n] == ' ' {
		return marker{kind: bulletMarker, text: t[:n], value: 1, weak: true}
	}
	if t == "" || len(t) < 3 {
		return marker{}
	}
	if m := tickForm.FindString(t); m != "" {
		return marker{kind: bulletMarker, text: strings.TrimSpace(m), value: 1}
	}
	if m := decimalForm.FindStringSubmatch(t); m != nil && (m[1] != "[" || m[3] == "]") {
		v, _ := strconv.Atoi(m[2])
		return marker{kind: decimalMarker, text: strings.TrimSpace(m[0]), value: v, end: m[3]}
	}
	if m := romanForm.FindStringSubmatch(t); m != nil {
		if v, ok := romanValue(m[2]); ok && (v > 1 || m[2] == "i") && m[2] != "x" && m[2] != "v" {
			return marker{kind: romanMarker, text: strings.TrimSpace(m[0]), value: v, end: m[3]}
		}
	}
	if m := letterForm.FindStringSubmatch(t); m != nil {
		return marker{kind: letterMarker, text: strings.TrimSpace(m[0]), value: int(m[2][0]-'a') + 1, end: m[3], weak: m[1] == "" && m[3] == "."}
	}
	if m := capitalForm.FindStringSubmatch(t); m != nil {
		// "A. Smith" is a name: a capital with a full stop is weak.
		return marker{kind: capitalMarker, text: strings.TrimSpace(m[0]), value: int(m[2][0]-'A') + 1, end: m[3], weak: m[3] == "."}
	}
	if m := plainForm.FindStringSubmatch(t); m != nil {
		v, _ := strconv.Atoi(m[1])
		return marker{kind: plainMarker, text: m[1], value: v, weak: true}
	}
	return marker{}
}

func startsWithWord(t string) bool {
	r, _ := utf8.DecodeRuneInString(t)
	return unicode.IsLetter(r)
}

// isMarker reports whether a text is nothing but a list mark.
func isMarker(t string) bool {
	t = strings.TrimSpace(t)
	m := readMarker(t + " x")
	return m.kind != noMarker && m.text == t
}

// numbering is the number of a heading: "2.1" has depth 2.
type numbering struct {
	text  string
	depth int
	word  string // "chapter", "article", … in small letters, "" for a bare number
	first int    // first number
}

var (
	dottedForm  = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,3}){0,5})\.?(?:\s+|$)`)
	letterHead  = regexp.MustCompile(`^([A-Z])((?:\.\d{1,3}){1,4})\.?\s+`)
	capitalHead = regexp.MustCompile(`^([A-Z])[.)]\s+`)
	romanHead   = regexp.MustCompile(`^([IVX]{1,6})[.)]?\s+`)
	wordHead    = regexp.MustCompile(`(?i)^(part|chapter|section|article|appendix|annex|kapitel|teil|abschnitt|anhang|artikel|chapitre|partie|annexe|título|capítulo|§+)\s*([0-9]{1,4}|[IVXLC]{1,7}|[A-Z])\b`)
)

// readNumbering reads the number a heading begins with.
func readNumbering(t string) numbering {
	if m := wordHead.FindStringSubmatch(t); m != nil {
		return numbering{text: m[0], depth: 1, word: strings.ToLower(m[1])}
	}
	if m := dottedForm.FindStringSubmatch(t); m != nil {
		first, _ := strconv.Atoi(strings.SplitN(m[1], ".", 2)[0])
		return numbering{text: m[1], depth: 1 + strings.Count(m[1], "."), first: first}
	}
	if m := letterHead.FindStringSubmatch(t); m != nil {
		return numbering{text: m[1] + m[2], depth: 1 + strings.Count(m[2], "."), word: "letter"}
	}
	if m := romanHead.FindStringSubmatch(t); m != nil && len(t) > len(m[0]) {
		if _, ok := romanValue(m[1]); ok && (len(m[1]) > 1 || strings.HasPrefix(t[len(m[1]):], ".")) {
			return numbering{text: m[1], depth: 1, word: "roman"}
		}
	}
	if m := capitalHead.FindStringSubmatch(t); m != nil {
		return numbering{text: m[1], depth: 1, word: "capital"}
	}
	return numbering{}
}
