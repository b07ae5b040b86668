package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// StoredRequest is a request as a job keeps it. Legacy is set for jobs that
// came in through the v1 API.
type StoredRequest struct {
	ParseRequest
	Legacy *Legacy `json:"legacy,omitempty"`
}

// Legacy holds what the v1 API knows and v2 does not: how the pages of a result
// are joined, and which fields of the form had no counterpart.
type Legacy struct {
	PageSeparator *string `json:"page_separator,omitempty"`
	PagePrefix    string  `json:"page_prefix,omitempty"`
	PageSuffix    string  `json:"page_suffix,omitempty"`
	HeaderPrefix  string  `json:"page_header_prefix,omitempty"`
	HeaderSuffix  string  `json:"page_header_suffix,omitempty"`
	FooterPrefix  string  `json:"page_footer_prefix,omitempty"`
	FooterSuffix  string  `json:"page_footer_suffix,omitempty"`
	HideHeaders   bool    `json:"hide_headers,omitempty"`
	HideFooters   bool    `json:"hide_footers,omitempty"`
	FailedPage    string  `json:"replace_failed_page_mode,omitempty"`
	ErrorPrefix   string  `json:"replace_failed_page_with_error_message_prefix,omitempty"`
	ErrorSuffix   string  `json:"replace_failed_page_with_error_message_suffix,omitempty"`
	Layout        bool    `json:"extract_layout,omitempty"`
	WebhookURL    string  `json:"webhook_url,omitempty"`

	// Ignored names fields that were sent and change nothing. Their values are
	// not kept: some are keys of other services.
	Ignored []string `json:"ignored,omitempty"`
}

// Retired is a mode of v1 that no service offers any more.
type Retired struct{ Field string }

func (r Retired) Error() string {
	return r.Field + " is no longer available: choose a tier instead (fast, cost_effective, agentic or agentic_plus)"
}

// retired are the fields that ask for such a mode.
var retired = []string{"gpt4o_mode", "use_vendor_multimodal_model", "structured_output"}

// silent are fields that say nothing about the result, or ask for what always
// happens here.
var silent = []string{
	"from_python_package", "adaptive_long_table", "outlined_table_extraction", "high_res_ocr",
	"precise_bounding_box", "is_formatting_instruction",
}

// prompts are the instructions to a model, in the order they are put together.
var prompts = []string{
	"system_prompt", "system_prompt_append", "user_prompt", "parsing_instruction", "content_guideline_instruction",
	"formatting_instruction", "complemental_formatting_instruction",
}

// legacyTiers says which tier stands for a parse_mode, a preset or a mode
// switch of v1.
var legacyTiers = map[string]Tier{
	"parse_page_without_llm":    Fast,
	"parse_page_with_llm":       CostEffective,
	"parse_document_with_llm":   CostEffective,
	"parse_page_with_lvm":       Agentic,
	"parse_page_with_agent":     Agentic,
	"parse_document_with_agent": AgenticPlus,
}

// legacyPresets are the presets whose name says a tier.
var legacyPresets = map[string]Tier{
	"fast": Fast, "balanced": CostEffective, "cost-effective": CostEffective, "cost_effective": CostEffective,
	"premium": Agentic, "agentic": Agentic, "agentic-plus": AgenticPlus, "agentic_plus": AgenticPlus,
}

// DecodeLegacy turns the flat form of the v1 API into a request. With edges the
// server takes the numbers of a crop_box for margins, as v1 does. The error is
// an Invalid with every mistake, a Retired, or nil. Where the document comes
// from is checked by the caller, except that input_url must be an address.
func DecodeLegacy(fields map[string][]string, edges bool) (StoredRequest, error) {
	f := legacyForm{fields: fields, read: map[string]bool{}}
	for _, name := range retired {
		if f.on(name) {
			return StoredRequest{}, Retired{name}
		}
	}
	var q StoredRequest
	q.Legacy = &Legacy{}
	f.source(&q.ParseRequest)
	f.effort(&q.ParseRequest)
	f.pages(&q.ParseRequest)
	f.input(&q.ParseRequest)
	f.output(&q.ParseRequest)
	f.control(&q.ParseRequest)
	f.joins(q.Legacy)
	for _, name := range silent {
		f.text(name)
	}
	q.Legacy.Ignored = f.unread()
	c := checker{errs: f.errs}
	c.request(&q.ParseRequest, true)
	if len(c.errs) > 0 {
		return q, c.errs
	}
	if box := &q.CropBox; edges {
		box.Bottom, box.Right = rest(box.Bottom), rest(box.Right)
	}
	return q, nil
}

