package api

import (
	"strings"
	"testing"
)

func (b *bench) put(path, body string) reply {
	b.t.Helper()
	return b.send("PUT", path, "application/json", strings.NewReader(body))
}

func (b *bench) delete(path string) reply {
	b.t.Helper()
	return b.send("DELETE", path, "", nil)
}

const configurations = "/api/v1/beta/configurations"

func TestConfigurations(t *testing.T) {
	b := start(t, settings{})
	parameters := `{"product_type":"parse_v2","tier":"fast","version":"latest","client_name":null,"webhook_configurations":[
		{"webhook_url":"http://127.0.0.1:1/","webhook_signing_secret":"shh"}],"input_options":{"pdf":{"password":"shh"}}}`
	first := b.post(configurations, `{"name":"mine","parameters":`+parameters+`}`).want(t, 201)
	made := first.json(t)
	id := made["id"].(string)
	if !strings.HasPrefix(id, "cfg-") || made["product_type"] != "parse_v2" || made["version"] != made["updated_at"] {
		t.Errorf("configuration = %v", made)
	}
	if strings.Contains(string(first.body), "shh") || !strings.Contains(string(first.body), "http://127.0.0.1:1/") {
		t.Errorf("a secret is shown, or too little: %s", first.body)
	}
	again := b.post(configurations, `{"name":"mine","parameters":{"product_type":"parse_v2","tier":"cost_effective","version":"latest"}}`).want(t, 201).json(t)
	if again["id"] != id || again["version"] == made["version"] || again["created_at"] != made["created_at"] || again["parameters"].(map[string]any)["tier"] != "cost_effective" {
		t.Errorf("saved again = %v, want the same id with a new version", again)
	}
	other := b.post(configurations, `{"name":"other","parameters":`+parameters+`}`).want(t, 201).json(t)["id"].(string)
	b.post(configurations, `{"name":"mine"}`).want(t, 422)

	list := b.get(configurations+"?latest_only=true&product_type=parse_v2&product_type=extract_v2").want(t, 200).json(t)
	if got := names(t, list["items"]); got != "other mine" {
		t.Errorf("list = %q, want the newest first", got)
	}
	page := b.get(configurations+"?page_size=1").want(t, 200).json(t)
	next := b.get(configurations+"?page_size=1&page_token="+page["next_page_token"].(string)).want(t, 200).json(t)
	if got := names(t, page["items"]) + " / " + names(t, next["items"]); got != "other / mine" || next["next_page_token"] != nil {
		t.Errorf("in pages: %q", got)
	}
	for query, want := range map[string]string{"?name=mine": "mine", "?name=none": "", "?product_type=extract_v2": "", "?product_type[]=parse_v2": "other mine"} {
		if got := names(t, b.get(configurations+query).want(t, 200).json(t)["items"]); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	b.get(configurations+"?product_type=parse_v3").want(t, 422)
	b.get(configurations+"?latest_only=perhaps").want(t, 422)

	b.put(configurations+"/"+id, `{"name":"other"}`).want(t, 409)
	renamed := b.put(configurations+"/"+id, `{"name":"new"}`).want(t, 200).json(t)
	if renamed["name"] != "new" || renamed["parameters"].(map[string]any)["tier"] != "cost_effective" {
		t.Errorf("renamed = %v", renamed)
	}
	changed := b.put(configurations+"/"+id, `{"parameters":{"product_type":"parse_v2","tier":"fast","version":"latest"}}`).want(t, 200).json(t)
	if changed["name"] != "new" || changed["parameters"].(map[string]any)["tier"] != "fast" {
		t.Errorf("changed = %v", changed)
	}
	b.put(configurations+"/"+id, `{"parameters":{"tier":"fast"}}`).want(t, 422)
	if got := b.get(configurations+"/"+strings.TrimPrefix(id, "cfg-")).want(t, 200).json(t)["name"]; got != "new" {
		t.Errorf("by bare id: %v", got)
	}
	b.delete(configurations+"/"+other).want(t, 204)
	b.delete(configurations+"/"+other).want(t, 404)
	b.get(configurations+"/"+other).want(t, 404)
	b.get(configurations+"/nonsense").want(t, 404)
}

func TestParseWithConfiguration(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	save := func(name, more string) string {
		return b.post(configurations, `{"name":"`+name+`","parameters":{"product_type":"parse_v2","tier":"cost_effective","version":"latest"`+more+`}}`).want(t, 201).json(t)["id"].(string)
	}
	two := save("two", `,"page_ranges":{"target_pages":"2-3"},"output_options":{"images_to_save":["screenshot"]}`)
	file := b.upload("a.pdf", samplePDF(t, 4))
	pages := func(request string) (numbers []float64, images float64, params map[string]any) {
		t.Helper()
		id := b.post("/api/v2/parse", `{"file_id":"`+file+`","configuration_id":"`+two+`"`+request+`}`).want(t, 200).json(t)["id"].(string)
		m := b.wait(id, "?expand=text,images_content_metadata,raw_parameters")
		for _, p := range m["text"].(map[string]any)["pages"].([]any) {
			numbers = append(numbers, p.(map[string]any)["page_number"].(float64))
		}
		return numbers, m["images_content_metadata"].(map[string]any)["total_count"].(float64), m["raw_parameters"].(map[string]any)
	}
	numbers, images, params := pages("")
	if len(numbers) != 2 || numbers[0] != 2 || numbers[1] != 3 || images != 2 || params["configuration_id"] != two || params["tier"] != "cost_effective" {
		t.Errorf("as saved: pages %v, %v pictures, %v", numbers, images, params)
	}
	numbers, images, _ = pages(`,"tier":"configured","page_ranges":{"target_pages":"4"},"output_options":{"images_to_save":[]}`)
	if len(numbers) != 1 || numbers[0] != 4 || images != 0 {
		t.Errorf("the request wins: pages %v, %v pictures, want page 4 and none", numbers, images)
	}
	r := b.form("/api/v2/parse/upload", part{"configuration", "", `{"configuration_id":"` + two + `","tier":"fast"}`}, part{"file", "a.pdf", samplePDF(t, 3)}).want(t, 200).json(t)
	if r["tier"] != "fast" {
		t.Errorf("tier of an upload = %v, want fast", r["tier"])
	}
	b.wait(r["id"].(string), "")
	b.post("/api/v2/parse", `{"file_id":"`+file+`","configuration_id":"`+two+`","tier":"fast","processing_options":{"forms":"enrich"}}`).want(t, 422)
	b.post("/api/v2/parse", `{"file_id":"`+file+`","tier":"configured","version":"latest"}`).want(t, 422)

	_, b.key = b.keysOf("stranger")
	if r := b.post("/api/v2/parse", `{"source_url":"http://127.0.0.1:1/a.pdf","configuration_id":"`+two+`"}`).want(t, 403); !strings.Contains(string(r.body), "Access denied to this parse configuration") {
		t.Errorf("403 says %s", r.body)
	}
	b.get(configurations+"/"+two).want(t, 404)
	b.put(configurations+"/"+two, `{"name":"stolen"}`).want(t, 404)
	b.delete(configurations+"/"+two).want(t, 404)
	if got := names(t, b.get(configurations).json(t)["items"]); got != "" {
		t.Errorf("a stranger lists %q", got)
	}
}
