package wire

import (
	"maps"
	"slices"
)

// ParseRequest is the body of POST /api/v2/parse and the configuration part of
// an upload. Every field is optional here; what must be present depends on the
// others and is decided by DecodeRequest.
type ParseRequest struct {
	FileID          string `json:"file_id,omitempty"`
	SourceURL       string `json:"source_url,omitempty" pattern:"^https?:"`
	HTTPProxy       string `json:"http_proxy,omitempty" pattern:"^https?:"`
	ConfigurationID string `json:"configuration_id,omitempty"`

	Tier         Tier              `json:"tier,omitempty"`
	Version      string            `json:"version,omitempty"`
	ClientName   string            `json:"client_name,omitempty" maxLen:"1000"`
	UserMetadata map[string]string `json:"user_metadata,omitempty"`
	DisableCache bool              `json:"disable_cache,omitempty"`

	WebhookConfigurations   []Webhook `json:"webhook_configurations,omitempty" maxItems:"16"`
	WebhookConfigurationIDs []string  `json:"webhook_configuration_ids,omitempty" maxItems:"4"`

	CropBox           CropBox           `json:"crop_box,omitzero"`
	PageRanges        PageRanges        `json:"page_ranges,omitzero"`
	FastOptions       *FastOptions      `json:"fast_options,omitempty"`
	AgenticOptions    *AgenticOptions   `json:"agentic_options,omitempty"`
	InputOptions      InputOptions      `json:"input_options,omitzero"`
	OutputOptions     OutputOptions     `json:"output_options,omitzero"`
	ProcessingOptions ProcessingOptions `json:"processing_options,omitzero"`
	ProcessingControl ProcessingControl `json:"processing_control,omitzero"`
}

// CropBox says which part of each page counts, in fractions of the page.
type CropBox struct {
	Top    *float64 `json:"top,omitempty" min:"0" max:"1"`
	Bottom *float64 `json:"bottom,omitempty" min:"0" max:"1"`
	Left   *float64 `json:"left,omitempty" min:"0" max:"1"`
	Right  *float64 `json:"right,omitempty" min:"0" max:"1"`
}

// PageRanges chooses pages; TargetPages wins over MaxPages.
type PageRanges struct {
	MaxPages    *int   `json:"max_pages,omitempty" min:"1"`
	TargetPages string `json:"target_pages,omitempty"`
}

// FastOptions is empty: the tier has no options of its own.
type FastOptions struct{}

// AgenticOptions speak to the vision-language model.
type AgenticOptions struct {
	CustomPrompt string `json:"custom_prompt,omitempty" maxLen:"100000"`
}

// InputOptions depend on the kind of file.
type InputOptions struct {
	HTML         HTMLOptions         `json:"html,omitzero"`
	PDF          PDFOptions          `json:"pdf,omitzero"`
	Spreadsheet  SpreadsheetOptions  `json:"spreadsheet,omitzero"`
	Presentation PresentationOptions `json:"presentation,omitzero"`
	Image        ImageOptions        `json:"image,omitzero"`
}

// HTMLOptions are for web pages.
type HTMLOptions struct {
	MakeAllElementsVisible   bool `json:"make_all_elements_visible,omitempty"`
	RemoveFixedElements      bool `json:"remove_fixed_elements,omitempty"`
	RemoveNavigationElements bool `json:"remove_navigation_elements,omitempty"`
}

// PDFOptions are for PDF files. The password is an addition of ours.
type PDFOptions struct {
	Password string `json:"password,omitempty" maxLen:"1000"`
}

// SpreadsheetOptions are for workbooks.
type SpreadsheetOptions struct {
	DetectSubTables         *bool `json:"detect_sub_tables_in_sheets,omitempty"`
	ForceFormulaComputation bool  `json:"force_formula_computation_in_sheets,omitempty"`
	IncludeHiddenSheets     bool  `json:"include_hidden_sheets,omitempty"`
}

// PresentationOptions are for slides.
type PresentationOptions struct {
	OutOfBoundsContent bool `json:"out_of_bounds_content,omitempty"`
	SkipEmbeddedData   bool `json:"skip_embedded_data,omitempty"`
}

