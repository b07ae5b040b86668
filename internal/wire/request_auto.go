package wire

import "strings"

// AutoMode parses the pages that match its triggers in another way.
type AutoMode struct {
	ParsingConf *AutoModeConf `json:"parsing_conf,omitempty"`
	TriggerMode TriggerMode   `json:"trigger_mode,omitempty"`

	PageMarkdownError      *bool       `json:"page_md_error,omitempty"`
	TextInPage             string      `json:"text_in_page,omitempty" maxLen:"1000"`
	TableInPage            *bool       `json:"table_in_page,omitempty"`
	ImageInPage            *bool       `json:"image_in_page,omitempty"`
	FullPageImage          *bool       `json:"full_page_image_in_page,omitempty"`
	FullPageImageThreshold *LooseFloat `json:"full_page_image_in_page_threshold,omitempty"`
	RegexpInPage           string      `json:"regexp_in_page,omitempty" maxLen:"1000"`
	RegexpInPageMode       string      `json:"regexp_in_page_mode,omitempty"`
	LayoutElement          string      `json:"layout_element_in_page,omitempty"`
	LayoutElementThreshold *LooseFloat `json:"layout_element_in_page_confidence_threshold,omitempty"`

	FilenameRegexp     string   `json:"filename_regexp,omitempty" maxLen:"1000"`
	FilenameRegexpMode string   `json:"filename_regexp_mode,omitempty"`
	FilenameGlob       string   `json:"filename_match_glob,omitempty" maxLen:"1000"`
	FilenameGlobs      []string `json:"filename_match_glob_list,omitempty" maxItems:"100"`

	LongerThanChars       *LooseInt `json:"page_longer_than_n_chars,omitempty"`
	ShorterThanChars      *LooseInt `json:"page_shorter_than_n_chars,omitempty"`
	AtLeastWords          *LooseInt `json:"page_contains_at_least_n_words,omitempty"`
	AtMostWords           *LooseInt `json:"page_contains_at_most_n_words,omitempty"`
	AtLeastLines          *LooseInt `json:"page_contains_at_least_n_lines,omitempty"`
	AtMostLines           *LooseInt `json:"page_contains_at_most_n_lines,omitempty"`
	AtLeastImages         *LooseInt `json:"page_contains_at_least_n_images,omitempty"`
	AtMostImages          *LooseInt `json:"page_contains_at_most_n_images,omitempty"`
	AtLeastTables         *LooseInt `json:"page_contains_at_least_n_tables,omitempty"`
	AtMostTables          *LooseInt `json:"page_contains_at_most_n_tables,omitempty"`
	AtLeastLinks          *LooseInt `json:"page_contains_at_least_n_links,omitempty"`
	AtMostLinks           *LooseInt `json:"page_contains_at_most_n_links,omitempty"`
	AtLeastCharts         *LooseInt `json:"page_contains_at_least_n_charts,omitempty"`
	AtMostCharts          *LooseInt `json:"page_contains_at_most_n_charts,omitempty"`
	AtLeastLayoutElements *LooseInt `json:"page_contains_at_least_n_layout_elements,omitempty"`
	AtMostLayoutElements  *LooseInt `json:"page_contains_at_most_n_layout_elements,omitempty"`
	AtLeastPercentNumbers *LooseInt `json:"page_contains_at_least_n_percent_numbers,omitempty"`
	AtMostPercentNumbers  *LooseInt `json:"page_contains_at_most_n_percent_numbers,omitempty"`
	AtLeastNumbers        *LooseInt `json:"page_contains_at_least_n_numbers,omitempty"`
	AtMostNumbers         *LooseInt `json:"page_contains_at_most_n_numbers,omitempty"`
}

// AutoModeConf is how matching pages are parsed.
type AutoModeConf struct {
	Tier                      Tier                `json:"tier,omitempty"`
	Version                   string              `json:"version,omitempty"`
	CustomPrompt              string              `json:"custom_prompt,omitempty" maxLen:"100000"`
	Ignore                    AutoModeIgnore      `json:"ignore,omitzero"`
	AggressiveTableExtraction *bool               `json:"aggressive_table_extraction,omitempty"`
	OutlinedTableExtraction   *bool               `json:"outlined_table_extraction,omitempty"`
	AdaptiveLongTable         *bool               `json:"adaptive_long_table,omitempty"`
	ExtractLayout             *bool               `json:"extract_layout,omitempty"`
	SpecializedChartParsing   ChartParsing        `json:"specialized_chart_parsing,omitempty"`
	HighResOCR                *bool               `json:"high_res_ocr,omitempty"`
	Language                  string              `json:"language,omitempty"`
	CropBox                   CropBox             `json:"crop_box,omitzero"`
	SpatialText               SpatialTextOptions  `json:"spatial_text,omitzero"`
	Presentation              PresentationOptions `json:"presentation,omitzero"`
}

// AutoModeIgnore names text to leave out of matching pages.
type AutoModeIgnore struct {
	DiagonalText bool `json:"ignore_diagonal_text,omitempty"`
	HiddenText   bool `json:"ignore_hidden_text,omitempty"`
}

// TriggerMode says whether all triggers must match or one is enough.
type TriggerMode string

// Allowed lists the modes.
func (TriggerMode) Allowed() []string { return []string{"and", "or"} }

// WithFlags puts flags, as in other languages behind a pattern, before it: "i"
// for any case, "m" for lines, "s" for a dot that matches line ends. Others say
// nothing about whether a text matches.
func WithFlags(pattern, flags string) string {
	known := ""
	for _, f := range strings.ToLower(flags) {
		if strings.ContainsRune("ims", f) && !strings.ContainsRune(known, f) {
			known += string(f)
		}
	}
	if known == "" {
		return pattern
	}
	return "(?" + known + ")" + pattern
}
