package engine

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"recto/internal/geom"
	"recto/internal/layout"
	"recto/internal/ocr"
	"recto/internal/page"
)

// Which pictures on a page with text of its own are worth a look. What the file
// says of them decides first; only those left are drawn, and only those that show
// rows of letters are read.
const (
	minRegionWidth  = 72.0 // points: smaller ones are icons and signatures
	minRegionHeight = 30.0
	minRegionPx     = 60    // pixels a side
	minRegionDPI    = 60.0  // coarser pictures cannot be read; screenshots have 72 and more
	maxOverPrint    = 500.0 // characters a page of picture set over it: then it is a background, of which a page has thousands
	maxRegions      = 35    // largest pictures of a page, as the API has it
	minPhotoShare   = 0.2   // of the page for pictures stored as photographs are: scanned inserts are large, or
	screenDPI       = 130.0 // no finer than a screen, as screenshots turned into JPEG are
	maxDetail       = 0.5   // bytes a pixel of one stored without loss: screenshots have 0.2 at most, photographs 0.8 and more
	furniturePages  = 3     // pages that show a picture before it is taken for a logo
	minPrint        = 40    // letters in rows: fewer are labels of what a picture shows, or a name on it
	minPrintRows    = 3     // screenshots, tables and scanned inserts have more, logos fewer
	minPrintRow     = 6     // letters of a row on average: numbers of an axis are shorter
	minPrintShare   = 0.6   // of all patches of their size: leaves and gravel make short rows by chance
	glanceDPI       = 110.0 // of the first look: letters of small print have their 5 pixels
	minHidden       = 20    // invisible characters over a picture that was read before
	sameWords       = 0.3   // share of a word's box that lies over text of the page: it is that text
	knownWords      = 0.8   // share of the words that the alternative text has: it says the same
	regionTimeout   = 60 * time.Second
)

// region is a picture on a page that may hold text.
type region struct {
	box  geom.Rect
	dpi  float64
	keys []string    // what tells its images from others
	mcid int         // marked content of the picture, -1 when none
	alt  string      // alternative text
	over []geom.Rect // text of the page over it

	photo     bool // stored as photographs are
	bytes, px int  // of its images
}

// findRegions returns the pictures of a page that may hold text, by what the file
// says of them.
func (j *pageJob) findRegions(p *page.Page) []region {
	if j.o.NoOCR || j.o.IgnoreTextInImage || j.o.Fast || p.Err != nil || p.Frame != nil {
		return nil
	}
	var out []region
	for i := range p.Images {
		img := &p.Images[i]
		if img.Box.Empty() || img.WidthPx <= 0 || img.HeightPx <= 0 {
			continue
		}
		r := region{box: img.Box, mcid: img.MCID, alt: img.Alt, photo: img.Photo, bytes: img.Bytes, px: img.WidthPx * img.HeightPx,
			dpi:  72 * math.Sqrt(float64(img.WidthPx)*float64(img.HeightPx)/img.Box.Area()),
			keys: []string{fmt.Sprintf("%d %d %d %.0f", img.WidthPx, img.HeightPx, img.Bytes, img.Box)}}
		out = joinStrip(out, r)
	}
	out = slices.DeleteFunc(out, func(r region) bool {
		if r.isPhoto(p.Width * p.Height) {
			return true
		}
		px := r.dpi / 72
		return r.box.W() < minRegionWidth || r.box.H() < minRegionHeight || r.box.W()*px < minRegionPx || r.box.H()*px < minRegionPx || r.dpi < minRegionDPI
	})
	if len(out) == 0 || j.engine.ocr() == nil {
		return nil
	}
	slices.SortStableFunc(out, func(a, b region) int { return -cmp.Compare(a.box.Area(), b.box.Area()) })
	out = out[:min(len(out), maxRegions)]
	return measureText(p, out)
}

