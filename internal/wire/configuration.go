package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// Configuration is a saved set of options as clients see it.
type Configuration struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	ProductType ProductType    `json:"product_type"`
	Version     string         `json:"version"` // when it was last changed
	Parameters  map[string]any `json:"parameters"`
	CreatedAt   *Time          `json:"created_at"`
	UpdatedAt   *Time          `json:"updated_at"`
}

// ConfigurationList is a page of configurations.
type ConfigurationList struct {
	Items         []Configuration `json:"items"`
	NextPageToken *string         `json:"next_page_token"`
	TotalSize     *int            `json:"total_size"`
}

// ProductType is what a configuration is for.
type ProductType string

// ParseV2 is the one product of this server.
const ParseV2 ProductType = "parse_v2"

// Allowed lists the products upstream has.
func (ProductType) Allowed() []string {
	return []string{"split_v1", "extract_v2", "classify_v2", "parse_v2", "spreadsheet_v1", "unknown"}
}

// ConfigurationPrefix begins the ids of configurations.
const ConfigurationPrefix = "cfg-"

// ConfigurationRequest creates or changes a configuration. The parameters are a
// parse request without its document, and a product_type.
type ConfigurationRequest struct {
	Name       string         `json:"name,omitempty"`
	Parameters map[string]any `json:"parameters,omitempty"`
}

// maxConfigurationName is upstream's limit in characters.
const maxConfigurationName = 255

// DecodeConfiguration reads and checks the body; the error is an Invalid or
// nil. A change may leave out what stays.
func DecodeConfiguration(data []byte, change bool) (ConfigurationRequest, error) {
	var q ConfigurationRequest
	c := checker{errs: decodeStrict(data, &q)}
	if len(c.errs) == 1 && (c.errs[0].Type == "json_invalid" || len(c.errs[0].Loc) == 0) {
		return q, c.errs // no object at all
	}
	if !change || q.Name != "" || givesEmptyName(data) {
		c.name(q.Name, maxConfigurationName)
	}
	switch {
	case q.Parameters != nil:
		prune(q.Parameters)
		c.parameters(q.Parameters)
	case !change:
		c.fail("missing", []any{"parameters"}, "Field required")
	}
	if len(c.errs) > 0 {
		return q, c.errs
	}
	return q, nil
}

func givesEmptyName(data []byte) bool {
	var q struct{ Name *string }
	return json.Unmarshal(data, &q) == nil && q.Name != nil
}

// documents are the fields of a request that say what to parse, and so do not
// belong into a configuration.
var documents = []string{"file_id", "source_url", "http_proxy", "configuration_id"}

func (c *checker) parameters(p map[string]any) {
	at := func(loc ...any) []any { return append([]any{"parameters"}, loc...) }
	switch product := p["product_type"]; product {
	case string(ParseV2):
	case nil:
		c.fail("missing", at("product_type"), "Field required")
	default:
		c.errs = append(c.errs, FieldError{Type: "literal_error", Loc: at("product_type"), Msg: "Input should be 'parse_v2': this server has no other product", Input: product})
		return
	}
	request := maps.Clone(p)
	delete(request, "product_type")
	for _, name := range documents {
		if _, there := request[name]; there {
			c.fail("extra_forbidden", at(name), "Extra inputs are not permitted")
			delete(request, name)
		}
	}
	data, err := json.Marshal(request)
	if err != nil {
		panic(err) // it was read from JSON
	}
	_, err = DecodeRequest(data, true)
	if invalid, ok := errors.AsType[Invalid](err); ok {
		for _, e := range invalid {
			e.Loc = at(e.Loc...)
			c.errs = append(c.errs, e)
		}
	}
}

// prune removes nulls, which count as absent.
func prune(m map[string]any) {
	for k, v := range m {
		switch v := v.(type) {
		case nil:
			delete(m, k)
		case map[string]any:
			prune(v)
		}
	}
}

// ShowParameters returns saved parameters without their secrets, which can be
// written but not read.
func ShowParameters(saved []byte) (map[string]any, error) {
	p, err := object(saved)
	if err != nil {
		return nil, err
	}
	if hooks, ok := p["webhook_configurations"].([]any); ok {
		for _, h := range hooks {
			if h, ok := h.(map[string]any); ok {
				delete(h, "webhook_signing_secret")
			}
		}
	}
	if input, ok := p["input_options"].(map[string]any); ok {
		if pdf, ok := input["pdf"].(map[string]any); ok {
			delete(pdf, "password")
		}
	}
	return p, nil
}

// MergeRequest reads a request that names a configuration: what the request
// says wins over the saved parameters at every level, lists are taken whole.
// The error is an Invalid about the two together, or nil.
func MergeRequest(saved, data []byte, upload bool) (ParseRequest, error) {
	base, err := object(saved)
	if err != nil {
		return ParseRequest{}, err
	}
	over, err := object(data)
	if err != nil {
		return ParseRequest{}, err
	}
	prune(over)
	delete(base, "product_type")
	for _, name := range []string{"tier", "version"} {
		if over[name] == string(ConfiguredTier) {
			delete(over, name)
		}
	}
	if tier := over["tier"]; tier != nil && tier != base["tier"] {
		base["version"] = "latest" // the saved date is one of another tier
	}
	configuration := over["configuration_id"]
	delete(over, "configuration_id")
	merge(base, over)
	both, err := json.Marshal(base)
	if err != nil {
		return ParseRequest{}, err
	}
	req, err := DecodeRequest(both, upload)
	req.ConfigurationID, _ = configuration.(string)
	return req, err
}

// merge lays one object over another.
func merge(base, over map[string]any) {
	for k, v := range over {
		inner, ok := v.(map[string]any)
		if below, both := base[k].(map[string]any); ok && both {
			merge(below, inner)
			continue
		}
		base[k] = v
	}
}

// object reads a JSON object and keeps its numbers as they are written.
func object(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	return m, nil
}
