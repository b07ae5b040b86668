package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/geom"
	"recto/internal/ocr"
)

// Limits of what is believed of one picture. A sheet of newspaper has some
// 10,000 words, the longest line of a page some hundred characters.
const (
	maxWords = 200_000
	maxText  = 4000 // characters of a word or line
	// slack is how far outside the picture a box may reach, by the length of the
	// side: engines round, and grow boxes around the ink.
	slack = 0.02
)

// answer is what the server sends. Lines hold words, or text alone; words
// without lines stand in words.
type answer struct {
	Lines []line `json:"lines"`
	Words []word `json:"words"`
	Error string `json:"error"`
}

type line struct {
	Words []word `json:"words"`
	word         // when there are no words
}

type word struct {
	Text       string    `json:"text"`
	Box        []float64 `json:"box"` // left, top, right, bottom; pixels
	Confidence *float64  `json:"confidence"`
	Line       *int      `json:"line"`
	Block      int       `json:"block"`
}

// read checks an answer about a picture of the given size.
func read(data []byte, size image.Point) (*ocr.Result, error) {
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		return nil, fmt.Errorf("not the JSON of docs/ocr.md: %w", err)
	}
	if a.Error != "" {
		return nil, errors.New(printable(clip(a.Error)))
	}
	if a.Lines == nil && a.Words == nil {
		return nil, errors.New("it has neither lines nor words; a picture without text has an empty list")
	}
	if err := a.check(size); err != nil {
		return nil, err
	}
	r := &ocr.Result{}
	for _, l := range a.Lines {
		out := ocr.Line{Block: l.Block}
		for _, w := range l.Words {
			out.Words = append(out.Words, w.cut(size)...)
		}
		if len(l.Words) == 0 {
			out.Words = l.cut(size)
		}
		if len(out.Words) > 0 {
			r.Lines = append(r.Lines, out)
		}
	}
	var last *word
	for i := range a.Words {
		w := &a.Words[i]
		cut := w.cut(size)
		if len(cut) == 0 {
			continue
		}
		if last == nil || !w.follows(last) {
			r.Lines = append(r.Lines, ocr.Line{Block: w.Block})
		}
		l := &r.Lines[len(r.Lines)-1]
		l.Words = append(l.Words, cut...)
		last = w
	}
	return r, nil
}

// check refuses an answer of which any part makes no sense: a server that
// measures otherwise would put all words into wrong places.
func (a *answer) check(size image.Point) error {
	n, inside := 0, 0 // boxes, and those that a fraction of the picture would give
	one := func(w *word, name string) error {
		if n++; n > maxWords {
			return fmt.Errorf("it has more than %d words", maxWords)
		}
		if err := w.check(size); err != nil {
			return fmt.Errorf("%s %s: %w", name, quoted(w.Text), err)
		}
		if w.Box[2] <= 1 && w.Box[3] <= 1 {
			inside++
		}
		return nil
	}
	for i := range a.Lines {
		l := &a.Lines[i]
		for k := range l.Words {
			if err := one(&l.Words[k], "word"); err != nil {
				return err
			}
		}
		if len(l.Words) == 0 && l.Text != "" {
			if err := one(&l.word, "line"); err != nil {
				return err
			}
		}
	}
	for i := range a.Words {
		if err := one(&a.Words[i], "word"); err != nil {
			return err
		}
	}
	if n > 0 && inside == n && size.X > 1 && size.Y > 1 {
		return errors.New("boxes are fractions of the picture: give pixels")
	}
	return nil
}

func (w *word) check(size image.Point) error {
	if n := utf8.RuneCountInString(w.Text); n > maxText {
		return fmt.Errorf("text of %d characters, more than %d", n, maxText)
	}
	if len(w.Box) != 4 {
		return fmt.Errorf("box of %d numbers, not [left, top, right, bottom]", len(w.Box))
	}
	if w.Box[2] <= w.Box[0] || w.Box[3] <= w.Box[1] {
		return fmt.Errorf("box %v is empty: the numbers are left, top, right, bottom", w.Box)
	}
	mx, my := 1+slack*float64(size.X), 1+slack*float64(size.Y)
	if w.Box[0] < -mx || w.Box[1] < -my || w.Box[2] > float64(size.X)+mx || w.Box[3] > float64(size.Y)+my {
		return fmt.Errorf("box %v is not in the picture of %d x %d pixels", w.Box, size.X, size.Y)
	}
	if c := w.Confidence; c != nil && (*c < 0 || *c > 1) {
		return fmt.Errorf("confidence %v is not from 0 to 1", *c)
	}
	return nil
}

// cut returns the words of a text, which is one word or a line of them. Their
// boxes share its box by their characters.
func (w *word) cut(size image.Point) []ocr.Word {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, w.Text)
	parts := strings.Fields(clean)
	if len(parts) == 0 {
		return nil
	}
	box := geom.Rect{
		X0: max(w.Box[0], 0), Y0: max(w.Box[1], 0),
		X1: min(w.Box[2], float64(size.X)), Y1: min(w.Box[3], float64(size.Y)),
	}
	if box.X1 <= box.X0 || box.Y1 <= box.Y0 {
		return nil // in the slack around the picture
	}
	sure := 1.0
	if w.Confidence != nil {
		sure = *w.Confidence
	}
	all := len(parts) - 1
	for _, p := range parts {
		all += utf8.RuneCountInString(p)
	}
	out := make([]ocr.Word, 0, len(parts))
	at := 0
	for _, p := range parts {
		n := utf8.RuneCountInString(p)
		b := box
		b.X0 = box.X0 + box.W()*float64(at)/float64(all)
		b.X1 = box.X0 + box.W()*float64(at+n)/float64(all)
		out = append(out, ocr.Word{Text: p, Box: b, Confidence: sure})
		at += n + 1
	}
	return out
}

// follows reports whether a word is on the line of the one before it: by the
// server's numbers, or else because it goes on to the right at half its height.
func (w *word) follows(last *word) bool {
	if w.Block != last.Block {
		return false
	}
	if w.Line != nil && last.Line != nil {
		return *w.Line == *last.Line
	}
	shared := min(w.Box[3], last.Box[3]) - max(w.Box[1], last.Box[1])
	return w.Box[0] >= last.Box[0] && 2*shared >= min(w.Box[3]-w.Box[1], last.Box[3]-last.Box[1])
}

func clip(s string) string {
	if len(s) > shownAnswer {
		return s[:shownAnswer]
	}
	return s
}

// quoted shows the beginning of a text in a message.
func quoted(s string) string { return fmt.Sprintf("%q", printable(clip(s))) }
