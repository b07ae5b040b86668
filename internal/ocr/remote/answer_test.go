package remote

import (
	"fmt"
	"image"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"lines of words": {`{"lines": [{"block": 2, "words": [
			{"text": "one", "box": [10, 10, 40, 20], "confidence": 0.9}, {"text": "two", "box": [50, 10, 80, 20], "confidence": 0.8}]}]}`,
			"2: one(10 10 40 20 0.90) two(50 10 80 20 0.80)"},
		"lines of text": {`{"lines": [{"text": "ab cde", "box": [0, 10, 60, 20], "confidence": 0.9}]}`,
			"0: ab(0 10 20 20 0.90) cde(30 10 60 20 0.90)"},
		"words by number": {`{"words": [{"text": "a", "box": [0, 0, 9, 9], "line": 0}, {"text": "b", "box": [0, 20, 9, 29], "line": 0},
			{"text": "c", "box": [10, 20, 19, 29], "line": 1}]}`,
			"0: a(0 0 9 9 1.00) b(0 20 9 29 1.00)\n0: c(10 20 19 29 1.00)"},
		"words by place": {`{"words": [{"text": "a", "box": [0, 0, 9, 9]}, {"text": "b", "box": [12, 1, 19, 11]}, {"text": "c", "box": [0, 12, 9, 21]},
			{"text": "d", "box": [12, 12, 19, 21], "block": 1}]}`,
			"0: a(0 0 9 9 1.00) b(12 1 19 11 1.00)\n0: c(0 12 9 21 1.00)\n1: d(12 12 19 21 1.00)"},
		"a little outside":   {`{"words": [{"text": "a", "box": [-2, -1, 201, 51]}, {"text": "out", "box": [200, 0, 202, 9]}]}`, "0: a(0 0 200 50 1.00)"},
		"nothing":            {`{"lines": []}`, ""},
		"space":              {`{"words": [{"text": " \t ", "box": [0, 0, 9, 9]}]}`, ""},
		"control characters": {`{"words": [{"text": "a\u0000\u001bb\n", "box": [0, 0, 9, 9]}]}`, "0: ab(0 0 9 9 1.00)"},
		"invalid text":       {"{\"words\": [{\"text\": \"a\xff\", \"box\": [0, 0, 9, 9]}]}", "0: a(0 0 9 9 1.00)"},
	} {
		r, err := read([]byte(c.answer), image.Pt(200, 50))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var lines []string
		for _, l := range r.Lines {
			var words []string
			for _, w := range l.Words {
				words = append(words, fmt.Sprintf("%s(%g %g %g %g %.2f)", w.Text, w.Box.X0, w.Box.Y0, w.Box.X1, w.Box.Y1, w.Confidence))
			}
			lines = append(lines, fmt.Sprintf("%d: %s", l.Block, strings.Join(words, " ")))
		}
		if got := strings.Join(lines, "\n"); got != c.want {
			t.Errorf("%s: read = %s, want %s", name, got, c.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	word := func(s string) string { return `{"words": [{"text": "a", ` + s + `}]}` }
	for name, c := range map[string]struct{ answer, want string }{
		"empty":        {``, "not the JSON"},
		"a list":       {`[]`, "not the JSON"},
		"no field":     {`{"text": "all of it"}`, "neither lines nor words"},
		"an error":     {`{"error": "out of\nmemory"}`, "out of memory"},
		"no box":       {word(`"confidence": 1`), "box of 0 numbers"},
		"three":        {word(`"box": [1, 2, 3]`), "box of 3 numbers"},
		"huge number":  {word(`"box": [0, 0, 1e999, 9]`), "not the JSON"},
		"width given":  {word(`"box": [50, 30, 9, 9]`), "left, top, right, bottom"},
		"outside":      {word(`"box": [0, 0, 300, 9]`), "not in the picture of 200 x 50"},
		"percent":      {word(`"box": [0, 0, 9, 9], "confidence": 97`), "not from 0 to 1"},
		"negative":     {word(`"box": [0, 0, 9, 9], "confidence": -0.1`), "not from 0 to 1"},
		"fractions":    {word(`"box": [0.1, 0.1, 0.5, 0.2]`), "give pixels"},
		"in a line":    {`{"lines": [{"words": [{"text": "a", "box": [0, 0, 300, 9]}]}]}`, "not in the picture"},
		"a line":       {`{"lines": [{"text": "a", "box": [0, 0, 300, 9]}]}`, "not in the picture"},
		"long text":    {`{"words": [{"text": "` + strings.Repeat("é", maxText+1) + `", "box": [0, 0, 9, 9]}]}`, "4001 characters"},
		"many words":   {`{"words": [` + strings.Repeat(`{"text":"a","box":[0,0,9,9]},`, maxWords) + `{"text":"a","box":[0,0,9,9]}]}`, "more than 200000 words"},
		"another kind": {`{"words": [{"text": 7, "box": [0, 0, 9, 9]}]}`, "not the JSON"},
	} {
		_, err := read([]byte(c.answer), image.Pt(200, 50))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(oneWord))
	f.Add([]byte(`{"lines": [{"text": "ab cde", "box": [0, 10, 60, 20], "confidence": 0.9, "block": -1}]}`))
	size := image.Pt(100, 50)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := read(data, size)
		if err != nil {
			return
		}
		for _, l := range r.Lines {
			for _, w := range l.Words {
				if w.Text == "" || w.Box.Empty() || w.Box.X0 < 0 || w.Box.Y0 < 0 || w.Box.X1 > 100 || w.Box.Y1 > 50 || !(w.Confidence >= 0 && w.Confidence <= 1) {
					t.Errorf("read(%q) gives %+v", data, w)
				}
			}
		}
	})
}