// ImageOptions are for pictures.
type ImageOptions struct {
	CameraPhotoCorrection bool `json:"camera_photo_correction,omitempty"`
}

// OutputOptions say what is produced.
type OutputOptions struct {
	Markdown                 MarkdownOptions    `json:"markdown,omitzero"`
	SpatialText              SpatialTextOptions `json:"spatial_text,omitzero"`
	TablesAsSpreadsheet      SheetsOptions      `json:"tables_as_spreadsheet,omitzero"`
	ExtractPrintedPageNumber bool               `json:"extract_printed_page_number,omitempty"`
	ImagesToSave             []ImageCategory    `json:"images_to_save,omitempty"`
	AdditionalOutputs        []AdditionalOutput `json:"additional_outputs,omitempty"`
	GranularBBoxes           []Granularity      `json:"granular_bboxes,omitempty"`
	SaveOutputPDF            bool               `json:"save_output_pdf,omitempty"`
}

// MarkdownOptions shape the markdown.
type MarkdownOptions struct {
	AnnotateLinks       *bool         `json:"annotate_links,omitempty"`
	AnnotateLineNumbers bool          `json:"annotate_line_numbers,omitempty"`
	AnnotateRevisions   bool          `json:"annotate_revisions,omitempty"`
	InlineImages        bool          `json:"inline_images,omitempty"`
	Tables              TablesOptions `json:"tables,omitzero"`
}

// TablesOptions shape tables within markdown.
type TablesOptions struct {
	OutputTablesAsMarkdown bool   `json:"output_tables_as_markdown,omitempty"`
	CompactMarkdownTables  bool   `json:"compact_markdown_tables,omitempty"`
	MultilineSeparator     string `json:"markdown_table_multiline_separator,omitempty" maxLen:"100"`
	MergeContinuedTables   *bool  `json:"merge_continued_tables,omitempty"`
}

// SpatialTextOptions shape the text that keeps the page's arrangement.
type SpatialTextOptions struct {
	DoNotUnrollColumns                 *bool `json:"do_not_unroll_columns,omitempty"`
	PreserveLayoutAlignmentAcrossPages bool  `json:"preserve_layout_alignment_across_pages,omitempty"`
	PreserveVerySmallText              bool  `json:"preserve_very_small_text,omitempty"`
}

// SheetsOptions ask for the tables as a workbook.
type SheetsOptions struct {
	Enable         bool  `json:"enable,omitempty"`
	GuessSheetName *bool `json:"guess_sheet_name,omitempty"`
}

// ProcessingOptions say how pages are understood.
type ProcessingOptions struct {
	Ignore                    IgnoreOptions    `json:"ignore,omitzero"`
	OCRParameters             OCRParameters    `json:"ocr_parameters,omitzero"`
	AggressiveTableExtraction *bool            `json:"aggressive_table_extraction,omitempty"`
	DisableHeuristics         bool             `json:"disable_heuristics,omitempty"`
	SpecializedChartParsing   ChartParsing     `json:"specialized_chart_parsing,omitempty"`
	CostOptimizer             CostOptimizer    `json:"cost_optimizer,omitzero"`
	ConfidenceScoreEffort     ConfidenceEffort `json:"confidence_score_effort,omitempty"`
	Forms                     FormsMode        `json:"forms,omitempty"`
	AutoMode                  []AutoMode       `json:"auto_mode_configuration,omitempty" maxItems:"50"`
}

// IgnoreOptions name text to leave out.
type IgnoreOptions struct {
	DiagonalText bool  `json:"ignore_diagonal_text,omitempty"`
	HiddenText   *bool `json:"ignore_hidden_text,omitempty"`
	TextInImage  bool  `json:"ignore_text_in_image,omitempty"`
}

// OCRParameters steer the recognition of scanned text.
type OCRParameters struct {
	Languages []Language `json:"languages,omitempty"`
}

// CostOptimizer lets easy pages take the cheaper road.
type CostOptimizer struct {
	Enable bool `json:"enable,omitempty"`
}

