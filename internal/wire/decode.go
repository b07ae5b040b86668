package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FieldError is one complaint about a request, in the shape the official
// clients print: what kind of mistake, where, and a sentence for people.
type FieldError struct {
	Type  string         `json:"type"`
	Loc   []any          `json:"loc"`
	Msg   string         `json:"msg"`
	Input any            `json:"input,omitempty"`
	Ctx   map[string]any `json:"ctx,omitempty"`
}

// Invalid is everything that is wrong with a request, never empty when returned
// as an error.
type Invalid []FieldError

// Error lists the complaints on one line.
func (e Invalid) Error() string {
	parts := make([]string, len(e))
	for i, f := range e {
		loc := make([]string, len(f.Loc))
		for j, l := range f.Loc {
			loc[j] = fmt.Sprint(l)
		}
		parts[i] = strings.Join(loc, ".") + ": " + f.Msg
	}
	return strings.Join(parts, "; ")
}

// maxEcho is the longest input, as JSON, that is repeated in an error. Larger
// ones would only bloat the reply.
const maxEcho = 200

// What a request may hold where a field's tag says nothing else.
const (
	maxText  = 10_000 // characters of a string
	maxItems = 1000   // of a list or a dictionary
)

// allowed is implemented by the string types with a fixed set of values.
type allowed interface{ Allowed() []string }

// LooseInt is a whole number that may also be written as a string.
type LooseInt int64

// LooseFloat is a number that may also be written as a string.
type LooseFloat float64

// decodeStrict fills the struct v points to from JSON. It knows four tags
// beside json: min, max and above bound a number, pattern and maxLen (characters)
// a string, maxItems a list. Every mistake is reported, not only the first; a null counts as absent.
func decodeStrict(data []byte, v any) Invalid {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var raw any
	err := d.Decode(&raw)
	if err == nil {
		if _, end := d.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("unexpected data after the end")
		}
	}
	if err != nil {
		at := int64(len(data))
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			at = syntax.Offset
		}
		return Invalid{{Type: "json_invalid", Loc: []any{at}, Msg: "JSON decode error", Ctx: map[string]any{"error": err.Error()}}}
	}
	var w walker
	w.value(reflect.ValueOf(v).Elem(), raw, nil, "")
	return w.errs
}

// walker compares decoded JSON with Go types and collects what does not fit.
type walker struct{ errs Invalid }

func (w *walker) fail(kind string, loc []any, input any, format string, args ...any) {
	e := FieldError{Type: kind, Loc: append([]any{}, loc...), Msg: fmt.Sprintf(format, args...)}
	if b, err := json.Marshal(input); err == nil && len(b) <= maxEcho {
		e.Input = input
	}
	w.errs = append(w.errs, e)
}

