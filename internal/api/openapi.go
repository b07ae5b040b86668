package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"recto/internal/wire"
)

// operation describes a route for GET /openapi.json.
type operation struct {
	id, summary string
	query       []string // parameters; lists may be repeated or separated by commas
	form        []string // parts of a multipart form, the first one is the file
	body        any      // an example of the type of the JSON body
	status      int      // of success; 0 means 200
	reply       any      // an example of the type of the reply, nil for none
	media       []string // what kinds of bytes are replied, when it is no JSON
	also        []int    // statuses besides that of success and those statuses tells
	unready     any      // the 503, when it is no error like others
}

// listParams are the query parameters that take several values.
var listParams = []string{"expand", "job_ids", "file_ids", "image_filenames", "product_type"}

// describeAPI writes the routes as an OpenAPI document. It is made from the
// types that read requests and write replies, and so cannot disagree with them.
func describeAPI(version string) ([]byte, error) {
	d := describer{schemas: map[string]any{}}
	paths := map[string]map[string]any{}
	for _, r := range routes {
		if paths[r.path] == nil {
			paths[r.path] = map[string]any{}
		}
		paths[r.path][strings.ToLower(r.method)] = d.operation(r)
	}
	d.schemas["Error"] = object{
		"type": "object", "required": []string{"detail"},
		"properties": object{
			"detail":         object{"anyOf": []any{object{"type": "string"}, d.schema(reflect.TypeFor[[]wire.FieldError]())}},
			"correlation_id": object{"type": "string"},
		},
	}
	return json.Marshal(object{
		"openapi": "3.1.0",
		"info":    object{"title": "Recto", "version": version, "description": "Parses documents into text, markdown and structured items."},
		"paths":   paths,
		"components": object{
			"schemas": d.schemas,
			"securitySchemes": object{
				"key":     object{"type": "http", "scheme": "bearer"},
				"session": object{"type": "apiKey", "in": "cookie", "name": "session"},
			},
		},
	})
}

type object = map[string]any

// describer collects the schemas of named types.
type describer struct{ schemas map[string]any }

