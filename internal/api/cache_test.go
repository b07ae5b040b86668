package api

import (
	"fmt"
	"strings"
	"testing"
)

// TestCache: the same bytes under the same options are parsed once, and any
// option that shapes the result makes another key.
func TestCache(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	sample := samplePDF(t, 2) // it holds the time of its making
	file := b.upload("a.pdf", sample)
	n := 0
	hit := func(file, options string) (bool, string) {
		n++ // a key of its own, or the request would count as sent again
		r := b.post("/api/v2/parse", `{"file_id":"`+file+`","tier":"cost_effective","version":"latest"`+options+`}`, "Idempotency-Key", fmt.Sprint(n))
		id := r.want(t, 200).json(t)["id"].(string)
		m := b.wait(id, "?expand=markdown_full,job_metadata,images_content_metadata,items_content_metadata")
		if jobOf(m)["status"] != "COMPLETED" || !strings.Contains(m["markdown_full"].(string), "Of apples and pears") {
			t.Fatalf("%s: %v", options, m)
		}
		if strings.Contains(options, "screenshot") {
			for _, i := range m["images_content_metadata"].(map[string]any)["images"].([]any) {
				b.get(i.(map[string]any)["presigned_url"].(string)).want(t, 200)
			}
		}
		b.output(m, "items")
		return m["job_metadata"].(map[string]any)["job_is_cache_hit"].(bool), id
	}
	const shots = `,"output_options":{"images_to_save":["screenshot"]}`
	was, first := hit(file, shots)
	if was {
		t.Fatal("the first job is a cache hit")
	}
	for _, c := range []struct {
		options string
		want    bool
	}{
		{shots, true},
		{shots + `,"user_metadata":{"a":"b"},"client_name":"x","processing_control":{"timeouts":{"base_in_seconds":600}}`, true},
		{shots + `,"disable_cache":true`, false},
		{``, false},
		{shots + `,"page_ranges":{"max_pages":1}`, false},
		{`,"output_options":{"images_to_save":["screenshot"],"markdown":{"tables":{"output_tables_as_markdown":true}}}`, false},
		{shots + `,"processing_options":{"ignore":{"ignore_hidden_text":false}}`, false},
		{shots, true},
	} {
		if got, _ := hit(file, c.options); got != c.want {
			t.Errorf("cache hit with %s = %v, want %v", c.options, got, c.want)
		}
	}
	if got, _ := hit(b.upload("a.pdf", sample), shots); !got {
		t.Error("the same bytes as another file are parsed again")
	}
	if got, _ := hit(b.upload("a.pdf", samplePDF(t, 3)), shots); got {
		t.Error("other bytes are a cache hit")
	}
	// Every job owns its results.
	b.send("DELETE", "/api/v2/parse/"+first, "", nil).want(t, 200)
	got, second := hit(file, shots)
	_ = got // the key may point to the deleted job: then it is parsed again
	b.send("DELETE", "/api/v2/parse/"+second, "", nil).want(t, 200)
	if _, id := hit(file, shots); id == second {
		t.Error("a deleted job came back")
	}
}