// rest turns the margin of a far edge into its position, and back.
func rest(f *float64) *float64 {
	if f == nil {
		return nil
	}
	return new(round(1-*f, 1e6))
}

func (f *legacyForm) source(p *ParseRequest) {
	p.SourceURL = f.text("input_url")
	if p.SourceURL != "" && !regexp.MustCompile(`^https?:`).MatchString(p.SourceURL) {
		f.fail("value_error", "input_url", "Value error, give an address that begins with http: or https:")
	}
	p.HTTPProxy = f.text("http_proxy")
	if f.text("input_s3_path") != "" {
		f.fail("value_error", "input_s3_path", "Value error, this server does not read from S3: upload the file, or give a signed link in input_url")
	}
	p.DisableCache = f.any("do_not_cache", "invalidate_cache")
}

// effort finds the tier and what belongs to it.
func (f *legacyForm) effort(p *ParseRequest) {
	p.Tier = f.tier()
	p.Version = f.text("version")
	if p.Version == "" {
		p.Version = "latest"
	}
	if p.Tier.NeedsModel() {
		var parts []string
		for _, name := range prompts {
			if s := f.text(name); s != "" {
				parts = append(parts, s)
			}
		}
		if parts != nil {
			p.AgenticOptions = &AgenticOptions{CustomPrompt: strings.Join(parts, "\n\n")}
		}
	}
	if p.Tier != Fast {
		for _, x := range []struct {
			field string
			kind  ChartParsing
		}{
			{"specialized_chart_parsing_efficient", "efficient"},
			{"specialized_chart_parsing_agentic", "agentic"},
			{"specialized_chart_parsing_plus", "agentic_plus"},
		} {
			if f.on(x.field) {
				p.ProcessingOptions.SpecializedChartParsing = x.kind
			}
		}
	}
	if f.on("auto_mode") {
		p.ProcessingOptions.AutoMode = f.autoMode()
	}
}

func (f *legacyForm) tier() Tier {
	named, fast, premium := f.text("tier"), f.on("fast_mode"), f.on("premium_mode")
	mode, preset := f.text("parse_mode"), f.peek("preset")
	t, known := legacyTiers[mode]
	if mode != "" && !known {
		f.fail("enum", "parse_mode", "Input should be one of "+strings.Join(sortedKeys(legacyTiers), ", "))
	}
	switch tiers := Tier("").Allowed(); {
	case named != "":
		if named == string(ConfiguredTier) || !slices.Contains(tiers, named) {
			f.fail("literal_error", "tier", "Input should be 'fast', 'cost_effective', 'agentic' or 'agentic_plus'")
			return CostEffective
		}
		return Tier(named)
	case mode != "" && known:
		return t
	case fast:
		return Fast
	case premium:
		return Agentic
	}
	if t, ok := legacyPresets[preset]; ok {
		f.text("preset")
		return t
	}
	return CostEffective
}

// autoMode makes one rule of the switches of v1: a page that meets any of them
// goes to the better tier.
func (f *legacyForm) autoMode() []AutoMode {
	if s := f.peek("auto_mode_configuration_json"); s != "" {
		var box struct {
			Rules []AutoMode `json:"rules"`
		}
		if errs := decodeStrict([]byte(`{"rules":`+s+`}`), &box); len(errs) == 0 {
			f.text("auto_mode_configuration_json")
			return box.Rules
		}
	}
	a := AutoMode{
		ParsingConf: &AutoModeConf{Tier: Agentic, Version: "latest"}, TriggerMode: "or",
		TextInPage: f.text("auto_mode_trigger_on_text_in_page"), RegexpInPage: f.text("auto_mode_trigger_on_regexp_in_page"),
	}
	if f.on("auto_mode_trigger_on_table_in_page") {
		a.TableInPage = new(true)
	}
	if f.on("auto_mode_trigger_on_image_in_page") {
		a.ImageInPage = new(true)
	}
	if a.TextInPage == "" && a.RegexpInPage == "" && a.TableInPage == nil && a.ImageInPage == nil {
		return nil
	}
	return []AutoMode{a}
}

var digits = regexp.MustCompile(`\d{1,9}`)

