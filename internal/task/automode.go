package task

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/geom"
	"recto/internal/wire"
)

// fullPageImage is the share of the page a picture covers to be one of the whole
// page, where the request names none.
const fullPageImage = 0.8

// facts are what the triggers of auto mode ask of a page.
type facts struct {
	page     *doc.Page
	text     string
	images   []geom.Rect
	fileName string
}

// route sends pages the way the request wants them to go, after the first pass.
func (w *work) route(ctx context.Context, src engine.Source, opts engine.Options, res *engine.Result) error {
	var err error
	if w.routes.AutoMode, err = w.autoMode(ctx, src, opts, res); err != nil {
		return err
	}
	// Where a tier without a model stands in for one with a model, every page has
	// gone the cheaper way.
	if w.req.ProcessingOptions.CostOptimizer.Enable && string(w.EffectiveTier()) != w.Tier {
		w.routes.CostOptimized = map[int]bool{}
		for _, p := range res.Doc.Pages {
			w.routes.CostOptimized[p.Number] = true
		}
	}
	return nil
}

// autoMode parses the pages that match a rule of auto mode again, each under the
// options of the first rule it matches, and puts them in place of the first
// pass. It returns the numbers of those pages.
func (w *work) autoMode(ctx context.Context, src engine.Source, opts engine.Options, res *engine.Result) (map[int]bool, error) {
	rules := w.req.ProcessingOptions.AutoMode
	triggered := map[int]bool{}
	if len(rules) == 0 {
		return triggered, nil
	}
	pages := make([][]int, len(rules))
	for i, p := range res.Doc.Pages {
		f := facts{page: p, fileName: src.Name}
		if i < len(res.Text) {
			f.text = res.Text[i]
		}
		if i < len(res.ImageBoxes) {
			f.images = res.ImageBoxes[i]
		}
		for k := range rules {
			if f.match(&rules[k]) {
				pages[k] = append(pages[k], p.Number)
				break
			}
		}
	}
	replaced := false
	for k, numbers := range pages {
		if len(numbers) == 0 {
			continue
		}
		o := w.autoOptions(opts, rules[k].ParsingConf)
		o.Pages, o.MaxPages, o.SplitAbove = numbers, 0, 0
		o.Progress = nil
		if err := w.forgetFigures(numbers); err != nil {
			return nil, err
		}
		again, err := w.parser.Parse(ctx, src, o)
		if err != nil {
			return nil, fmt.Errorf("auto mode: %w", err)
		}
		replacePages(res, again)
		replaced = true
		for _, n := range numbers {
			triggered[n] = true
		}
	}
	if replaced {
		if err := res.WritePDF(); err != nil {
			return nil, fmt.Errorf("auto mode: %w", err)
		}
	}
	return triggered, nil
}

// autoOptions lays the options of a rule over those of the job.
func (w *work) autoOptions(o engine.Options, c *wire.AutoModeConf) engine.Options {
	tier := w.EffectiveTier()
	if c.Tier != "" {
		if tier = c.Tier; tier.NeedsModel() {
			tier = w.Fallback
			if tier == "" {
				tier = wire.CostEffective
				w.warn("auto mode asks for tier " + string(c.Tier) + ", which needs a model and none is configured: those pages are parsed as cost_effective")
			}
		}
	}
	o.Fast = tier == wire.Fast
	o.NoOCR = o.Fast || w.req.ProcessingOptions.Ignore.TextInImage
	if c.Language != "" {
		o.Languages = []string{c.Language}
	}
	o.IgnoreDiagonal = o.IgnoreDiagonal || c.Ignore.DiagonalText
	o.KeepHidden = o.KeepHidden && !c.Ignore.HiddenText
	if more := c.AggressiveTableExtraction; more != nil {
		o.MoreTables = *more
	}
	if crop := w.cropOf(c.CropBox); !crop.IsZero() {
		o.Crop = crop
	}
	if c.SpatialText != (wire.SpatialTextOptions{}) {
		o.Spatial = spatialOf(c.SpatialText)
	}
	// Screenshots and embedded pictures do not depend on the options.
	o.Images = engine.ImageKinds{Layout: o.Images.Layout}
	for name, set := range map[string]bool{
		"custom_prompt": c.CustomPrompt != "", "specialized_chart_parsing": c.SpecializedChartParsing != "",
		"high_res_ocr": c.HighResOCR != nil && *c.HighResOCR && w.Recognizer == "", "language": c.Language != "" && w.Recognizer == "",
	} {
		if set {
			w.warn("auto mode: " + name + " has no effect on this server yet")
		}
	}
	return o
}

