package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// form reads "a=1&a=2" without decoding, so that cases stay readable.
func form(s string) map[string][]string {
	out := map[string][]string{}
	for field := range strings.SplitSeq(s, "&") {
		name, value, _ := strings.Cut(field, "=")
		if name != "" {
			out[name] = append(out[name], value)
		}
	}
	return out
}

// bareForm is what a form without any option becomes; cases name what differs.
const bareForm = `"tier":"cost_effective","version":"latest","output_options":{"markdown":{"tables":{"output_tables_as_markdown":true}},"tables_as_spreadsheet":{"enable":true},"images_to_save":["embedded"]}`

func TestDecodeLegacy(t *testing.T) {
	output := func(markdown, rest string) string {
		return `"tier":"cost_effective","version":"latest","output_options":{"markdown":{` + markdown + `},"tables_as_spreadsheet":{"enable":true}` + rest + `}`
	}
	pipes := `"tables":{"output_tables_as_markdown":true}`
	model := func(tier, rest string) string {
		return `"tier":"` + tier + `",` + strings.TrimPrefix(bareForm, `"tier":"cost_effective",`) + rest
	}
	cases := []struct{ name, form, want string }{
		{"nothing", "language=en&page_separator=&from_python_package=true", bareForm + `,"legacy":{}`},
		{"fast mode", "fast_mode=true", model("fast", `,"legacy":{}`)},
		{"premium", "premium_mode=True&parsing_instruction=Be brief.&system_prompt=You read.", model("agentic", `,"agentic_options":{"custom_prompt":"You read.\n\nBe brief."},"legacy":{}`)},
		{"parse mode", "parse_mode=parse_document_with_agent", model("agentic_plus", `,"legacy":{}`)},
		{"preset", "preset=fast", model("fast", `,"legacy":{}`)},
		{"tier and version win", "tier=fast&version=2025-12-11&premium_mode=true", strings.Replace(model("fast", `,"legacy":{}`), "latest", "2025-12-11", 1)},
		{"pages from 0", "target_pages=0,2,5-7&max_pages=3", bareForm + `,"page_ranges":{"max_pages":3,"target_pages":"1,3,6-8"},"legacy":{}`},
		{"margins", "bbox_top=0.1&bbox_right=0.25", bareForm + `,"crop_box":{"top":0.1,"right":0.75},"legacy":{}`},
		{"margins in one", "bounding_box=0.1,0.2,0.3,0.4", bareForm + `,"crop_box":{"top":0.1,"right":0.8,"bottom":0.7,"left":0.4},"legacy":{}`},
		{"cache", "do_not_cache=false&invalidate_cache=1", bareForm + `,"disable_cache":true,"legacy":{}`},
		{"html tables", "output_tables_as_HTML=true&compact_markdown_table=true&markdown_table_multiline_header_separator=<br>&continuous_mode=true",
			output(`"tables":{"compact_markdown_tables":true,"markdown_table_multiline_separator":"<br>","merge_continued_tables":true}`, `,"images_to_save":["embedded"]`) + `,"legacy":{}`},
		{"links and pictures", "annotate_links=true&inline_images_in_markdown=true&take_screenshot=true&disable_image_extraction=true&output_pdf_of_document=true",
			output(`"annotate_links":true,"inline_images":true,`+pipes, `,"images_to_save":["screenshot"],"save_output_pdf":true`) + `,"legacy":{}`},
		{"boxes of lines", "line_level_bounding_box=true&save_images=false&extract_layout=true", output(pipes, `,"granular_bboxes":["line"]`) + `,"legacy":{"extract_layout":true}`},
		{"input", "html_remove_fixed_elements=true&html_remove_navigation_elements=true&html_make_all_elements_visible=true&spreadsheet_extract_sub_tables=false&spreadsheet_force_formula_computation=true&presentation_out_of_bounds_content=true&presentation_skip_embedded_data=true",
			bareForm + `,"input_options":{"html":{"make_all_elements_visible":true,"remove_fixed_elements":true,"remove_navigation_elements":true},"spreadsheet":{"detect_sub_tables_in_sheets":false,"force_formula_computation_in_sheets":true},"presentation":{"out_of_bounds_content":true,"skip_embedded_data":true}},"legacy":{}`},
		{"reading", "language=de&language=fr,es&skip_diagonal_text=true&remove_hidden_text=true&disable_ocr=true&aggressive_table_extraction=true&specialized_chart_parsing_plus=true",
			bareForm + `,"processing_options":{"ignore":{"ignore_diagonal_text":true,"ignore_hidden_text":true,"ignore_text_in_image":true},"ocr_parameters":{"languages":["de","fr","es"]},"aggressive_table_extraction":true,"specialized_chart_parsing":"agentic_plus"},"legacy":{}`},
		{"control", "job_timeout_in_seconds=90.5&job_timeout_extra_time_per_page_in_seconds=0&page_error_tolerance=0.2&strict_mode_buggy_font=true&strict_mode_image_ocr=true&strict_mode_image_extraction=true&strict_mode_reconstruction=true",
			bareForm + `,"processing_control":{"timeouts":{"base_in_seconds":91},"job_failure_conditions":{"allowed_page_failure_ratio":0.2,"fail_on_image_extraction_error":true,"fail_on_image_ocr_error":true,"fail_on_markdown_reconstruction_error":true,"fail_on_buggy_font":true}},"legacy":{}`},
		{"auto mode", "auto_mode=true&auto_mode_trigger_on_table_in_page=true&auto_mode_trigger_on_text_in_page=Total",
			bareForm + `,"processing_options":{"auto_mode_configuration":[{"parsing_conf":{"tier":"agentic","version":"latest"},"trigger_mode":"or","text_in_page":"Total","table_in_page":true}]},"legacy":{}`},
		{"hooks", `webhook_configurations=[{"webhook_url":"https://a.example/x","webhook_events":["parse.success"]}]&webhook_url=https://b.example/y`,
			bareForm + `,"webhook_configurations":[{"webhook_url":"https://a.example/x","webhook_events":["parse.success"]}],"legacy":{"webhook_url":"https://b.example/y"}`},
		{"joins", "page_separator=\n==={page_number}\n&page_prefix= <&page_suffix=> &hide_headers=true&page_footer_prefix=F:&replace_failed_page_mode=error_message",
			bareForm + `,"legacy":{"page_separator":"\n==={page_number}\n","page_prefix":" <","page_suffix":"> ","page_footer_prefix":"F:","hide_headers":true,"replace_failed_page_mode":"error_message"}`},
		{"line ends of a form", "page_separator=\r\n==\r\n", bareForm + `,"legacy":{"page_separator":"\n==\n"}`},
		{"without a counterpart", "azure_openai_key=secret&model=x&layout_aware=false&bogus=1&user_prompt=hi&extract_charts=true", bareForm + `,"legacy":{"ignored":["azure_openai_key","bogus","extract_charts","model","user_prompt"]}`},
		{"address", "input_url=https://a.example/b.pdf", bareForm + `,"source_url":"https://a.example/b.pdf","legacy":{}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := DecodeLegacy(form(c.form), false)
			if err != nil {
				t.Fatalf("DecodeLegacy(%s): %v", c.form, err)
			}
			b, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if w, g := ordered(t, []byte("{"+c.want+"}")), ordered(t, b); w != g {
				t.Errorf("DecodeLegacy(%s) = %s\nwant %s", c.form, g, w)
			}
		})
	}
}

func ordered(t *testing.T, data []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDecodeLegacyMargins(t *testing.T) {
	got, err := DecodeLegacy(form("bbox_top=0.4&bbox_bottom=0.3&bbox_left=0.2&bbox_right=0.1"), true)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(got.CropBox)
	if want := `{"top":0.4,"bottom":0.3,"left":0.2,"right":0.1}`; err != nil || string(b) != want {
		t.Errorf("margins on a server that takes margins = %s, want %s", b, want)
	}
}

func TestDecodeLegacyRefuses(t *testing.T) {
	got, err := DecodeLegacy(form("tier=turbo&max_pages=x&target_pages=3-1&bbox_top=2&language=xx&page_error_tolerance=no&webhook_url=ftp://x&"+
		"replace_failed_page_mode=shred&page_suffix="+strings.Repeat("x", maxTemplate+1)+"&fast_mode=maybe&bounding_box=1,2&job_timeout_in_seconds=9999&input_s3_path=s3://a/b&webhook_configurations={&parse_mode=slow"), false)
	var invalid Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("DecodeLegacy = %+v, %v, want Invalid", got, err)
	}
	places := []string{}
	for _, e := range invalid {
		places = append(places, fmt.Sprint(e.Loc[len(e.Loc)-1]))
	}
	slices.Sort(places)
	want := []string{"bbox_top", "bounding_box", "fast_mode", "input_s3_path", "job_timeout_in_seconds", "language", "max_pages", "page_error_tolerance",
		"page_suffix", "parse_mode", "replace_failed_page_mode", "target_pages", "tier", "webhook_configurations", "webhook_url"}
	if !slices.Equal(places, want) {
		t.Errorf("complaints about %v\nwant %v", places, want)
	}
	for _, mode := range []string{"gpt4o_mode", "use_vendor_multimodal_model", "structured_output"} {
		var r Retired
		if _, err := DecodeLegacy(form(mode+"=true"), false); !errors.As(err, &r) || r.Field != mode {
			t.Errorf("DecodeLegacy(%s) = %v, want Retired", mode, err)
		}
	}
}

func TestJoiner(t *testing.T) {
	join := func(l Legacy) string {
		j := l.Joiner()
		for n, text := range []string{"one", "", "three"} {
			j.Add(n+1, text)
		}
		return j.String()
	}
	if got, want := join(Legacy{}), "one\n---\n\n---\nthree"; got != want {
		t.Errorf("joined = %q, want %q", got, want)
	}
	l := Legacy{PageSeparator: new("|{page_number}|"), PagePrefix: "<{pageNumber} ", PageSuffix: ">"}
	if got, want := join(l), "<1 one>|2|<2 >|3|<3 three>"; got != want {
		t.Errorf("joined = %q, want %q", got, want)
	}
}

func TestLegacyPageMarkdown(t *testing.T) {
	page := MarkdownPage{PageNumber: 2, Success: true, Header: new("Head"), Markdown: new("Body"), Footer: new("Foot")}
	failed := MarkdownPage{PageNumber: 3, Error: new("broken")}
	cases := []struct {
		legacy Legacy
		page   MarkdownPage
		want   string
	}{
		{Legacy{}, page, "Head\n\nBody\n\nFoot"},
		{Legacy{HideHeaders: true, FooterPrefix: "<", FooterSuffix: ">"}, page, "Body\n\n<Foot>"},
		{Legacy{HideFooters: true, HeaderPrefix: "<", HeaderSuffix: ">"}, page, "<Head>\n\nBody"},
		{Legacy{FailedPage: "raw_text"}, failed, ""},
		{Legacy{FailedPage: "error_message", ErrorPrefix: "E(", ErrorSuffix: ")"}, failed, "E(broken)"},
	}
	for _, c := range cases {
		if got := c.legacy.PageMarkdown(c.page); got != c.want {
			t.Errorf("PageMarkdown(%+v) = %q, want %q", c.legacy, got, c.want)
		}
	}
}