func (d *describer) operation(r route) object {
	a := r.about
	op := object{"operationId": a.id, "summary": a.summary}
	var params []any
	inPath := map[string]bool{}
	for part := range strings.SplitSeq(r.path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			inPath[strings.TrimSuffix(name, "}")] = true
			params = append(params, object{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	query := a.query
	if !r.public {
		query = append(slices.Clone(query), "project_id", "organization_id")
		op["security"] = []any{object{}, object{"key": []string{}}, object{"session": []string{}}}
	}
	for _, name := range query {
		if inPath[name] {
			continue
		}
		params = append(params, object{"name": name, "in": "query", "schema": querySchema(name)})
	}
	if params != nil {
		op["parameters"] = params
	}
	if a.body != nil {
		op["requestBody"] = object{"required": true, "content": jsonContent(d.schema(reflect.TypeOf(a.body)))}
	}
	if a.form != nil {
		parts := object{}
		for i, name := range a.form {
			parts[name] = object{"type": "string"}
			if i == 0 {
				parts[name] = object{"type": "string", "format": "binary"}
			}
		}
		form := object{"type": "object", "properties": parts, "required": a.form[:1]}
		op["requestBody"] = object{"required": true, "content": object{"multipart/form-data": object{"schema": form}}}
	}
	good := object{"description": "Success"}
	if a.reply != nil {
		good["content"] = jsonContent(d.schema(reflect.TypeOf(a.reply)))
	}
	if a.media != nil {
		content := object{}
		for _, kind := range a.media {
			content[kind] = object{"schema": object{"type": "string", "format": "binary"}}
			if kind == "text/event-stream" {
				content[kind] = object{} // there is no one shape of an event
			}
		}
		good["content"] = content
	}
	status := 200
	if a.status != 0 {
		status = a.status
	}
	responses := object{strconv.Itoa(status): good}
	for _, n := range statuses(r) {
		answer := object{"description": http.StatusText(n)}
		switch {
		case n == http.StatusServiceUnavailable && a.unready != nil:
			answer["content"] = jsonContent(d.schema(reflect.TypeOf(a.unready)))
		case n == http.StatusPartialContent:
			answer["content"] = good["content"]
		case n >= http.StatusBadRequest && n != http.StatusRequestedRangeNotSatisfiable:
			answer["content"] = jsonContent(object{"$ref": "#/components/schemas/Error"})
		}
		responses[strconv.Itoa(n)] = answer
	}
	op["responses"] = responses
	return op
}

// statuses lists what an operation may answer besides success.
func statuses(r route) []int {
	// A host or an origin that is kept out, a mistake of ours, a busy database, a full disk.
	list := append([]int{http.StatusForbidden, http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusInsufficientStorage}, r.about.also...)
	if !r.public {
		list = append(list, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusNotFound, http.StatusTooManyRequests) // the key, project_id, its requests
	}
	if strings.Contains(r.path, "{") {
		list = append(list, http.StatusNotFound)
	}
	if r.about.query != nil {
		list = append(list, http.StatusUnprocessableEntity)
	}
	if r.about.body != nil || r.about.form != nil {
		list = append(list, http.StatusBadRequest, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// querySchema describes a query parameter by its name, which means the same
// wherever it stands.
func querySchema(name string) object {
	if slices.Contains(listParams, name) {
		return object{"type": "array", "items": object{"type": "string"}}
	}
	switch name {
	case "page_size":
		return object{"type": "integer", "minimum": 1, "maximum": maxPageSize}
	case "expires_at_seconds":
		return object{"type": "integer", "minimum": 1, "maximum": int(maxLinkLife.Seconds())}
	case "wait":
		return object{"type": "number", "minimum": 0, "maximum": maxWait}
	case "hours":
		return object{"type": "integer", "minimum": 1, "maximum": maxHours}
	case "latest_only", "include_total":
		return object{"type": "boolean"}
	case "status":
		return object{"type": "string", "enum": wire.Status("").Allowed()}
	case "created_at_on_or_after", "created_at_on_or_before":
		return object{"type": "string", "format": "date-time"}
	case "project_id", "organization_id":
		return object{"type": "string", "description": "a UUID, with or without prj- or org- before it; empty for that of the key"}
	}
	return object{"type": "string"}
}

func jsonContent(schema any) object { return object{"application/json": object{"schema": schema}} }

// schema describes a Go type the way encoding/json writes it. Structs become
// named schemas.
func (d *describer) schema(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[wire.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return object{"type": []string{"object", "null"}}
	case reflect.TypeFor[wire.LooseInt](), reflect.TypeFor[wire.LooseFloat]():
		return object{"type": []string{"number", "string"}}
	}
	if a, ok := reflect.Zero(t).Interface().(interface{ Allowed() []string }); ok && t.Kind() == reflect.String {
		return object{"type": "string", "enum": a.Allowed()}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(d.schema(t.Elem()))
	case reflect.Struct:
		return d.named(t)
	case reflect.Slice:
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	return object{"type": []string{"object", "array", "string", "number", "boolean", "null"}} // anything
}

func (d *describer) named(t reflect.Type) object {
	ref := object{"$ref": "#/components/schemas/" + t.Name()}
	if _, done := d.schemas[t.Name()]; done {
		return ref
	}
	d.schemas[t.Name()] = nil // a type may contain itself
	props, required := object{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := d.schema(f.Type)
		if p, ok := results[t.Name()+"."+name]; ok {
			s = d.schema(p)
		}
		switch {
		case strings.Contains(options, "omit"):
			s = nullable(s)
		case f.Type.Kind() == reflect.Map || f.Type.Kind() == reflect.Slice && t == reflect.TypeFor[wire.ParseResult]():
			s = nullable(s)
			required = append(required, name)
		default:
			required = append(required, name)
		}
		limits(s, f.Tag)
		props[name] = s
	}
	out := object{"type": "object", "properties": props, "required": required}
	if isRequest(t) {
		out["additionalProperties"] = false
	}
	d.schemas[t.Name()] = out
	return ref
}

// isRequest reports whether unknown fields of the type are refused.
func isRequest(t reflect.Type) bool {
	for i := range t.NumField() {
		if !strings.Contains(t.Field(i).Tag.Get("json"), ",omit") {
			return false
		}
	}
	return true
}

// limits repeats the bounds that wire's decoder enforces.
func limits(s object, tag reflect.StructTag) {
	for from, to := range map[string]string{"min": "minimum", "max": "maximum", "above": "exclusiveMinimum"} {
		if n, err := strconv.ParseFloat(tag.Get(from), 64); err == nil {
			s[to] = n
		}
	}
	if p := tag.Get("pattern"); p != "" {
		s["pattern"] = p
	}
	if n, err := strconv.Atoi(tag.Get("maxItems")); err == nil {
		s["maxItems"] = n
	}
	if n, err := strconv.Atoi(tag.Get("maxLen")); err == nil {
		s["maxLength"] = n
	}
}

// nullable allows null besides what the schema says.
func nullable(s object) object {
	if kind, ok := s["type"].(string); ok && s["enum"] == nil {
		n := maps.Clone(s)
		n["type"] = []string{kind, "null"}
		return n
	}
	return object{"anyOf": []any{s, object{"type": "null"}}}
}

// results are the types of the fields that are passed through as stored.
var results = map[string]reflect.Type{
	"ParseResult.text":     reflect.TypeFor[wire.TextResult](),
	"ParseResult.markdown": reflect.TypeFor[wire.MarkdownResult](),
	"ParseResult.items":    reflect.TypeFor[wire.StructuredResult](),
	"ParseResult.metadata": reflect.TypeFor[wire.MetadataResult](),
	"ParseResult.forms":    reflect.TypeFor[wire.FormsResult](),
}
