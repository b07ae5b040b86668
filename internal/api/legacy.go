package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/wire"
)

// legacyRoutes are the parse API of v1, which clients reach under two prefixes.
var legacyRoutes = slices.Concat(
	legacyUnder("/api/parsing", "V0"),
	legacyUnder("/api/v1/parsing", "V1"),
	[]route{{"GET", "/api/parsing/supported_file_extensions", (*Server).listExtensions, true, operation{
		id: "listExtensionsV0", summary: "List the extensions of files that can be parsed", reply: []string{}}}},
)

func legacyUnder(prefix, id string) []route {
	job := prefix + "/job/{job_id}"
	return []route{
		{"POST", prefix + "/upload", (*Server).legacyUpload, false, operation{
			id: "upload" + id, summary: "Upload a file and parse it (v1)", form: []string{"file", "input_url", "tier", "version", "target_pages"}, reply: wire.LegacyJob{}, also: []int{402, 409, 410}}},
		{"POST", prefix + "/screenshot", (*Server).legacyScreenshot, false, operation{
			id: "screenshot" + id, summary: "Upload a file and take pictures of its pages (v1)", form: []string{"file", "input_url", "target_pages"}, reply: wire.LegacyJob{}, also: []int{402, 409, 410}}},
		{"GET", job, (*Server).legacyJob, false, operation{
			id: "job" + id, summary: "Get a job (v1)", reply: wire.LegacyJob{}}},
		{"GET", job + "/details", (*Server).legacyDetails, false, operation{
			id: "details" + id, summary: "Get a job with its parameters and times (v1)", reply: wire.LegacyDetails{}}},
		{"GET", job + "/parameters", (*Server).legacyParameters, false, operation{
			id: "parameters" + id, summary: "Get the request of a job (v1)", reply: map[string]any{}}},
		{"GET", job + "/read/{filename}", (*Server).legacyRead, false, operation{
			id: "read" + id, summary: "Get a link to a file of a job (v1)", reply: wire.PresignedURL{}, also: []int{410}}},
		{"GET", job + "/result/text", (*Server).legacyText, false, operation{
			id: "text" + id, summary: "Get the text of a job (v1)", reply: wire.LegacyTextResult{}, also: []int{304, 410}}},
		{"GET", job + "/result/markdown", (*Server).legacyMarkdown, false, operation{
			id: "markdown" + id, summary: "Get the markdown of a job (v1)", reply: wire.LegacyMarkdownResult{}, also: []int{304, 410}}},
		{"GET", job + "/result/json", (*Server).legacyJSON, false, operation{
			id: "json" + id, summary: "Get the pages of a job (v1)", reply: wire.LegacyJSONResult{}, also: []int{304, 410}}},
		{"GET", job + "/result/structured", (*Server).legacyStructured, false, operation{
			id: "structured" + id, summary: "Gone: structured output (v1)", reply: map[string]any{}, also: []int{410}}},
		{"GET", job + "/result/xlsx", (*Server).legacyXLSX, false, operation{
			id: "xlsx" + id, summary: "Get the tables of a job as a spreadsheet (v1)", media: []string{xlsxType}, also: []int{206, 304, 410, 412, 416}}},
		{"GET", job + "/result/pdf", (*Server).legacyPDF, false, operation{
			id: "pdf" + id, summary: "Get the document of a job as PDF (v1)", media: []string{"application/pdf"}, also: []int{206, 304, 410, 412, 416}}},
		{"GET", job + "/result/raw/{kind}", (*Server).legacyRaw, false, operation{
			id: "raw" + id, summary: "Get text, markdown, xlsx or pdf without a wrapping (v1)", media: []string{"text/plain", "text/markdown", xlsxType, "application/pdf"}, also: []int{206, 304, 410, 412, 416}}},
		{"GET", job + "/result/image/{name}", (*Server).legacyImage, false, operation{
			id: "image" + id, summary: "Get a picture of a job (v1)", media: []string{"image/jpeg", "image/png"}, also: []int{206, 304, 410, 412, 416}}},
	}
}

// legacyUpload starts a job from the flat form of v1.
func (s *Server) legacyUpload(w http.ResponseWriter, r *http.Request) error {
	return s.legacyStart(w, r, nil)
}