// ProcessingControl bounds time and failures.
type ProcessingControl struct {
	Timeouts             Timeouts          `json:"timeouts,omitzero"`
	JobFailureConditions FailureConditions `json:"job_failure_conditions,omitzero"`
}

// Timeouts bound the time of a job: base plus extra for every page.
type Timeouts struct {
	BaseInSeconds         *int `json:"base_in_seconds,omitempty" above:"0" max:"7200"`
	ExtraPerPageInSeconds *int `json:"extra_time_per_page_in_seconds,omitempty" above:"0" max:"300"`
}

// FailureConditions say when bad pages make a bad job.
type FailureConditions struct {
	AllowedPageFailureRatio           *float64 `json:"allowed_page_failure_ratio,omitempty" above:"0" max:"1"`
	FailOnImageExtractionError        bool     `json:"fail_on_image_extraction_error,omitempty"`
	FailOnImageOCRError               bool     `json:"fail_on_image_ocr_error,omitempty"`
	FailOnMarkdownReconstructionError bool     `json:"fail_on_markdown_reconstruction_error,omitempty"`
	FailOnBuggyFont                   bool     `json:"fail_on_buggy_font,omitempty"`
}

// Tier is how much effort goes into a document.
type Tier string

// The tiers, and the word that stands for the one of a saved configuration.
const (
	Fast           Tier = "fast"
	CostEffective  Tier = "cost_effective"
	Agentic        Tier = "agentic"
	AgenticPlus    Tier = "agentic_plus"
	ConfiguredTier Tier = "configured"
)

// Allowed lists the tiers a request may name.
func (Tier) Allowed() []string {
	return []string{string(Fast), string(CostEffective), string(Agentic), string(AgenticPlus), string(ConfiguredTier)}
}

// NeedsModel reports whether the tier rests on a vision-language model.
func (t Tier) NeedsModel() bool { return t == Agentic || t == AgenticPlus }

// ImageCategory is a kind of picture to save.
type ImageCategory string

// Allowed lists the categories.
func (ImageCategory) Allowed() []string { return []string{"screenshot", "embedded", "layout"} }

// AdditionalOutput is a further file to produce.
type AdditionalOutput string

// Allowed lists the outputs.
func (AdditionalOutput) Allowed() []string {
	return []string{"stripped_md", "concatenated_stripped_txt", "word_bbox"}
}

// Granularity is how fine the boxes of grounded items are.
type Granularity string

// Allowed lists the granularities.
func (Granularity) Allowed() []string { return []string{"word", "line", "cell"} }

// ChartParsing is how much effort goes into charts.
type ChartParsing string

// Allowed lists the efforts.
func (ChartParsing) Allowed() []string { return []string{"efficient", "agentic", "agentic_plus"} }

// ConfidenceEffort asks for a closer look at how good the result is.
type ConfidenceEffort string

// Allowed lists the efforts.
func (ConfidenceEffort) Allowed() []string { return []string{"high"} }

// FormsMode says what happens to forms.
type FormsMode string

// Allowed lists the modes.
func (FormsMode) Allowed() []string { return []string{"default", "enrich"} }

// Language is a code of the languages a document may be in.
type Language string

// Allowed lists the codes.
func (Language) Allowed() []string { return languages }

var languages = []string{
	"af", "az", "bs", "cs", "cy", "da", "de", "en", "es", "et", "fr", "ga", "hr", "hu", "id", "is", "it", "ku", "la", "lt",
	"lv", "mi", "ms", "mt", "nl", "no", "oc", "pi", "pl", "pt", "ro", "rs_latin", "sk", "sl", "sq", "sv", "sw", "tl", "tr",
	"uz", "vi", "ar", "fa", "ug", "ur", "bn", "as", "mni", "ru", "rs_cyrillic", "be", "bg", "uk", "mn", "abq", "ady", "kbd",
	"ava", "dar", "inh", "che", "lbe", "lez", "tab", "tjk", "hi", "mr", "ne", "bh", "mai", "ang", "bho", "mah", "sck", "new",
	"gom", "sa", "bgc", "th", "ch_sim", "ch_tra", "ja", "ko", "ta", "te", "kn",
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
