package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"recto/internal/geom"
	"recto/internal/layout"
	"recto/internal/ocr"
	"recto/internal/page"
	script "recto/internal/text"
)

// When the text of single fonts is taken from the picture of a page, while the
// rest of the page stays.
const (
	minUnreadable = 0.02 // of the page's characters; from a quarter the page is read whole
	brokenFont    = 0.5  // share of unreadable characters of a font that does not say what it shows
	minBroken     = 20   // its unreadable characters in words: a few bullets are none
	minWordRun    = 3    // glyphs in a row that may be a word: bullets and signs of formulas stand alone
)

// mendFonts recognizes a page on which some fonts do not say what they show, and
// others do. It returns the page with recognized words in place of the runs of the
// former, nil when there is nothing to mend or nothing could be read.
func (j *pageJob) mendFonts(p *page.Page, sheet *layout.Sheet) *page.Page {
	if j.o.NoOCR || j.o.Fast || p.Err != nil || p.Frame != nil || sheet.Unreadable() < minUnreadable {
		return nil
	}
	broken := brokenFonts(p.Runs)
	if len(broken) == 0 {
		return nil
	}
	e := j.engine.ocr()
	if e == nil {
		return nil
	}
	if err := j.o.trouble(p.Number, Recognizing); err != nil {
		j.unread(p.Number, err)
		return nil
	}
	defer j.o.enter(p.Number, Recognizing)()
	words, err := j.readUpright(p)
	if err != nil {
		j.unread(p.Number, fmt.Errorf("the font %s does not say what it shows: %w", names(broken), err))
		return nil
	}
	runs, mended := replaceRuns(p.Runs, broken, words)
	if mended == 0 {
		j.unread(p.Number, fmt.Errorf("the font %s does not say what it shows, and its text could not be read", names(broken)))
		return nil
	}
	q := *p
	q.Runs = runs
	use, _ := ocr.Choose(e, j.o.Languages)
	j.notePart(p.Number, fmt.Sprintf("text in the font %s was recognized by %s (%s): the font does not say what it shows", names(broken), e.Name(), strings.Join(use, ", ")))
	return &q
}

// readUpright recognizes a whole page that lies as it should and returns its words.
func (j *pageJob) readUpright(p *page.Page) ([]page.Run, error) {
	img, err := j.picture(p)
	if err != nil {
		return nil, err
	}
	use, _ := ocr.Choose(j.engine.ocr(), j.o.Languages)
	read, err := ocr.ReadRegion(j.ctx, j.engine.ocr(), img, ocr.Options{Languages: use, Codes: j.o.Languages})
	if err != nil {
		return nil, err
	}
	words, _ := read.Region(geom.Rect{X1: p.Width, Y1: p.Height}, func(string, geom.Rect) bool { return false })
	return words, nil
}

// brokenFonts returns the fonts whose text is mostly unreadable.
func brokenFonts(runs []page.Run) map[*page.Font]bool {
	bad, all := map[*page.Font]int{}, map[*page.Font]int{}
	for i := range runs {
		if r := &runs[i]; r.Mode != page.Invisible && r.Angle == 0 && len(r.Glyphs) >= minWordRun {
			all[r.Font] += len(r.Glyphs)
			for _, word := range strings.Fields(spaced(r)) {
				bad[r.Font] += script.Garbled(word)
			}
		}
	}
	maps.DeleteFunc(bad, func(f *page.Font, n int) bool { return n < minBroken || float64(n) < brokenFont*float64(all[f]) })
	out := map[*page.Font]bool{}
	for f := range bad {
		out[f] = true
	}
	return out
}

// spaced returns the text of a run with the spaces that were drawn in it.
func spaced(r *page.Run) string {
	var b strings.Builder
	for i := range r.Glyphs {
		if r.Glyphs[i].Flags&page.SpaceBefore != 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r.Glyphs[i].Rune)
	}
	return b.String()
}

// replaceRuns puts the words that stand within runs of broken fonts in place of
// these runs, and says how many runs went. A run where no word was read stays.
func replaceRuns(runs []page.Run, broken map[*page.Font]bool, words []page.Run) ([]page.Run, int) {
	var out []page.Run
	used := make([]bool, len(words))
	mended := 0
	for i := range runs {
		r := &runs[i]
		if !broken[r.Font] || r.Mode == page.Invisible || r.Angle != 0 {
			out = append(out, *r)
			continue
		}
		found := false
		for k := range words {
			w := words[k]
			if !r.Box.Contains(geom.Point{X: w.Box.CenterX(), Y: w.Box.CenterY()}) {
				continue
			}
			found = true
			if !used[k] { // runs of one word overlap
				used[k] = true
				w.Pictured, w.MCID, w.Artifact = false, r.MCID, r.Artifact
				w.Font, w.Size, w.Color = r.Font, r.Size, r.Color // its looks are known
				out = append(out, w)
			}
		}
		switch {
		case found:
			mended++
		default:
			out = append(out, *r)
		}
	}
	return out, mended
}

// names lists fonts for people.
func names(fonts map[*page.Font]bool) string {
	var out []string
	for f := range fonts {
		name := f.Name
		if name == "" {
			name = "without a name"
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}