// legacyScreenshot does the same for pictures of the pages alone.
func (s *Server) legacyScreenshot(w http.ResponseWriter, r *http.Request) error {
	return s.legacyStart(w, r, map[string]string{"take_screenshot": "true", "fast_mode": "true", "save_images": "false"})
}

func (s *Server) legacyStart(w http.ResponseWriter, r *http.Request, forced map[string]string) error {
	if err := s.Jobs.Admit(r.Context(), callerOf(r).project); err != nil {
		return err // before the file is sent
	}
	u, err := s.receiveAny(w, r)
	if err != nil {
		return err
	}
	for name, value := range forced {
		u.fields.Set(name, value)
	}
	j, err := s.startLegacy(r, u)
	if err != nil {
		s.discard(r.Context(), u)
		return err
	}
	return writeJSON(w, http.StatusOK, legacyJobJSON(j))
}

// receiveAny reads the fields of v1 in any of the ways its clients send them:
// as a form with a file, as a form without one, and as JSON.
func (s *Server) receiveAny(w http.ResponseWriter, r *http.Request) (*upload, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	switch kind {
	case "application/json":
		data, err := readBody(w, r)
		if err != nil {
			return nil, err
		}
		fields, err := wire.DecodeLegacyJSON(data)
		return &upload{fields: fields}, err
	case "application/x-www-form-urlencoded":
		r.Body = http.MaxBytesReader(w, r.Body, maxFields)
		if err := r.ParseForm(); err != nil {
			if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
				return nil, err
			}
			return nil, fault(http.StatusBadRequest, "The form is damaged or incomplete")
		}
		return &upload{fields: r.PostForm}, nil
	}
	return s.receive(r)
}

func (s *Server) startLegacy(r *http.Request, u *upload) (store.Job, error) {
	q, err := wire.DecodeLegacy(u.fields, s.Jobs.CropEdges)
	if err != nil {
		return store.Job{}, err
	}
	switch {
	case u.file == nil && q.SourceURL == "":
		return store.Job{}, wire.Invalid{{Type: "missing", Loc: []any{"body", "file"}, Msg: "Field required: give a file or input_url"}}
	case u.file != nil && q.SourceURL != "":
		return store.Job{}, wire.Invalid{{Type: "value_error", Loc: []any{"body", "input_url"}, Msg: "Value error, give either a file or input_url, not both"}}
	case u.file == nil:
		return s.recordJob(r, q, job.NameOf(q.SourceURL), nil)
	}
	u.file.Purpose, q.HTTPProxy = "parse", ""
	return s.recordJob(r, q, u.file.Name, u)
}

// legacyJobJSON is a job as v1 clients see it.
func legacyJobJSON(j store.Job) wire.LegacyJob {
	out := wire.LegacyJob{ID: j.ID, Status: wire.Status(j.Status).ToLegacy(), ErrorMessage: optional(j.ErrorMessage)}
	if code, message, ok := strings.Cut(j.ErrorMessage, ": "); ok && !strings.Contains(code, " ") {
		out.ErrorCode, out.ErrorMessage = &code, &message
	}
	return out
}

func (s *Server) legacyJob(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, legacyJobJSON(j))
}

func (s *Server) legacyDetails(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	head := legacyJobJSON(j)
	out := wire.LegacyDetails{
		ID: head.ID, Status: head.Status, ErrorCode: head.ErrorCode, ErrorMessage: head.ErrorMessage, FileName: j.Name,
		CreatedAt: wire.At(j.CreatedAt), StartedAt: wire.At(j.StartedAt), EndedAt: wire.At(j.FinishedAt),
	}
	if out.Parameters, err = parameters(j); err != nil {
		return err
	}
	if out.Telemetry, err = metadata(j); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

// metadata is what is told about the run of a job, empty before its end.
func metadata(j store.Job) (map[string]any, error) {
	meta := map[string]any{}
	if j.Metadata == "" {
		return meta, nil
	}
	if err := json.Unmarshal([]byte(j.Metadata), &meta); err != nil {
		return nil, fmt.Errorf("job_metadata of %s: %w", j.ID, err)
	}
	return meta, nil
}

func (s *Server) legacyParameters(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	params, err := parameters(j)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, params)
}