func (w *walker) value(v reflect.Value, raw any, loc []any, tag reflect.StructTag) {
	if raw == nil && len(loc) > 0 {
		return
	}
	switch v.Interface().(type) {
	case LooseInt, LooseFloat:
		w.loose(v, raw, loc)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		n := len(w.errs)
		w.value(p.Elem(), raw, loc, tag)
		if len(w.errs) == n {
			v.Set(p)
		}
	case reflect.Struct:
		w.object(v, raw, loc)
	case reflect.Slice:
		w.list(v, raw, loc, tag)
	case reflect.Map:
		w.dict(v, raw, loc)
	case reflect.String:
		w.text(v, raw, loc, tag)
	case reflect.Bool:
		b, ok := raw.(bool)
		if !ok {
			w.fail("bool_type", loc, raw, "Input should be a valid boolean")
			return
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64, reflect.Float64:
		w.number(v, raw, loc, tag)
	case reflect.Interface:
		if raw != nil {
			v.Set(reflect.ValueOf(raw))
		}
	default:
		panic("wire: no JSON rule for " + v.Type().String())
	}
}

func (w *walker) object(v reflect.Value, raw any, loc []any) {
	m, ok := raw.(map[string]any)
	if !ok {
		w.fail("model_type", loc, raw, "Input should be a valid dictionary")
		return
	}
	known := map[string]bool{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		known[name] = true
		if x, ok := m[name]; ok {
			w.value(v.Field(i), x, append(loc, name), f.Tag)
		}
	}
	for _, name := range sortedKeys(m) {
		if !known[name] {
			w.fail("extra_forbidden", append(loc, name), m[name], "Extra inputs are not permitted")
		}
	}
}

func (w *walker) list(v reflect.Value, raw any, loc []any, tag reflect.StructTag) {
	l, ok := raw.([]any)
	if !ok {
		w.fail("list_type", loc, raw, "Input should be a valid list")
		return
	}
	if most := bounded(tag.Get("maxItems"), maxItems); len(l) > most {
		w.fail("too_long", loc, raw, "List should have at most %d items after validation, not %d", most, len(l))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(l), len(l))
	for i, x := range l {
		at := append(loc, i)
		if x == nil {
			w.fail("none_not_allowed", at, nil, "Input should not be null")
			continue
		}
		w.value(out.Index(i), x, at, "")
	}
	v.Set(out)
}

func (w *walker) dict(v reflect.Value, raw any, loc []any) {
	m, ok := raw.(map[string]any)
	if !ok {
		w.fail("dict_type", loc, raw, "Input should be a valid dictionary")
		return
	}
	if len(m) > maxItems {
		w.fail("too_long", loc, raw, "Dictionary should have at most %d items after validation, not %d", maxItems, len(m))
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, k := range sortedKeys(m) {
		e := reflect.New(v.Type().Elem()).Elem()
		if m[k] == nil && e.Kind() == reflect.String {
			w.fail("string_type", append(loc, k), nil, "Input should be a valid string")
			continue
		}
		w.value(e, m[k], append(loc, k), "")
		out.SetMapIndex(reflect.ValueOf(k), e)
	}
	v.Set(out)
}

func (w *walker) text(v reflect.Value, raw any, loc []any, tag reflect.StructTag) {
	s, ok := raw.(string)
	if !ok {
		w.fail("string_type", loc, raw, "Input should be a valid string")
		return
	}
	if a, ok := v.Interface().(allowed); ok && !slices.Contains(a.Allowed(), s) {
		w.fail("literal_error", loc, raw, "Input should be %s", orList(a.Allowed()))
		return
	}
	if most := bounded(tag.Get("maxLen"), maxText); utf8.RuneCountInString(s) > most {
		w.fail("string_too_long", loc, raw, "String should have at most %d characters", most)
		return
	}
	if p := tag.Get("pattern"); p != "" && !regexp.MustCompile(p).MatchString(s) {
		w.fail("string_pattern_mismatch", loc, raw, "String should match pattern '%s'", p)
		return
	}
	v.SetString(s)
}

func (w *walker) number(v reflect.Value, raw any, loc []any, tag reflect.StructTag) {
	n, ok := raw.(json.Number)
	whole := v.Kind() != reflect.Float64
	if !ok {
		if whole {
			w.fail("int_type", loc, raw, "Input should be a valid integer")
			return
		}
		w.fail("float_type", loc, raw, "Input should be a valid number")
		return
	}
	f, err := n.Float64()
	if err != nil || whole && (f != math.Trunc(f) || math.Abs(f) > 1<<53) {
		w.fail("int_from_float", loc, raw, "Input should be a valid integer")
		return
	}
	if b := tag.Get("above"); b != "" && f <= bound(b) {
		w.fail("greater_than", loc, raw, "Input should be greater than %s", b)
		return
	}
	if b := tag.Get("min"); b != "" && f < bound(b) {
		w.fail("greater_than_equal", loc, raw, "Input should be greater than or equal to %s", b)
		return
	}
	if b := tag.Get("max"); b != "" && f > bound(b) {
		w.fail("less_than_equal", loc, raw, "Input should be less than or equal to %s", b)
		return
	}
	if whole {
		v.SetInt(int64(f))
		return
	}
	v.SetFloat(f)
}

func (w *walker) loose(v reflect.Value, raw any, loc []any) {
	s := ""
	switch x := raw.(type) {
	case json.Number:
		s = x.String()
	case string:
		s = strings.TrimSpace(x)
	}
	f, err := strconv.ParseFloat(s, 64)
	if v.Kind() == reflect.Float64 {
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			w.fail("float_parsing", loc, raw, "Input should be a valid number")
			return
		}
		v.SetFloat(f)
		return
	}
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		w.fail("int_parsing", loc, raw, "Input should be a valid integer")
		return
	}
	v.SetInt(int64(f))
}

// bounded reads a bound of a tag, or gives what is usual.
func bounded(s string, usual int) int {
	if s == "" {
		return usual
	}
	return int(bound(s))
}

func bound(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("wire: bad bound in a tag: " + s)
	}
	return f
}

// orList writes 'a', 'b' or 'c'.
func orList(list []string) string {
	var b strings.Builder
	for i, s := range list {
		switch {
		case i > 0 && i == len(list)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString("'" + s + "'")
	}
	return b.String()
}
