package doc

import (
	"strings"

	"recto/internal/geom"
)

// Text is styled running text: the pieces joined as they are give the reader's
// text; line ends are already resolved into spaces or nothing.
type Text []Inline

// Inline is a stretch of text of one style on one line.
type Inline struct {
	Text  string // in logical order, with its spaces; "\n" only where a line break is meant
	Style Style
	Link  string    // target URL, "" for none
	Box   geom.Rect // where it stands; zero when unknown
}

// Style is a set of text attributes.
type Style uint8

// The attributes of a style.
const (
	Bold Style = 1 << iota
	Italic
	Strike
	Superscript
	Subscript
	Monospace
	Underline
	Highlight
)

// Plain returns the text without its styles.
func (t Text) Plain() string {
	if len(t) == 1 {
		return t[0].Text
	}
	var b strings.Builder
	for i := range t {
		b.WriteString(t[i].Text)
	}
	return b.String()
}

// Empty reports whether there is nothing but white space.
func (t Text) Empty() bool {
	for i := range t {
		if strings.TrimSpace(t[i].Text) != "" {
			return false
		}
	}
	return true
}

// Of makes plain text of a string.
func Of(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Text: s}}
}