// pages reads which pages, and which part of them. Pages count from 0 in v1.
func (f *legacyForm) pages(p *ParseRequest) {
	if n := f.whole("max_pages", 0, math.MaxInt32); n != nil && *n > 0 {
		p.PageRanges.MaxPages = n
	}
	if s := f.text("target_pages"); s != "" {
		p.PageRanges.TargetPages = digits.ReplaceAllStringFunc(s, func(n string) string {
			i, _ := strconv.Atoi(n)
			return strconv.Itoa(i + 1)
		})
		if _, err := ParsePages(p.PageRanges.TargetPages); err != nil {
			p.PageRanges.TargetPages = ""
			f.fail("value_error", "target_pages", "Value error, give pages as in \"0,2,5-7\"; the first page is 0")
		}
	}
	margins := map[string]*float64{}
	if s := f.text("bounding_box"); s != "" {
		parts := strings.Split(s, ",")
		for i, side := range []string{"top", "right", "bottom", "left"} {
			if len(parts) != 4 {
				f.fail("value_error", "bounding_box", "Value error, give four margins as fractions of the page: \"top,right,bottom,left\"")
				break
			}
			margins[side] = f.fraction("bounding_box", strings.TrimSpace(parts[i]))
		}
	}
	for _, side := range []string{"top", "right", "bottom", "left"} {
		if s := f.text("bbox_" + side); s != "" {
			margins[side] = f.fraction("bbox_"+side, s)
		}
	}
	p.CropBox = CropBox{Top: margins["top"], Left: margins["left"], Bottom: rest(margins["bottom"]), Right: rest(margins["right"])}
}

func (f *legacyForm) input(p *ParseRequest) {
	in, proc := &p.InputOptions, &p.ProcessingOptions
	in.HTML.MakeAllElementsVisible = f.on("html_make_all_elements_visible")
	in.HTML.RemoveFixedElements = f.on("html_remove_fixed_elements")
	in.HTML.RemoveNavigationElements = f.on("html_remove_navigation_elements")
	in.Spreadsheet.DetectSubTables = f.flag("spreadsheet_extract_sub_tables")
	in.Spreadsheet.ForceFormulaComputation = f.on("spreadsheet_force_formula_computation")
	in.Spreadsheet.IncludeHiddenSheets = f.on("spreadsheet_include_hidden_sheets")
	in.Presentation.OutOfBoundsContent = f.on("presentation_out_of_bounds_content")
	in.Presentation.SkipEmbeddedData = f.on("presentation_skip_embedded_data")
	proc.Ignore.DiagonalText = f.on("skip_diagonal_text")
	if f.on("remove_hidden_text") {
		proc.Ignore.HiddenText = new(true)
	}
	proc.Ignore.TextInImage = f.on("disable_ocr")
	proc.AggressiveTableExtraction = f.flag("aggressive_table_extraction")
	for _, code := range f.list("language") {
		if !slices.Contains(languages, code) {
			f.fail("enum", "language", fmt.Sprintf("Input should be a language code, '%.20s' is none", code))
			continue
		}
		proc.OCRParameters.Languages = append(proc.OCRParameters.Languages, Language(code))
	}
	// English is what every client sends when nobody chose anything.
	if l := proc.OCRParameters.Languages; len(l) == 1 && l[0] == "en" {
		proc.OCRParameters.Languages = nil
	}
}

func (f *legacyForm) output(p *ParseRequest) {
	out := &p.OutputOptions
	tables := &out.Markdown.Tables
	out.TablesAsSpreadsheet.Enable = true // v1 has the spreadsheet of every job
	html := f.any("output_tables_as_HTML", "output_tables_as_html")
	tables.OutputTablesAsMarkdown = !html // pipes are v1's default, HTML is v2's
	tables.CompactMarkdownTables = f.on("compact_markdown_table")
	tables.MultilineSeparator = f.text("markdown_table_multiline_header_separator")
	tables.MergeContinuedTables = f.flag("merge_tables_across_pages_in_markdown")
	if f.on("continuous_mode") && tables.MergeContinuedTables == nil {
		tables.MergeContinuedTables = new(true)
	}
	out.Markdown.AnnotateLinks = f.flag("annotate_links")
	out.Markdown.InlineImages = f.on("inline_images_in_markdown")
	out.SpatialText.DoNotUnrollColumns = f.flag("do_not_unroll_columns")
	out.SpatialText.PreserveLayoutAlignmentAcrossPages = f.on("preserve_layout_alignment_across_pages")
	out.SpatialText.PreserveVerySmallText = f.on("preserve_very_small_text")
	out.TablesAsSpreadsheet.GuessSheetName = f.flag("guess_xlsx_sheet_name")
	out.ExtractPrintedPageNumber = f.on("extract_printed_page_number")
	out.SaveOutputPDF = f.on("output_pdf_of_document")
	save := f.flag("save_images")
	if off := f.on("disable_image_extraction"); !off && (save == nil || *save) {
		out.ImagesToSave = append(out.ImagesToSave, "embedded")
	}
	if f.on("take_screenshot") {
		out.ImagesToSave = append(out.ImagesToSave, "screenshot")
	}
	if f.on("line_level_bounding_box") {
		out.GranularBBoxes = []Granularity{"line"}
	}
}

