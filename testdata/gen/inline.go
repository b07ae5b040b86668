package main

import (
	"regexp"
	"strings"
)

// style is how a piece of text is set.
type style struct {
	bold, italic, mono, raised bool
	link                       string // URL, or "#name" for a place in the document
}

// word is what stands between two spaces, or a part of it in one style.
type word struct {
	text  string // may hold soft hyphens
	style style
	glued bool // no space before it
}

// The texts of the samples are written in the few marks of markdown below, so
// that the source of a paragraph is its truth.
var marks = regexp.MustCompile("\\*\\*(.+?)\\*\\*|\\*(.+?)\\*|`(.+?)`|<sup>(.+?)</sup>|\\[(.+?)\\]\\((.+?)\\)")

// words splits marked text.
func words(markdown string) []word {
	var out []word
	space := true // nothing to be glued to
	add := func(text string, s style) {
		for i, part := range strings.Split(text, " ") {
			if i > 0 {
				space = true
			}
			if part != "" {
				out = append(out, word{part, s, !space})
				space = false
			}
		}
	}
	rest := markdown
	for {
		m := marks.FindStringSubmatchIndex(rest)
		if m == nil {
			add(rest, style{})
			return out
		}
		add(rest[:m[0]], style{})
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return rest[m[2*i]:m[2*i+1]]
		}
		add(group(1), style{bold: true})
		add(group(2), style{italic: true})
		add(group(3), style{mono: true})
		add(group(4), style{raised: true})
		add(group(5), style{link: group(6)})
		rest = rest[m[1]:]
	}
}

var innerLink = regexp.MustCompile(`\[(.+?)\]\(#.+?\)`)

// truth is marked text as a reader should give it back: without places to
// hyphenate and without links inside the document.
func truth(markdown string) string {
	return innerLink.ReplaceAllString(strings.ReplaceAll(markdown, softHyphen, ""), "$1")
}

const softHyphen = "\u00AD"
