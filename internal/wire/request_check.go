package wire

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Limits on what a client may attach to a job. Upstream has limits and does
// not say which.
const (
	maxMetadataKeys  = 50
	maxMetadataKey   = 64
	maxMetadataValue = 512
)

// DecodeRequest reads a configuration and checks it. With upload the document
// comes beside it, so file_id and source_url are not required. The error is an
// Invalid with every mistake, or nil.
func DecodeRequest(data []byte, upload bool) (ParseRequest, error) {
	var p ParseRequest
	c := checker{errs: decodeStrict(data, &p)}
	if len(c.errs) == 1 && (c.errs[0].Type == "json_invalid" || len(c.errs[0].Loc) == 0) {
		return p, c.errs // nothing was read, so nothing else can be said
	}
	c.request(&p, upload)
	if len(c.errs) > 0 {
		return p, c.errs
	}
	return p, nil
}

// checker collects what is wrong between fields; a place that already has a
// complaint gets no second one.
type checker struct{ errs Invalid }

func (c *checker) fail(kind string, loc []any, format string, args ...any) {
	for _, e := range c.errs {
		if slices.Equal(e.Loc, loc) {
			return
		}
	}
	c.errs = append(c.errs, FieldError{Type: kind, Loc: loc, Msg: fmt.Sprintf(format, args...)})
}

func (c *checker) value(format string, args []any, loc ...any) {
	c.fail("value_error", loc, "Value error, "+format, args...)
}

func (c *checker) request(p *ParseRequest, upload bool) {
	if !upload {
		c.source(p)
	}
	c.tier(p)
	c.crop(p.CropBox, "crop_box")
	if _, err := ParsePages(p.PageRanges.TargetPages); err != nil {
		c.value("%s", []any{err}, "page_ranges", "target_pages")
	}
	c.metadata(p.UserMetadata)
	for i, h := range p.WebhookConfigurations {
		c.webhook(h, "webhook_configurations", i)
	}
	for i, a := range p.ProcessingOptions.AutoMode {
		c.autoMode(a, i)
	}
}

func (c *checker) source(p *ParseRequest) {
	switch {
	case p.FileID == "" && p.SourceURL == "":
		c.value("give either file_id or source_url", nil, "file_id")
	case p.FileID != "" && p.SourceURL != "":
		c.value("give either file_id or source_url, not both", nil, "file_id")
	}
}

func (c *checker) tier(p *ParseRequest) {
	configured := p.ConfigurationID != ""
	if p.Tier == "" && !configured {
		c.fail("missing", []any{"tier"}, "Field required")
	}
	if p.Tier == ConfiguredTier && !configured {
		c.value("'configured' needs a configuration_id", nil, "tier")
	}
	if p.Version == "" && !configured {
		c.fail("missing", []any{"version"}, "Field required")
	}
	if p.Version != "" && p.Tier != "" && p.Tier != ConfiguredTier {
		if _, ok := ResolveVersion(p.Tier, p.Version); !ok {
			c.value("tier %s has no version '%s': use 'latest' or one of GET /api/v2/parse/versions", []any{p.Tier, p.Version}, "version")
		}
	}
	fast := p.Tier == Fast
	if fast && p.AgenticOptions != nil {
		c.value("agentic_options are not available for tier fast", nil, "agentic_options")
	}
	if p.FastOptions != nil && !fast && p.Tier != "" && p.Tier != ConfiguredTier {
		c.value("fast_options are for tier fast only", nil, "fast_options")
	}
	if fast && p.ProcessingOptions.SpecializedChartParsing != "" {
		c.value("specialized_chart_parsing is not available for tier fast", nil, "processing_options", "specialized_chart_parsing")
	}
	if fast && p.ProcessingOptions.Forms == "enrich" {
		c.value("forms are not available for tier fast", nil, "processing_options", "forms")
	}
	if p.ProcessingOptions.CostOptimizer.Enable && (fast || p.Tier == CostEffective) {
		c.value("cost_optimizer is for the agentic tiers only", nil, "processing_options", "cost_optimizer")
	}
}

// crop checks the order of opposite edges as far as both are given.
func (c *checker) crop(b CropBox, loc ...any) {
	if b.Top != nil && b.Bottom != nil && *b.Bottom <= *b.Top {
		c.value("bottom must be greater than top: both are positions measured from the top edge", nil, append(loc, "bottom")...)
	}
	if b.Left != nil && b.Right != nil && *b.Right <= *b.Left {
		c.value("right must be greater than left: both are positions measured from the left edge", nil, append(loc, "right")...)
	}
}

func (c *checker) metadata(m map[string]string) {
	if len(m) > maxMetadataKeys {
		c.value("at most %d keys are kept", []any{maxMetadataKeys}, "user_metadata")
	}
	for _, k := range sortedKeys(m) {
		switch {
		case utf8.RuneCountInString(k) > maxMetadataKey:
			c.value("a key has at most %d characters", []any{maxMetadataKey}, "user_metadata", k)
		case utf8.RuneCountInString(m[k]) > maxMetadataValue:
			c.value("a value has at most %d characters", []any{maxMetadataValue}, "user_metadata", k)
		}
	}
}

func (c *checker) autoMode(a AutoMode, i int) {
	at := func(names ...any) []any {
		return append([]any{"processing_options", "auto_mode_configuration", i}, names...)
	}
	conf := a.ParsingConf
	if conf == nil {
		c.fail("missing", at("parsing_conf"), "Field required")
		return
	}
	if conf.Tier != "" && conf.Version == "" {
		c.fail("value_error", at("parsing_conf", "version"), "Value error, a tier needs a version")
	}
	if conf.Tier != "" && conf.Version != "" {
		if _, ok := ResolveVersion(conf.Tier, conf.Version); !ok {
			c.fail("value_error", at("parsing_conf", "version"), "Value error, tier %s has no version '%s'", conf.Tier, conf.Version)
		}
	}
	c.crop(conf.CropBox, at("parsing_conf", "crop_box")...)
	for _, r := range []struct{ name, pattern string }{
		{"regexp_in_page", WithFlags(a.RegexpInPage, a.RegexpInPageMode)}, {"filename_regexp", WithFlags(a.FilenameRegexp, a.FilenameRegexpMode)},
	} {
		if _, err := regexp.Compile(r.pattern); err != nil {
			c.fail("value_error", at(r.name), "Value error, %s", err)
		}
	}
	for _, g := range append([]string{a.FilenameGlob}, a.FilenameGlobs...) {
		if _, err := path.Match(g, ""); err != nil {
			c.fail("value_error", at("filename_match_glob"), "Value error, '%s' is not a pattern", g)
		}
	}
}