func (f *legacyForm) control(p *ParseRequest) {
	control := &p.ProcessingControl
	control.Timeouts.BaseInSeconds = f.seconds("job_timeout_in_seconds", maxBaseSeconds)
	control.Timeouts.ExtraPerPageInSeconds = f.seconds("job_timeout_extra_time_per_page_in_seconds", maxPageSeconds)
	if s := f.text("page_error_tolerance"); s != "" {
		if r := f.fraction("page_error_tolerance", s); r != nil && *r > 0 {
			control.JobFailureConditions.AllowedPageFailureRatio = r
		}
	}
	control.JobFailureConditions.FailOnBuggyFont = f.on("strict_mode_buggy_font")
	control.JobFailureConditions.FailOnImageExtractionError = f.on("strict_mode_image_extraction")
	control.JobFailureConditions.FailOnImageOCRError = f.on("strict_mode_image_ocr")
	control.JobFailureConditions.FailOnMarkdownReconstructionError = f.on("strict_mode_reconstruction")
	if s := f.text("webhook_configurations"); s != "" {
		var box struct {
			Hooks []Webhook `json:"hooks" maxItems:"16"`
		}
		if errs := decodeStrict([]byte(`{"hooks":`+s+`}`), &box); len(errs) > 0 {
			f.fail("value_error", "webhook_configurations", "Value error, "+errs.Error())
			return
		}
		p.WebhookConfigurations = box.Hooks
	}
}

// Limits of processing_control.timeouts.
const (
	maxBaseSeconds = 7200
	maxPageSeconds = 300
)

// maxTemplate bounds what is put around every page: a document of many pages
// would make a large text of a long one.
const maxTemplate = 1000

// template reads a text that is put around pages.
func (f *legacyForm) template(name string) string {
	s := f.raw(name)
	if utf8.RuneCountInString(s) > maxTemplate {
		f.fail("string_too_long", name, fmt.Sprintf("String should have at most %d characters", maxTemplate))
	}
	return s
}

func (f *legacyForm) joins(l *Legacy) {
	if s := f.template("page_separator"); s != "" {
		l.PageSeparator = &s
	}
	l.PagePrefix, l.PageSuffix = f.template("page_prefix"), f.template("page_suffix")
	l.HeaderPrefix, l.HeaderSuffix = f.template("page_header_prefix"), f.template("page_header_suffix")
	l.FooterPrefix, l.FooterSuffix = f.template("page_footer_prefix"), f.template("page_footer_suffix")
	l.HideHeaders, l.HideFooters = f.on("hide_headers"), f.on("hide_footers")
	l.FailedPage = f.text("replace_failed_page_mode")
	if modes := []string{"", "raw_text", "blank_page", "error_message"}; !slices.Contains(modes, l.FailedPage) {
		f.fail("enum", "replace_failed_page_mode", "Input should be 'raw_text', 'blank_page' or 'error_message'")
	}
	l.ErrorPrefix = f.template("replace_failed_page_with_error_message_prefix")
	l.ErrorSuffix = f.template("replace_failed_page_with_error_message_suffix")
	l.Layout = f.on("extract_layout")
	l.WebhookURL = f.text("webhook_url")
	if len(l.WebhookURL) > maxWebhookURL {
		f.fail("string_too_long", "webhook_url", fmt.Sprintf("String should have at most %d characters", maxWebhookURL))
	}
	if l.WebhookURL != "" && !regexp.MustCompile(`^https?:`).MatchString(l.WebhookURL) {
		f.fail("value_error", "webhook_url", "Value error, give an address that begins with http: or https:")
	}
}

// DecodeLegacyJSON reads the same fields from a JSON object, as one generated
// client sends them.
func DecodeLegacyJSON(data []byte) (map[string][]string, error) {
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, Invalid{{Type: "json_invalid", Loc: []any{"body"}, Msg: "JSON decode error", Ctx: map[string]any{"error": err.Error()}}}
	}
	fields := map[string][]string{}
	for name, v := range m {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, x := range list {
			switch x := x.(type) {
			case nil:
			case string:
				fields[name] = append(fields[name], x)
			case bool, float64:
				fields[name] = append(fields[name], fmt.Sprint(x))
			default:
				b, err := json.Marshal(x)
				if err == nil {
					fields[name] = append(fields[name], string(b))
				}
			}
		}
	}
	return fields, nil
}