// isPhoto reports whether a picture is a photograph or a plot rather than text, by
// how it is stored. Even to open a page again for a look costs as much as reading
// it, so this must be decided without.
func (r *region) isPhoto(pageArea float64) bool {
	if r.photo {
		return r.box.Area() < minPhotoShare*pageArea && r.dpi > screenDPI
	}
	return float64(r.bytes) > maxDetail*float64(r.px)
}

// joinStrip adds a region to others: pictures are often cut into strips.
func joinStrip(all []region, r region) []region {
	for k := range all {
		a, b := all[k].box, r.box
		wide := math.Abs(a.X0-b.X0) < 1 && math.Abs(a.X1-b.X1) < 1 && b.Y0 <= a.Y1+1 && a.Y0 <= b.Y1+1
		high := math.Abs(a.Y0-b.Y0) < 1 && math.Abs(a.Y1-b.Y1) < 1 && b.X0 <= a.X1+1 && a.X0 <= b.X1+1
		if wide || high || a.ContainsRect(b, 1) {
			all[k].box, all[k].dpi = a.Union(b), max(all[k].dpi, r.dpi)
			all[k].keys = append(all[k].keys, r.keys...)
			all[k].photo, all[k].bytes, all[k].px = all[k].photo && r.photo, all[k].bytes+r.bytes, all[k].px+r.px
			return all
		}
	}
	return append(all, r)
}

// measureText notes which text of the page stands over each region and drops
// those it covers. A picture under text that nobody sees was read before.
func measureText(p *page.Page, all []region) []region {
	hidden := make([]int, len(all))
	for i := range p.Runs {
		run := &p.Runs[i]
		for k := range all {
			if !all[k].box.Overlaps(run.Box) {
				continue
			}
			for g := range run.Glyphs {
				b := run.Glyphs[g].Box
				switch {
				case !all[k].box.Overlaps(b):
				case run.Mode == page.Invisible:
					hidden[k]++
				default:
					all[k].over = append(all[k].over, b)
				}
			}
		}
	}
	var out []region
	for k := range all {
		if r := &all[k]; hidden[k] < minHidden && float64(len(r.over)) <= maxOverPrint*r.box.Area()/max(p.Width*p.Height, 1) {
			out = append(out, *r)
		}
	}
	return out
}

// dropRepeated leaves each picture once: what stands at one place of many pages is
// a logo or a background and is not read at all.
func (j *pageJob) dropRepeated() {
	pages := map[string]int{}
	for _, list := range j.regions {
		for _, r := range list {
			pages[strings.Join(r.keys, "|")]++
		}
	}
	seen := map[string]bool{}
	for i := range j.regions {
		j.regions[i] = slices.DeleteFunc(j.regions[i], func(r region) bool {
			key := strings.Join(r.keys, "|")
			again := seen[key]
			seen[key] = true
			return again || pages[key] >= furniturePages
		})
	}
}

// readRegions reads the text of pictures on pages that have text of their own,
// when all pages are known.
func (j *pageJob) readRegions() {
	j.dropRepeated()
	j.eachPage(func(i int) {
		if j.waiting[i] {
			if len(j.regions[i]) > 0 {
				j.readRegionsOf(i)
			}
			j.tellProgress()
		}
	})
}

