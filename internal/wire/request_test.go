package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

const id = "dfl-0190a6f2-7a4e-7c33-9f5b-6a1f0e2d4c11"

func TestDecodeRequestErrors(t *testing.T) {
	with := func(more string) string {
		return `{"tier":"cost_effective","version":"latest","file_id":"` + id + `",` + more + `}`
	}
	fast := func(more string) string {
		return `{"tier":"fast","version":"latest","file_id":"` + id + `",` + more + `}`
	}
	cases := []struct {
		name, body string
		want       []string // type and place of every complaint
	}{
		{"empty object", `{}`, []string{"value_error file_id", "missing tier", "missing version"}},
		{"both sources", with(`"source_url":"https://example.com/a.pdf"`), []string{"value_error file_id"}},
		{"not JSON", `{"tier":`, []string{"json_invalid 8"}},
		{"two values", `{} {}`, []string{"json_invalid 5"}},
		{"not an object", `[]`, []string{"model_type "}},
		{"unknown tier", `{"tier":"slow","version":"latest","file_id":"` + id + `"}`, []string{"literal_error tier"}},
		{"unknown version", `{"tier":"fast","version":"2020-01-01","file_id":"` + id + `"}`, []string{"value_error version"}},
		{"version of another tier", `{"tier":"fast","version":"2026-08-19","file_id":"` + id + `"}`, []string{"value_error version"}},
		{"unknown fields at every level", with(`"page":1,"output_options":{"x":1,"markdown":{"tables":{"y":2}}}`),
			[]string{"extra_forbidden output_options.markdown.tables.y", "extra_forbidden output_options.x", "extra_forbidden page"}},
		{"wrong kinds", with(`"disable_cache":"yes","user_metadata":{"a":1},"page_ranges":{"max_pages":1.5},"webhook_configuration_ids":"x","client_name":3,"crop_box":7`),
			[]string{"string_type client_name", "model_type crop_box", "bool_type disable_cache", "int_from_float page_ranges.max_pages", "string_type user_metadata.a", "list_type webhook_configuration_ids"}},
		{"bounds", with(`"page_ranges":{"max_pages":0},"crop_box":{"top":-0.1,"right":1.1},"processing_control":{"timeouts":{"base_in_seconds":0,"extra_time_per_page_in_seconds":301},"job_failure_conditions":{"allowed_page_failure_ratio":0}}`),
			[]string{"less_than_equal crop_box.right", "greater_than_equal crop_box.top", "greater_than_equal page_ranges.max_pages",
				"greater_than processing_control.job_failure_conditions.allowed_page_failure_ratio",
				"greater_than processing_control.timeouts.base_in_seconds", "less_than_equal processing_control.timeouts.extra_time_per_page_in_seconds"}},
		{"crop box turned round", with(`"crop_box":{"top":0.5,"bottom":0.2,"left":0.9,"right":0.9}`), []string{"value_error crop_box.bottom", "value_error crop_box.right"}},
		{"pages", with(`"page_ranges":{"target_pages":"0,2"}`), []string{"value_error page_ranges.target_pages"}},
		{"fast has no model", fast(`"agentic_options":{"custom_prompt":"x"},"processing_options":{"forms":"enrich","specialized_chart_parsing":"efficient","cost_optimizer":{"enable":true}}`),
			[]string{"value_error agentic_options", "value_error processing_options.cost_optimizer", "value_error processing_options.forms", "value_error processing_options.specialized_chart_parsing"}},
		{"fast options elsewhere", with(`"fast_options":{}`), []string{"value_error fast_options"}},
		{"lists", with(`"output_options":{"images_to_save":["screenshot","all"],"granular_bboxes":["word",null]},"processing_options":{"ocr_parameters":{"languages":["en","xx"]}},"webhook_configuration_ids":["1","2","3","4","5"]`),
			[]string{"none_not_allowed output_options.granular_bboxes.1", "literal_error output_options.images_to_save.1", "literal_error processing_options.ocr_parameters.languages.1", "too_long webhook_configuration_ids"}},
		{"webhooks", with(`"webhook_configurations":[{"webhook_url":"ftp://x","webhook_events":[]},{"webhook_url":"https://a.example","webhook_events":["parse.never"],"webhook_output_format":"xml"}]`),
			[]string{"value_error webhook_configurations.0.webhook_events", "string_pattern_mismatch webhook_configurations.0.webhook_url",
				"literal_error webhook_configurations.1.webhook_events.0", "literal_error webhook_configurations.1.webhook_output_format"}},
		{"auto mode", with(`"processing_options":{"auto_mode_configuration":[{"page_longer_than_n_chars":"ten"},{"parsing_conf":{"tier":"fast"},"regexp_in_page":"("}]}`),
			[]string{"int_parsing processing_options.auto_mode_configuration.0.page_longer_than_n_chars", "missing processing_options.auto_mode_configuration.0.parsing_conf",
				"value_error processing_options.auto_mode_configuration.1.parsing_conf.version", "value_error processing_options.auto_mode_configuration.1.regexp_in_page"}},
		{"metadata", with(`"user_metadata":{"k":"` + strings.Repeat("v", 513) + `","` + strings.Repeat("k", 65) + `":""}`),
			[]string{"value_error user_metadata.k", "value_error user_metadata." + strings.Repeat("k", 65)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeRequest([]byte(c.body), false)
			var invalid Invalid
			if !errors.As(err, &invalid) {
				t.Fatalf("DecodeRequest(%s) = %v, want Invalid", c.body, err)
			}
			got := []string{}
			for _, e := range invalid {
				loc := []string{}
				for _, l := range e.Loc {
					loc = append(loc, fmt.Sprint(l))
				}
				got = append(got, e.Type+" "+strings.Join(loc, "."))
			}
			slices.SortFunc(got, byPlace)
			slices.SortFunc(c.want, byPlace)
			if !slices.Equal(got, c.want) {
				t.Errorf("DecodeRequest(%s) complains\n%s\nwant\n%s", c.body, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func byPlace(a, b string) int {
	_, x, _ := strings.Cut(a, " ")
	_, y, _ := strings.Cut(b, " ")
	return strings.Compare(x, y)
}

// TestDecodeRequestAll has every option there is, each with a value that is not
// its default.
func TestDecodeRequestAll(t *testing.T) {
	data, err := os.ReadFile("testdata/request_all.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodeRequest(data, false)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	back, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(data, &want) != nil || json.Unmarshal(back, &got) != nil {
		t.Fatal("not JSON")
	}
	w, _ := json.MarshalIndent(want, "", " ")
	g, _ := json.MarshalIndent(got, "", " ")
	if string(w) != string(g) {
		t.Errorf("request written back = %s\nwant %s", g, w)
	}
}

func TestNullIsAbsent(t *testing.T) {
	body := `{"tier":"fast","version":"latest","file_id":"` + id + `","source_url":null,"crop_box":null,"output_options":null,"page_ranges":{"max_pages":null,"target_pages":null},"user_metadata":null,"fast_options":null}`
	if _, err := DecodeRequest([]byte(body), false); err != nil {
		t.Errorf("DecodeRequest(%s) = %v, want nil", body, err)
	}
}

func TestParsePages(t *testing.T) {
	cases := []struct {
		in   string
		want []int
		bad  bool
	}{
		{"", nil, false},
		{"1,3,5-8", []int{1, 3, 5, 6, 7, 8}, false},
		{" 3 , 1 - 2,2", []int{1, 2, 3}, false},
		{"0", nil, true}, {"2-1", nil, true}, {"a", nil, true}, {"1,", nil, true}, {"-3", nil, true}, {"1-999999999", nil, true},
	}
	for _, c := range cases {
		got, err := ParsePages(c.in)
		if !slices.Equal(got, c.want) || (err != nil) != c.bad {
			t.Errorf("ParsePages(%q) = %v, %v, want %v", c.in, got, err, c.want)
		}
	}
}

func TestParseID(t *testing.T) {
	bare := "0190a6f2-7a4e-7c33-9f5b-6a1f0e2d4c11"
	for _, in := range []string{bare, "dfl-" + bare, "dfl-" + strings.ToUpper(bare)} {
		if got, ok := ParseID(FilePrefix, in); !ok || got != bare {
			t.Errorf("ParseID(%q) = %q, %v, want %q", in, got, ok, bare)
		}
	}
	for _, in := range []string{"", "pjb-" + bare, "dfl-", "../../etc/passwd", "urn:uuid:" + bare, "{" + bare + "}"} {
		if got, ok := ParseID(FilePrefix, in); ok {
			t.Errorf("ParseID(%q) = %q, want nothing", in, got)
		}
	}
}