// warn notes something about the request for job_metadata, once.
func (w *work) warn(text string) {
	warning := doc.Warning{Text: text}
	if !slices.Contains(w.warnings, warning) {
		w.warnings = append(w.warnings, warning)
	}
}

// forgetFigures takes back the cut-out figures of pages that are parsed again.
func (w *work) forgetFigures(pages []int) error {
	var errs []error
	w.images = slices.DeleteFunc(w.images, func(i engine.Image) bool {
		gone := i.Category == engine.Layout && slices.Contains(pages, i.Page)
		if gone {
			errs = append(errs, w.sink.Drop(i.Name))
		}
		return gone
	})
	return errors.Join(errs...)
}

// replacePages puts the pages of the second pass in the place of the first.
func replacePages(res, again *engine.Result) {
	at := map[int]int{}
	for i, p := range res.Doc.Pages {
		at[p.Number] = i
	}
	for i, p := range again.Doc.Pages {
		k, ok := at[p.Number]
		if !ok {
			continue
		}
		res.Doc.Pages[k] = p
		if i < len(again.Text) && k < len(res.Text) {
			res.Text[k] = again.Text[i]
		}
		if i < len(again.Words) && k < len(res.Words) {
			res.Words[k] = again.Words[i]
		}
		if i < len(again.PDFPages) && k < len(res.PDFPages) {
			res.PDFPages[k] = again.PDFPages[i]
		}
	}
	res.Doc.Warnings = append(res.Doc.Warnings, again.Doc.Warnings...)
	res.FailedImages = append(res.FailedImages, again.FailedImages...)
	res.FailedOCR = append(res.FailedOCR, again.FailedOCR...)
}

// match reports whether a page matches a rule: all of its triggers, or with mode
// "or" one of them. A rule without triggers matches nothing.
func (f *facts) match(a *wire.AutoMode) bool {
	some, all := false, true
	seen := 0
	add := func(hit bool) {
		seen++
		some, all = some || hit, all && hit
	}
	flag := func(want *bool, is func() bool) {
		if want != nil {
			add(is() == *want)
		}
	}
	flag(a.PageMarkdownError, func() bool { return f.page.Err != nil })
	flag(a.TableInPage, func() bool { return f.count(isTable) > 0 })
	flag(a.ImageInPage, func() bool { return len(f.images) > 0 })
	flag(a.FullPageImage, func() bool { return f.fullPage(a.FullPageImageThreshold) })
	if a.TextInPage != "" {
		add(strings.Contains(f.text, a.TextInPage))
	}
	if a.RegexpInPage != "" {
		add(matches(a.RegexpInPage, a.RegexpInPageMode, f.text))
	}
	if a.LayoutElement != "" {
		add(f.hasElement(a.LayoutElement, a.LayoutElementThreshold))
	}
	if a.FilenameRegexp != "" {
		add(matches(a.FilenameRegexp, a.FilenameRegexpMode, f.fileName))
	}
	if globs := append(slices.Clone(a.FilenameGlobs), a.FilenameGlob); len(a.FilenameGlobs) > 0 || a.FilenameGlob != "" {
		add(slices.ContainsFunc(globs, func(g string) bool {
			ok, err := path.Match(g, f.fileName)
			return g != "" && err == nil && ok
		}))
	}
	f.counts(a, add)
	if seen == 0 {
		return false
	}
	if a.TriggerMode == "or" {
		return some
	}
	return all
}