// readRegionsOf reads the pictures of page i and puts their words into it.
func (j *pageJob) readRegionsOf(i int) {
	n := j.numbers[i]
	if err := j.o.trouble(n, Recognizing); err != nil {
		j.unread(n, fmt.Errorf("the pictures of the page: %w", err))
		return
	}
	defer j.o.enter(n, Recognizing)()
	var runs []page.Run
	var rules []page.Rule
	read := 0
	for k := range j.regions[i] {
		r := &j.regions[i][k]
		words, lines, err := j.readRegion(n, r)
		if err != nil {
			j.unread(n, fmt.Errorf("a picture of the page at %.0f: %w", r.box, err))
			continue
		}
		if len(words) > 0 {
			read++
			runs, rules = append(runs, words...), append(rules, lines...)
		}
	}
	if read == 0 || j.ctx.Err() != nil {
		return
	}
	p := j.paper.read(j.ctx, n)
	if p.Err != nil {
		return // it was read once and stays as it is
	}
	keep(p, j.o.Crop)
	p.Runs = layout.ReadBoxes(p)
	p.Runs, p.Rules = append(p.Runs, runs...), append(p.Rules, rules...)
	j.take(i, p, layout.Prepare(p, j.layoutOptions()))
	pictures := "a picture"
	if read > 1 {
		pictures = fmt.Sprintf("%d pictures", read)
	}
	use, _ := ocr.Choose(j.engine.ocr(), j.o.Languages)
	j.notePart(n, fmt.Sprintf("the text of %s on the page was recognized by %s (%s)", pictures, j.engine.ocr().Name(), strings.Join(use, ", ")))
}

// readRegion returns the words and rules of a picture, none when it shows no text.
func (j *pageJob) readRegion(n int, r *region) ([]page.Run, []page.Rule, error) {
	dpi := min(ocrDPI, max(r.dpi, 72), float64(maxSide)*72/max(r.box.W(), r.box.H()))
	look := min(dpi, glanceDPI)
	img, err := j.paper.show(j.ctx, n, look, r.box)
	if err != nil {
		return nil, nil, err
	}
	if !r.showsPrint(img, look) {
		return nil, nil, nil
	}
	if dpi > look {
		if img, err = j.paper.show(j.ctx, n, dpi, r.box); err != nil {
			return nil, nil, err
		}
	}
	use, _ := ocr.Choose(j.engine.ocr(), j.o.Languages)
	ctx, cancel := context.WithTimeout(j.ctx, regionTimeout)
	defer cancel()
	read, err := ocr.ReadRegion(ctx, j.engine.ocr(), img, ocr.Options{Languages: use, Codes: j.o.Languages})
	switch {
	case err != nil && j.ctx.Err() != nil:
		return nil, nil, nil // all of it was given up
	case err != nil && ctx.Err() != nil:
		return nil, nil, fmt.Errorf("it took longer than %s", regionTimeout)
	case err != nil:
		return nil, nil, err
	}
	runs, rules := read.Region(r.box, func(_ string, box geom.Rect) bool {
		covered := 0.0
		for _, b := range r.over {
			covered += b.Intersect(box).Area()
		}
		return covered > sameWords*box.Area()
	})
	if says(r.alt, runs) {
		return nil, nil, nil
	}
	for k := range runs {
		runs[k].MCID = r.mcid
	}
	return runs, rules, nil
}

// showsPrint reports whether a region, drawn at some resolution, has several rows
// of letters beside the text that the page has over it.
func (r *region) showsPrint(img image.Image, dpi float64) bool {
	var px []geom.Rect
	scale := dpi / 72
	for _, b := range r.over {
		px = append(px, geom.Rect{X0: (b.X0 - r.box.X0) * scale, Y0: (b.Y0 - r.box.Y0) * scale, X1: (b.X1 - r.box.X0) * scale, Y1: (b.Y1 - r.box.Y0) * scale})
	}
	print := ocr.FindPrint(img, px)
	return print.Letters >= minPrint && print.Rows >= minPrintRows && print.Letters >= minPrintRow*print.Rows &&
		float64(print.Letters) >= minPrintShare*float64(print.Patches)
}

// says reports whether a text has most of the words of the runs already.
func says(text string, runs []page.Run) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return ' '
		}, s)
	}
	have := map[string]bool{}
	for _, w := range strings.Fields(plain(text)) {
		have[w] = true
	}
	if len(have) == 0 {
		return false
	}
	all, known := 0, 0
	for i := range runs {
		for _, w := range strings.Fields(plain(runs[i].Text())) {
			all++
			if have[w] {
				known++
			}
		}
	}
	return float64(known) >= knownWords*float64(all)
}
