package wire

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"
)

// FuzzRequest: a configuration is taken or refused with the places of its faults,
// and what is taken is taken again as it is stored.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"tier":"fast","version":"latest","file_id":"dfl-00000000-0000-0000-0000-000000000000"}`), false)
	f.Add([]byte(`{"tier":"cost_effective","version":"latest","page_ranges":{"target_pages":"1,3-5"},"crop_box":{"top":0.1},"output_options":{"images_to_save":["screenshot"],"additional_outputs":["word_bbox"]}}`), true)
	f.Add([]byte(`{"tier":"agentic","version":"2026-06-15","source_url":"https://example.com/a.pdf","webhook_configurations":[{"webhook_url":"https://example.com/","webhook_headers":{"a":"b"}}]}`), false)
	f.Add([]byte(`{"processing_options":{"auto_mode":[{"table_in_page":true,"parsing_conf":{"ignore":{"diagonal_text":true}}}]},"processing_control":{"timeouts":{"base_in_seconds":1e400}}}`), true)
	f.Add([]byte(`[[[[[[null]]]]]]`), true)
	f.Fuzz(func(t *testing.T, data []byte, upload bool) {
		p, err := DecodeRequest(data, upload)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		stored, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("what was taken cannot be stored: %v", err)
		}
		again, err := DecodeRequest(stored, upload)
		if err != nil {
			t.Fatalf("what was taken is refused as it is stored: %v\n%s", err, stored)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(stored) {
			t.Fatalf("stored twice it is %s, %v, want %s", twice, err, stored)
		}
	})
}

// FuzzConfiguration does the same for what is saved under a name, and for the
// requests that name one.
func FuzzConfiguration(f *testing.F) {
	f.Add([]byte(`{"name":"a","product_type":"parse_v2","parameters":{"tier":"fast","version":"latest"}}`), []byte(`{"tier":"fast"}`), false)
	f.Add([]byte(`{"parameters":{"product_type":"parse_v2","tier":"fast"}}`), []byte(`{}`), true)
	f.Fuzz(func(t *testing.T, saved, data []byte, change bool) {
		if _, err := DecodeConfiguration(saved, change); err != nil {
			checkRefusal(t, err)
		}
		if _, err := MergeRequest(saved, data, change); err != nil {
			checkRefusal(t, err)
		}
		_, _ = ShowParameters(saved)
	})
}

// FuzzWebhook: an address that is taken has no header that ends its line.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"url":"https://example.com/","events":["parse.success"],"headers":{"X-A":"b"}}`))
	f.Add([]byte(`{"url":"https://example.com/","headers":{"X-A":"b\r\nHost: c"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := DecodeWebhook(data)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		for name, value := range h.HeaderTexts() {
			for _, c := range name + value {
				if c == '\r' || c == '\n' || c == 0 {
					t.Errorf("header %q: %q", name, value)
				}
			}
		}
	})
}

// FuzzLegacy: a form of the v1 API becomes a request that v2 takes, or is refused.
func FuzzLegacy(f *testing.F) {
	f.Add("parse_mode=parse_page_without_llm&target_pages=0,2,5-7&language=en", false)
	f.Add("input_url=https%3A%2F%2Fexample.com&bounding_box=0.1,0,0,0.2&webhook_url=https://example.com&auto_mode=true&auto_mode_trigger_on_table_in_page=on", true)
	f.Add("page_separator=%0A{pageNumber}&page_prefix=%00&job_timeout_in_seconds=1e9&preset=x", false)
	f.Fuzz(func(t *testing.T, form string, edges bool) {
		fields, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		p, err := DecodeLegacy(fields, edges)
		if err != nil {
			return // of several kinds, all told to the client
		}
		if _, err := json.Marshal(p); err != nil {
			t.Fatalf("what was taken cannot be stored: %v", err)
		}
		if pages, err := ParsePages(p.PageRanges.TargetPages); err != nil {
			t.Errorf("target_pages became %q: %v", p.PageRanges.TargetPages, err)
		} else if len(pages) > maxTargetPages+maxTargetPages {
			t.Errorf("%d pages", len(pages))
		}
	})
}

// FuzzLegacyJSON: the same as JSON.
func FuzzLegacyJSON(f *testing.F) {
	f.Add([]byte(`{"parse_mode":"x","target_pages":[1,2],"a":{"b":null}}`))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = DecodeLegacyJSON(data) })
}

// FuzzPages: page numbers come in order, once, and not without end.
func FuzzPages(f *testing.F) {
	for _, s := range []string{"", "1,3,5-8", " 2 - 4 ,1", "1-999999999", "3-1", "-", "9223372036854775807", "1-9223372036854775807", "0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		pages, err := ParsePages(s)
		if err != nil {
			return
		}
		if len(pages) > 2*maxTargetPages || !slices.IsSorted(pages) || len(slices.Compact(slices.Clone(pages))) != len(pages) || len(pages) > 0 && pages[0] < 1 {
			t.Errorf("ParsePages(%q) = %.100v", s, pages)
		}
	})
}

// checkRefusal: what is wrong stands at a place and has a message.
func checkRefusal(t *testing.T, err error) {
	t.Helper()
	list, ok := err.(Invalid) //nolint:errorlint // as it comes
	if !ok {
		return
	}
	if len(list) == 0 {
		t.Error("refused without a reason")
	}
	if _, err := json.Marshal(list); err != nil {
		t.Errorf("a refusal that cannot be sent: %v", err)
	}
}