// counts judges the triggers that compare a count with a bound.
func (f *facts) counts(a *wire.AutoMode, add func(bool)) {
	words := strings.Fields(f.text)
	numbers := func() int {
		n := 0
		for _, w := range words {
			if isNumber(w) {
				n++
			}
		}
		return n
	}
	percent := func() int {
		if len(words) == 0 {
			return 0
		}
		return 100 * numbers() / len(words)
	}
	lines := func() int {
		n := 0
		for l := range strings.SplitSeq(f.text, "\n") {
			if strings.TrimSpace(l) != "" {
				n++
			}
		}
		return n
	}
	if a.LongerThanChars != nil {
		add(utf8.RuneCountInString(f.text) > int(*a.LongerThanChars))
	}
	if a.ShorterThanChars != nil {
		add(utf8.RuneCountInString(f.text) < int(*a.ShorterThanChars))
	}
	for _, c := range []struct {
		least, most *wire.LooseInt
		count       func() int
	}{
		{a.AtLeastWords, a.AtMostWords, func() int { return len(words) }},
		{a.AtLeastLines, a.AtMostLines, lines},
		{a.AtLeastImages, a.AtMostImages, func() int { return len(f.images) }},
		{a.AtLeastTables, a.AtMostTables, func() int { return f.count(isTable) }},
		{a.AtLeastLinks, a.AtMostLinks, f.links},
		{a.AtLeastCharts, a.AtMostCharts, func() int { return f.count(isDrawing) }},
		{a.AtLeastLayoutElements, a.AtMostLayoutElements, func() int { return len(f.page.Items) }},
		{a.AtLeastPercentNumbers, a.AtMostPercentNumbers, percent},
		{a.AtLeastNumbers, a.AtMostNumbers, numbers},
	} {
		if c.least != nil {
			add(c.count() >= int(*c.least))
		}
		if c.most != nil {
			add(c.count() <= int(*c.most))
		}
	}
}

func (f *facts) count(is func(doc.Item) bool) int {
	n := 0
	for _, it := range f.page.Items {
		if is(it) {
			n++
		}
	}
	return n
}

func isTable(it doc.Item) bool { _, ok := it.(*doc.Table); return ok }

// isDrawing reports whether an item is a vector drawing, which charts are.
func isDrawing(it doc.Item) bool { fig, ok := it.(*doc.Figure); return ok && fig.Source < 0 }

// links counts the targets of the page's links.
func (f *facts) links() int {
	targets := map[string]bool{}
	for _, it := range f.page.Items {
		doc.EachText(it, func(t doc.Text) {
			for i := range t {
				if t[i].Link != "" {
					targets[t[i].Link] = true
				}
			}
		})
		if l, ok := it.(*doc.Link); ok {
			targets[l.URL] = true
		}
	}
	return len(targets)
}

// fullPage reports whether one picture covers the page.
func (f *facts) fullPage(threshold *wire.LooseFloat) bool {
	share := fullPageImage
	if threshold != nil {
		share = float64(*threshold)
	}
	for _, b := range f.images {
		if b.Area() >= share*f.page.Width*f.page.Height {
			return true
		}
	}
	return false
}

// hasElement reports whether the page has an item of a kind, of which the layout
// is at least so sure. Kinds have the names of items and those of labels.
func (f *facts) hasElement(kind string, threshold *wire.LooseFloat) bool {
	sure := 0.0
	if threshold != nil {
		sure = float64(*threshold)
	}
	want := strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(kind))
	for _, it := range slices.Concat(f.page.Header, f.page.Items, f.page.Footer) {
		if it.Common().Confidence >= sure && slices.Contains(wire.KindNames(it), want) {
			return true
		}
	}
	return len(f.page.Header) > 0 && want == "page-header" || len(f.page.Footer) > 0 && want == "page-footer"
}

// matches reports whether a text matches a pattern under flags as "i" or "is".
// Both were checked when the job came in.
func matches(pattern, flags, text string) bool {
	re, err := regexp.Compile(wire.WithFlags(pattern, flags))
	return err == nil && re.MatchString(text)
}

// isNumber reports whether a word is a number, with its sign, separators and
// unit signs around it.
func isNumber(w string) bool {
	w = strings.Trim(w, "$€£¥%()[]+-−–.,;:")
	w = strings.NewReplacer(",", "", "'", "", ".", "").Replace(w)
	_, err := strconv.ParseUint(w, 10, 64)
	return err == nil
}
