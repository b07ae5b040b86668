package score

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CheckKind says what a [Check] asks.
type CheckKind string

// The kinds of olmOCR-bench.
const (
	Present  CheckKind = "present"  // a text is there
	Absent   CheckKind = "absent"   // a text, such as a page header, is not there
	Order    CheckKind = "order"    // one text comes before another
	InTable  CheckKind = "table"    // a cell has these neighbours
	Baseline CheckKind = "baseline" // there is text, and it is sane
	Math     CheckKind = "math"     // a formula is there
)

// CheckKinds lists all kinds in the order they are reported.
func CheckKinds() []CheckKind {
	return []CheckKind{Present, Absent, Order, InTable, Baseline, Math}
}

// Check is a question about the markdown of a page, answered with yes or no.
// The JSON names are those of olmOCR-bench.
type Check struct {
	ID       string    `json:"id"`
	Document string    `json:"doc"`
	Kind     CheckKind `json:"type"`
	Scan     bool      `json:"scan"` // the page is an image
	MaxDiffs int       `json:"max_diffs"`

	Text          string `json:"text"` // of Present and Absent
	CaseSensitive *bool  `json:"case_sensitive"`
	FirstN        int    `json:"first_n"` // look at so many runes at the start only
	LastN         int    `json:"last_n"`  // look at so many runes at the end only

	Before string `json:"before"` // of Order
	After  string `json:"after"`

	Cell        string `json:"cell"` // of InTable; empty neighbours are not asked for
	Up          string `json:"up"`
	Down        string `json:"down"`
	Left        string `json:"left"`
	Right       string `json:"right"`
	TopHeading  string `json:"top_heading"`
	LeftHeading string `json:"left_heading"`

	MaxLength *int `json:"max_length"` // of Baseline: the page is empty but for so many letters

	Math string `json:"math"` // of Math
}

// IsCore tells whether the check counts in the overall share. A baseline is
// too easy and a formula needs more than a text layer.
func (c Check) IsCore() bool {
	return c.Kind != Baseline && c.Kind != Math
}

// Subject says in a few words what the check is about.
func (c Check) Subject() string {
	switch c.Kind {
	case Present, Absent:
		return c.Text
	case Order:
		return c.Before + " < " + c.After
	case InTable:
		return c.Cell
	case Baseline:
		return "text that is sane"
	case Math:
		return c.Math
	}
	return string(c.Kind)
}

// Passes answers the check. An unknown kind does not pass.
func (c Check) Passes(markdown string) bool {
	switch c.Kind {
	case Present:
		return c.isPresent(markdown)
	case Absent:
		// An empty page must not earn anything.
		return hasAlnum(visibleText(markdown)) && !c.isPresent(markdown)
	case Order:
		return c.isInOrder(markdown)
	case InTable:
		return c.isInTable(markdown)
	case Baseline:
		return c.isSane(markdown)
	case Math:
		return hasFormula(markdown, c.Math)
	}
	return false
}

// slack is what scores may miss a threshold by: the threshold and the score
// of a text with just as many differences as allowed are the same number, but
// for rounding.
const slack = 1e-9

func (c Check) isPresent(markdown string) bool {
	want, text := checkText(c.Text), checkText(markdown)
	if c.CaseSensitive != nil && !*c.CaseSensitive {
		want, text = strings.ToLower(want), strings.ToLower(text)
	}
	text = ends(text, c.FirstN, c.LastN)
	if !hasAlnum(text) {
		return false // of a blank as long as itself every text has a part
	}
	if strings.Contains(text, want) {
		return true
	}
	length := utf8.RuneCountInString(want)
	if c.MaxDiffs == 0 && length <= utf8.RuneCountInString(text) {
		return false
	}
	return partialRatio(want, text) >= 1-share(c.MaxDiffs, max(length, 1))-slack
}

// ends returns so many runes of the start and the end of a text, all of it
// when both are 0.
func ends(text string, first, last int) string {
	if first == 0 && last == 0 {
		return text
	}
	in := []rune(text)
	head, tail := in[:min(first, len(in))], in[max(0, len(in)-last):]
	return string(head) + string(tail)
}

func (c Check) isInOrder(markdown string) bool {
	text := checkText(markdown)
	before := nearStarts(checkText(c.Before), text, c.MaxDiffs)
	after := nearStarts(checkText(c.After), text, c.MaxDiffs)
	return len(before) > 0 && len(after) > 0 && before[0] < after[len(after)-1]
}

// What the checks do not look at.
var (
	checkBreak    = regexp.MustCompile(`<br/?>`)
	checkStrong   = regexp.MustCompile(`\*\*(.*?)\*\*`)
	checkStrong2  = regexp.MustCompile(`__(.*?)__`)
	checkTag      = regexp.MustCompile(`</?[bi]>`)
	checkEmphasis = regexp.MustCompile(`\*(.*?)\*`)
	checkEmph2    = regexp.MustCompile(`_(.*?)_`)
	invisible     = regexp.MustCompile("(?s)!\\[.*?\\]\\(.*?\\)|<!--.*?-->|<img\\b[^>]*>|(?:```|~~~)[\\pL\\pN_]*")
)

var checkTypography = strings.NewReplacer(
	"\u2018", "'", "\u2019", "'", "\u201a", "'", "\u201c", `"`, "\u201d", `"`, "\u201e", `"`, "\uff3f", "_",
	"\u2013", "-", "\u2014", "-", "\u2011", "-", "\u2012", "-", "\u2212", "-", "\u00b5", "\u03bc",
)

// checkText brings a text to the form in which checks compare: without
// emphasis, with plain quotes and dashes. It is rougher than [inlineText],
// because the bench is.
func checkText(s string) string {
	s = checkBreak.ReplaceAllString(s, " ")
	s = checkStrong.ReplaceAllString(s, "$1")
	s = checkStrong2.ReplaceAllString(s, "$1")
	s = checkTag.ReplaceAllString(s, "")
	s = checkEmphasis.ReplaceAllString(s, "$1")
	s = checkEmph2.ReplaceAllString(s, "$1")
	return checkTypography.Replace(norm.NFC.String(squeeze(s)))
}

// visibleText drops images with their description, comments and code fences:
// text that says nothing about whether the page was read.
func visibleText(markdown string) string {
	return invisible.ReplaceAllString(markdown, "")
}

// Signs of a model that has lost its way, which a text layer never shows: the
// same few letters over and over at the end, and scripts that are in none of
// the documents.
const (
	loopTail    = 3000 // runes at the end to look at
	loopRepeats = 31
	maxLoopUnit = 5 // runes
)

var strangeScript = regexp.MustCompile(`[\x{4e00}-\x{9fff}\x{3040}-\x{30ff}\x{1F600}-\x{1F64F}\x{1F300}-\x{1F5FF}]`)

func (c Check) isSane(markdown string) bool {
	visible := visibleText(markdown)
	if c.MaxLength != nil {
		return utf8.RuneCountInString(keepAlnum(visible)) <= *c.MaxLength
	}
	if !hasAlnum(visible) {
		return false
	}
	text := ends(checkText(markdown), 0, loopTail)
	for size := 1; size <= maxLoopUnit; size++ {
		unit := ends(text, 0, size)
		if unit != "" && strings.HasSuffix(text, strings.Repeat(unit, loopRepeats)) {
			return false
		}
	}
	return !strangeScript.MatchString(markdown)
}
