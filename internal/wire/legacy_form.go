package wire

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// legacyForm reads the flat fields of the v1 API. Everything in them is text;
// an empty one counts as absent, for clients send every field they know.
type legacyForm struct {
	fields map[string][]string
	read   map[string]bool
	errs   Invalid
}

func (f *legacyForm) fail(kind, field, msg string) {
	e := FieldError{Type: kind, Loc: []any{"body", field}, Msg: msg}
	if s := f.peek(field); len(s) <= maxEcho {
		e.Input = s
	}
	f.errs = append(f.errs, e)
}

// peek returns a field without counting it as read.
func (f *legacyForm) peek(name string) string {
	if v := f.fields[name]; len(v) > 0 {
		return strings.TrimSpace(v[len(v)-1])
	}
	return ""
}

func (f *legacyForm) text(name string) string {
	f.read[name] = true
	return f.peek(name)
}

// raw keeps white space at the ends: it may be a separator.
func (f *legacyForm) raw(name string) string {
	f.read[name] = true
	if v := f.fields[name]; len(v) > 0 {
		// Forms of web platforms send every line end as two characters; who then
		// splits the result at the separator as given would not find it.
		return strings.ReplaceAll(v[len(v)-1], "\r\n", "\n")
	}
	return ""
}

// flag reads a switch, nil when it is not set.
func (f *legacyForm) flag(name string) *bool {
	on, ok := truth(f.text(name))
	switch {
	case ok:
		return &on
	case f.peek(name) != "":
		f.fail("bool_parsing", name, "Input should be a valid boolean, unable to interpret input")
	}
	return nil
}

func truth(s string) (on, ok bool) {
	switch strings.ToLower(s) {
	case "true", "1", "yes", "on", "t", "y":
		return true, true
	case "false", "0", "no", "off", "f", "n":
		return false, true
	}
	return false, false
}

func (f *legacyForm) on(name string) bool {
	b := f.flag(name)
	return b != nil && *b
}

// any reports whether one of the switches is on.
func (f *legacyForm) any(names ...string) bool {
	some := false
	for _, name := range names {
		some = f.on(name) || some
	}
	return some
}

// list reads a field that may be repeated, separated by commas, or be a JSON list.
func (f *legacyForm) list(name string) []string {
	f.read[name] = true
	var out []string
	for _, v := range f.fields[name] {
		for part := range strings.SplitSeq(strings.Trim(v, "[] "), ",") {
			if part = strings.Trim(part, ` "'`); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func (f *legacyForm) whole(name string, least, most int) *int {
	s := f.text(name)
	if s == "" {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n != math.Trunc(n) || math.IsInf(n, 0) {
		f.fail("int_parsing", name, "Input should be a valid integer, unable to parse string as an integer")
		return nil
	}
	if n < float64(least) || n > float64(most) {
		f.fail("value_error", name, fmt.Sprintf("Value error, give a number from %d to %d", least, most))
		return nil
	}
	return new(int(n))
}

// seconds rounds up to whole ones; 0 is what clients send for none.
func (f *legacyForm) seconds(name string, most int) *int {
	s := f.text(name)
	if s == "" {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > float64(most) {
		f.fail("value_error", name, fmt.Sprintf("Value error, give seconds from 0 to %d", most))
		return nil
	}
	if n == 0 {
		return nil
	}
	return new(int(math.Ceil(n)))
}

func (f *legacyForm) fraction(name, s string) *float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0 && n <= 1) {
		f.fail("value_error", name, "Value error, give fractions from 0 to 1")
		return nil
	}
	return &n
}

// unread lists what was sent and not read, in order. A switch that is off asks
// for nothing.
func (f *legacyForm) unread() []string {
	var names []string
	for name := range f.fields {
		v := f.peek(name)
		if on, isFlag := truth(v); f.read[name] || v == "" || isFlag && !on || name == "file" || name == "upload_file" {
			continue
		}
		if len(name) > maxMetadataKey {
			name = name[:maxMetadataKey] + "…"
		}
		names = append(names, strings.ToValidUTF8(name, "?"))
	}
	slices.Sort(names)
	return names[:min(len(names), maxIgnored)]
}

// maxIgnored bounds what a strange form can make a job remember; v1 has about
// 120 fields.
const maxIgnored = 150
