// Package language tells the language a piece of code is written in, from the code
// alone and only when it is sure: the answer for anything else, and for what a
// program printed, is none.
package language

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
)

const (
	// minEvidence is the least weight of different marks that names a language: one
	// that hardly anything else has, with two lines more, or two that support each other.
	minEvidence = 4
	// minLead is how far the best language is in front of the next.
	minLead = 2
	// minLines is the least number of lines: fewer say too little.
	minLines = 3
	// maxLines bounds the work; the rest of a long listing says the same.
	maxLines = 400
)

// OfCode returns the language of a piece of code as it stands behind a fence in
// markdown ("go", "python", "cpp"), or "" if it is not sure.
func OfCode(source string) string {
	lines := strings.SplitN(quotes.Replace(source), "\n", maxLines+1)
	lines = lines[:min(len(lines), maxLines)]
	if l := interpreter(lines[0]); l != "" {
		return l
	}
	filled := 0
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			filled++
		}
	}
	if filled < minLines {
		return ""
	}
	if isJSON(source) {
		return "json"
	}
	if l := markup(source); l != "" {
		return l
	}
	if l := byMarks(lines); l != "" {
		return l
	}
	if isYAML(lines) {
		return "yaml"
	}
	return ""
}

// quotes are the typographic quotes that printed code gets instead of its own.
var quotes = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "\u00a0", " ")

// interpreter returns the language of the program that a line "#!/usr/bin/env
// python3" names.
func interpreter(line string) string {
	rest, ok := strings.CutPrefix(line, "#!")
	words := strings.Fields(rest)
	if !ok || len(words) == 0 {
		return ""
	}
	name := path.Base(words[0])
	if name == "env" && len(words) > 1 {
		name = words[1]
	}
	return interpreters[strings.TrimRight(name, "0123456789.")]
}

// isJSON reports whether a text is an object or an array of objects as JSON
// writes them.
func isJSON(source string) bool {
	t := strings.TrimSpace(quotes.Replace(source))
	return strings.HasPrefix(t, "{") && json.Valid([]byte(t)) ||
		strings.HasPrefix(t, "[") && strings.Contains(t, `":`) && json.Valid([]byte(t))
}

var (
	htmlStart = regexp.MustCompile(`(?i)^\s*(<!doctype html|<(html|head|body|div|span|title|a|table|tr|td|th|thead|tbody|form|ul|ol|li|dl|dt|dd|h[1-6]|p|br|img|pre|script|style|link|meta|nav|section|header|footer|main)\b[^<>]*>)`)
	xmlStart  = regexp.MustCompile(`^\s*(<\?xml |<!--|<[A-Za-z][\w:.-]*(\s+[\w:.-]+\s*=\s*["'][^"']*["'])*\s*/?>)`)
	closing   = regexp.MustCompile(`</[A-Za-z][\w:.-]*>|/>`)
)

// markup returns "html" or "xml" for a text that begins with a tag and closes two
// of them.
func markup(source string) string {
	if len(closing.FindAllStringIndex(source, 2)) < 2 || strings.Contains(source, "<?php") {
		return ""
	}
	switch t := quotes.Replace(source); {
	case htmlStart.MatchString(t):
		return "html"
	case xmlStart.MatchString(t):
		return "xml"
	}
	return ""
}

// prompt stands before the lines of a dialogue with Python.
var prompt = regexp.MustCompile(`^(>>>|\.\.\.) `)

// byMarks returns the language whose marks weigh most, if they weigh enough and
// clearly more than those of the next. A mark counts once, however often it is met.
func byMarks(lines []string) string {
	found := evidence(lines)
	best := ""
	for l, n := range found {
		if n > found[best] || n == found[best] && l < best {
			best = l
		}
	}
	for l, n := range found {
		if l != best && found[best]-n < minLead {
			return ""
		}
	}
	if found[best] < minEvidence {
		return ""
	}
	return best
}

// evidence returns the weight of the marks found for every language.
func evidence(lines []string) map[string]int {
	found := map[string]int{}
	for i, re := range patterns() {
		for _, l := range lines {
			if re.MatchString(l) || marks[i].language == "python" && prompt.MatchString(l) && re.MatchString(l[len(">>> "):]) {
				found[marks[i].language] += marks[i].weight
				break
			}
		}
	}
	for larger, smaller := range grown {
		if found[larger] >= 2 {
			found[larger] += found[smaller]
			delete(found, smaller)
		}
	}
	return found
}

var (
	yamlKey   = regexp.MustCompile(`^(\s*)(- )?["']?[A-Za-z_][\w./-]*["']?:( +\S.*)?$`)
	yamlEntry = regexp.MustCompile(`^\s*- \S`)
)

// isYAML reports whether every line is a key, an entry or a comment, and keys hold
// keys two times: what a program prints has keys and values too, but all in one
// column.
func isYAML(lines []string) bool {
	keys, nested := 0, 0
	open := -1 // indent of the key without a value just before, or -1
	for _, l := range lines {
		t := strings.TrimSpace(l)
		if t == "" || strings.HasPrefix(t, "#") || t == "---" {
			continue
		}
		indent := len(l) - len(strings.TrimLeft(l, " "))
		m := yamlKey.FindStringSubmatch(l)
		if m == nil && !yamlEntry.MatchString(l) {
			return false
		}
		if open >= 0 && (indent > open || indent == open && strings.HasPrefix(t, "- ")) {
			nested++
		}
		open = -1
		if m != nil {
			keys++
			if strings.HasSuffix(t, ":") {
				open = indent
			}
		}
	}
	return keys >= 3 && nested >= 2
}
