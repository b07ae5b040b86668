package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMergeRequest(t *testing.T) {
	saved := `{"product_type":"parse_v2","tier":"cost_effective","version":"2026-03-25","disable_cache":true,
		"page_ranges":{"max_pages":3,"target_pages":"1-2"},
		"user_metadata":{"a":"1","b":"2"},
		"output_options":{"images_to_save":["screenshot"],"markdown":{"annotate_links":true,"tables":{"compact_markdown_tables":true}}}}`
	for _, c := range []struct{ name, request, want string }{
		{"nothing of its own", `{}`, `{"tier":"cost_effective","version":"2026-03-25","user_metadata":{"a":"1","b":"2"},"disable_cache":true,` +
			`"page_ranges":{"max_pages":3,"target_pages":"1-2"},"output_options":{"markdown":{"annotate_links":true,"tables":{"compact_markdown_tables":true}},"images_to_save":["screenshot"]}}`},
		{"every level", `{"tier":"configured","page_ranges":{"max_pages":1},"disable_cache":false,"user_metadata":{"b":"3"},
			"output_options":{"images_to_save":[],"markdown":{"annotate_links":false,"tables":{"output_tables_as_markdown":true}}}}`,
			`{"tier":"cost_effective","version":"2026-03-25","user_metadata":{"a":"1","b":"3"},"page_ranges":{"max_pages":1,"target_pages":"1-2"},` +
				`"output_options":{"markdown":{"annotate_links":false,"tables":{"output_tables_as_markdown":true,"compact_markdown_tables":true}}}}`},
		{"null is absent", `{"page_ranges":null,"output_options":{"markdown":null,"images_to_save":["layout"]},"user_metadata":null,"disable_cache":null}`,
			`{"tier":"cost_effective","version":"2026-03-25","user_metadata":{"a":"1","b":"2"},"disable_cache":true,"page_ranges":{"max_pages":3,"target_pages":"1-2"},` +
				`"output_options":{"markdown":{"annotate_links":true,"tables":{"compact_markdown_tables":true}},"images_to_save":["layout"]}}`},
		{"another tier brings its version", `{"tier":"fast","output_options":{"markdown":{"tables":{"compact_markdown_tables":false}}}}`,
			`{"tier":"fast","version":"latest","user_metadata":{"a":"1","b":"2"},"disable_cache":true,"page_ranges":{"max_pages":3,"target_pages":"1-2"},` +
				`"output_options":{"markdown":{"annotate_links":true},"images_to_save":["screenshot"]}}`},
		{"another version", `{"version":"latest"}`, `{"tier":"cost_effective","version":"latest","user_metadata":{"a":"1","b":"2"},"disable_cache":true,` +
			`"page_ranges":{"max_pages":3,"target_pages":"1-2"},"output_options":{"markdown":{"annotate_links":true,"tables":{"compact_markdown_tables":true}},"images_to_save":["screenshot"]}}`},
	} {
		req, err := MergeRequest([]byte(saved), []byte(c.request), true)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := json.Marshal(req)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: merged to\n%s, %v, want\n%s", c.name, got, err, c.want)
		}
	}
	_, err := MergeRequest([]byte(saved), []byte(`{"tier":"fast","agentic_options":{"custom_prompt":"x"}}`), true)
	if err == nil || !strings.Contains(err.Error(), "agentic_options") {
		t.Errorf("agentic_options over tier fast = %v, want a complaint", err)
	}
}

func TestDecodeConfiguration(t *testing.T) {
	good := `{"name":"n","parameters":{"product_type":"parse_v2","tier":"fast","version":"latest"}}`
	for _, c := range []struct {
		name, body string
		change     bool
		want       string // places of the complaints
	}{
		{"good", good, false, ""},
		{"nothing", `{}`, false, "name parameters"},
		{"nothing to change", `{}`, true, ""},
		{"an empty name", `{"name":""}`, true, "name"},
		{"a long name", `{"name":"` + strings.Repeat("x", 256) + `"}`, true, "name"},
		{"no JSON", `{`, false, "1"},
		{"a list", `[]`, false, ""},
		{"another product", `{"name":"n","parameters":{"product_type":"extract_v2","x":1}}`, false, "parameters.product_type"},
		{"no product", `{"name":"n","parameters":{"tier":"fast","version":"latest"}}`, false, "parameters.product_type"},
		{"a document", `{"name":"n","parameters":{"product_type":"parse_v2","tier":"fast","version":"latest","file_id":"x","configuration_id":"y"}}`, false,
			"parameters.file_id parameters.configuration_id"},
		{"as strict as a request", `{"name":"n","parameters":{"product_type":"parse_v2","tier":"slow","version":"latest","page_ranges":{"max_pages":0},"x":1}}`, false,
			"parameters.tier parameters.page_ranges.max_pages parameters.x"},
		{"no tier", `{"name":"n","parameters":{"product_type":"parse_v2"}}`, true, "parameters.tier parameters.version"},
	} {
		_, err := DecodeConfiguration([]byte(c.body), c.change)
		var places []string
		invalid, _ := err.(Invalid) //nolint:errorlint // it is never wrapped
		for _, e := range invalid {
			place := strings.SplitN(Invalid{e}.Error(), ":", 2)[0]
			if place != "" {
				places = append(places, place)
			}
		}
		if got := strings.Join(places, " "); got != c.want || (err == nil) != (c.want == "" && c.name != "a list") {
			t.Errorf("%s: complaints at %q, want %q", c.name, got, c.want)
		}
	}
}
