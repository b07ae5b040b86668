package layout

import (
	"regexp"
	"strconv"
	"strings"
)

// A table of contents is known by its title and by its page numbers, which never
// fall: at the end of every entry or, in narrow columns, before it. Each entry is
// a text of its own and none is a heading.
const minContentEntries = 3 // entries; two numbers that do not fall are chance

// contentsTitle is the title of a table of contents.
var contentsTitle = regexp.MustCompile(`(?i)^(?:table of contents|contents|in this (?:issue|report)|inhalt|inhaltsverzeichnis|sommaire|table des mati[eè]res|[ií]ndice|contenido|contenidos|sum[aá]rio|inhoud|inhoudsopgave|spis treści|obsah|innehåll|indhold|innhold|sisällys)\s*:?$`)

// contents says for every line of a column which part of an entry it is.
type contents []hang

// findContents finds the entries below the title of a table of contents.
func (v *columnView) findContents() (out contents, before bool) {
	out = make(contents, len(v.lines))
	for t := range v.lines {
		if !contentsTitle.MatchString(v.line(t).text) {
			continue
		}
		if v.entriesFrom(t+1, out, false) {
			continue
		}
		before = v.entriesFrom(t+1, out, true) || before
	}
	return out, before
}

// entriesFrom marks the lines of the entries that begin at line i. Lines without
// a number of their own go on with an entry: the one they begin when numbers stand
// at the end, else the one before.
func (v *columnView) entriesFrom(i int, out contents, before bool) bool {
	last, complete, end := 0, 0, i
	number := pageAtEnd
	if before {
		number = pageBefore
	}
	marks := make([]hang, len(v.lines))
	for k := i; k < len(v.lines); k++ {
		n, ok := number(v.s, v.line(k))
		if ok && n < last || !ok && k > i && v.gap(k) > 2.5*v.line(k).size {
			break
		}
		starts := ok
		if !before && k > i {
			_, starts = number(v.s, v.line(k-1))
		}
		marks[k] = hangOn
		if starts || k == i {
			marks[k] = hangStart
		}
		if ok {
			last, end = n, k+1
			complete++
		} else if k-end >= 2 {
			break // two lines without a number
		}
	}
	if complete < minContentEntries {
		return false
	}
	copy(out[i:end], marks[i:end])
	return true
}

// pageAtEnd reads the page number an entry ends in.
func pageAtEnd(s *Sheet, l *line) (int, bool) {
	if len(l.pieces) < 2 {
		return 0, false
	}
	return pageNumber(strings.TrimLeft(s.pieces[l.pieces[len(l.pieces)-1]].text, ".…·_ "))
}

// pageBefore reads the page number an entry begins with.
func pageBefore(s *Sheet, l *line) (int, bool) {
	if len(l.pieces) < 2 || !startsWithWord(s.pieces[l.pieces[1]].text) {
		return 0, false
	}
	return pageNumber(s.pieces[l.pieces[0]].text)
}

// maxPage is the largest page number; years are larger.
const maxPage = 1500

func pageNumber(t string) (int, bool) {
	if n, err := strconv.Atoi(t); err == nil {
		return n, n > 0 && n <= maxPage
	}
	_, ok := romanValue(t)
	return 0, ok && startsLower(t) // before the first chapter
}
