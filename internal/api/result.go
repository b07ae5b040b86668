package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"

	"recto/internal/blob"
	"recto/internal/format"
	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// inline says which stored result answers which value of expand, in the order
// of the fields in the answer.
var inline = []struct{ expand, result string }{
	{"text", task.TextJSON},
	{"markdown", task.MarkdownJSON},
	{"items", task.ItemsJSON},
	{"metadata", task.MetadataJSON},
	{"forms", task.FormsJSON},
	{"markdown_full", task.MarkdownFull},
	{"text_full", task.TextFull},
}

// linked says which stored result a value of expand gives a link to, and under
// which keys: the documented one, then those that clients look up in practice,
// where they expect plain text behind text and markdown.
var linked = []struct {
	expand, result string
	keys           []string
}{
	{"text_content_metadata", task.TextFull, []string{"fullText", "text"}},
	{"markdown_content_metadata", task.MarkdownFull, []string{"md", "markdown"}},
	{"items_content_metadata", task.ItemsJSON, []string{"json", "items"}},
	{"metadata_content_metadata", task.MetadataJSON, []string{"metadata"}},
	{"raw_words_content_metadata", task.RawWords, []string{"rawWords", "raw_words"}},
	{"xlsx_content_metadata", task.Tables, []string{"xlsx"}},
	{"output_pdf_content_metadata", task.OutputPDF, []string{"outputPDF", "output_pdf"}},
	{"text_full_content_metadata", task.TextFull, []string{"fullText", "text_full"}},
	{"markdown_full_content_metadata", task.MarkdownFull, []string{"md", "markdown_full"}},
	{"forms_content_metadata", task.FormsJSON, []string{"forms"}},
	{"stripped_markdown_content_metadata", task.StrippedJSON, []string{"strippedMarkdown", "stripped_markdown"}},
	{"concatenated_stripped_markdown_content_metadata", task.StrippedFull, []string{"concatenatedStrippedMarkdown", "concatenated_stripped_markdown"}},
}

// needMarkdown lists what the text-only version of tier fast does not produce.
var needMarkdown = []string{
	"markdown", "markdown_full", "items",
	"markdown_content_metadata", "markdown_full_content_metadata", "items_content_metadata",
}

// getJob answers with a job and the results asked for. Values of expand it does
// not know are ignored, and so are all of them until the job is completed:
// clients send the full list with every poll.
func (s *Server) getJob(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for _, e := range listParam(r, "expand") {
		want[e] = true
	}
	if j.Tier == string(wire.Fast) && j.Version == wire.FastWithoutMarkdown && slices.ContainsFunc(needMarkdown, func(e string) bool { return want[e] }) {
		return fault(http.StatusBadRequest, "Markdown expansion is not available for FAST tier jobs.")
	}
	wait, err := waitParam(r)
	if err != nil {
		return err
	}
	if j, err = s.await(r, j, wait); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return notFound("Parse job") // deleted while we waited
		}
		return err
	}
	if !j.ExpiredAt.IsZero() && wantsContent(want) {
		return job.ErrExpired
	}
	if s.unchanged(w, r, j, len(want) > 0, append(sortedNames(want), listParam(r, "image_filenames")...)...) {
		return nil
	}
	a := answer{Server: s, r: r, job: j, want: want}
	defer a.close()
	if err := a.gather(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	if err := a.write(w); err != nil {
		// The status is out already. Breaking off tells the client that this is
		// not the whole answer.
		s.Log.Error("answer broke off", "request", requestID(r), "job", j.ID, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// wantsContent reports whether something is asked for that is not told by the
// job's row.
func wantsContent(want map[string]bool) bool {
	for _, x := range inline {
		if want[x.expand] {
			return true
		}
	}
	for _, x := range linked {
		if want[x.expand] {
			return true
		}
	}
	return want["images_content_metadata"]
}

// answer is a ParseResult in the making. Everything that can go wrong happens
// in gather, before the first byte is sent.
type answer struct {
	*Server
	r    *http.Request
	job  store.Job
	want map[string]bool

	meta     map[string]any
	contents map[string]*blob.Reader // by value of expand
	files    map[string]wire.ContentFile
	images   *wire.ImageList
	params   map[string]any
}

func (a *answer) gather() error {
	a.contents = map[string]*blob.Reader{}
	if a.job.Metadata != "" {
		if err := json.Unmarshal([]byte(a.job.Metadata), &a.meta); err != nil {
			return fmt.Errorf("job_metadata of %s: %w", a.job.ID, err)
		}
	}
	if a.want["raw_parameters"] || a.want["job_metadata"] {
		if err := a.gatherParameters(); err != nil {
			return err
		}
	}
	if a.job.Status != string(wire.Completed) || len(a.want) == 0 {
		return nil
	}
	results, err := a.Store.Results(a.r.Context(), a.job.ID)
	if err != nil {
		return err
	}
	for _, x := range inline {
		stored, ok := results[x.result]
		if !a.want[x.expand] || !ok {
			continue
		}
		if a.contents[x.expand], err = a.Blobs.Open(a.r.Context(), stored.Blob); err != nil {
			return err
		}
	}
	if err := a.gatherFiles(results); err != nil {
		return err
	}
	if err := a.gatherGrounded(results); err != nil {
		return err
	}
	if a.want["images_content_metadata"] {
		return a.gatherImages()
	}
	return nil
}

// close closes the results that were opened.
func (a *answer) close() {
	for _, f := range a.contents {
		if f != nil {
			f.Close()
		}
	}
}

// gatherFiles makes links to whole results.
func (a *answer) gatherFiles(results map[string]store.Result) error {
	for _, x := range linked {
		if !a.want[x.expand] {
			continue
		}
		stored, ok := results[x.result]
		if !ok && x.result == task.OutputPDF {
			var err error
			if stored, ok, err = a.sourcePDF(a.r.Context(), a.job, a.meta, results); err != nil {
				return err
			}
		}
		file := wire.ContentFile{}
		if ok {
			link, err := a.link(a.r, stored.Blob, a.LinkLife)
			if err != nil {
				return err
			}
			file = wire.ContentFile{SizeBytes: stored.Size, Exists: true, PresignedURL: &link}
		}
		if a.files == nil {
			a.files = map[string]wire.ContentFile{}
		}
		for _, k := range x.keys {
			a.files[k] = file
		}
	}
	return nil
}

// groundedKey is where clients look for the grounded items, whatever they
// expand: there is no value of expand for them.
const groundedKey = "grounded_items"

// gatherGrounded links to the grounded items of a job that has them.
func (a *answer) gatherGrounded(results map[string]store.Result) error {
	stored, ok := results[task.Grounded]
	if !ok {
		return nil
	}
	link, err := a.link(a.r, stored.Blob, a.LinkLife)
	if err != nil {
		return err
	}
	if a.files == nil {
		a.files = map[string]wire.ContentFile{}
	}
	a.files[groundedKey] = wire.ContentFile{SizeBytes: stored.Size, Exists: true, PresignedURL: &link}
	return nil
}

// sourcePDF is the PDF the job was made of, as long as it is there: the same
// bytes a copy would have.
func (s *Server) sourcePDF(ctx context.Context, j store.Job, meta map[string]any, results map[string]store.Result) (store.Result, bool, error) {
	if meta["format"] != string(format.PDF) {
		return store.Result{}, false, nil
	}
	if x, ok := results[job.Source]; ok {
		return x, true, nil
	}
	f, err := s.Store.File(ctx, j.ProjectID, j.FileID)
	if errors.Is(err, store.ErrNotFound) {
		return store.Result{}, false, nil
	}
	return store.Result{Blob: job.FileKey(f.ID), Size: f.Size}, err == nil, err
}

// gatherImages lists the saved pictures, or those of them that are named.
func (a *answer) gatherImages() error {
	images, err := a.Store.Images(a.r.Context(), a.job.ID)
	if err != nil {
		return err
	}
	names := listParam(a.r, "image_filenames")
	a.images = &wire.ImageList{Images: []wire.ImageMetadata{}, TotalCount: len(images)}
	for _, i := range images {
		if names != nil && !slices.Contains(names, i.Name) {
			continue
		}
		link, err := a.link(a.r, i.Blob, a.LinkLife)
		if err != nil {
			return err
		}
		a.images.Images = append(a.images.Images, wire.ImageMetadata{
			Filename: i.Name, Index: i.Position, Category: wire.ImageCategory(i.Category), ContentType: i.ContentType, PresignedURL: &link,
			BBox: &wire.ImageBBox{X: round(i.Box.X0), Y: round(i.Box.Y0), W: round(i.Box.W()), H: round(i.Box.H())},
		})
	}
	return nil
}

func round(f float64) int { return int(math.Round(f)) }

// gatherParameters repeats the request without its secrets.
func (a *answer) gatherParameters() (err error) {
	a.params, err = parameters(a.job)
	return err
}

// parameters repeats the request of a job without its secrets.
func parameters(j store.Job) (map[string]any, error) {
	var req wire.StoredRequest
	if err := json.Unmarshal([]byte(j.Config), &req); err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", j.ID, err)
	}
	if req.InputOptions.PDF.Password != "" {
		req.InputOptions.PDF.Password = hidden
	}
	if req.FileID != "" {
		req.FileID = wire.ID(wire.FilePrefix, req.FileID)
	}
	b, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	var params map[string]any
	return params, json.Unmarshal(b, &params)
}

// hidden stands for what must not be read back.
const hidden = "********"

// write sends the answer. Results are passed through as they are stored, so
// that a large one does not have to fit into memory.
func (a *answer) write(w io.Writer) error {
	o := objectWriter{w: w}
	head := jobJSON(a.job)
	if a.want["usage"] {
		head.Usage = &wire.JobUsage{}
	}
	o.value("job", head)
	o.value("result_content_metadata", a.files)
	for _, x := range inline {
		f, plain := a.contents[x.expand], x.result == task.MarkdownFull || x.result == task.TextFull
		switch {
		case f == nil:
			o.value(x.expand, nil)
		case plain:
			o.text(x.expand, f)
		default:
			o.raw(x.expand, f)
		}
	}
	o.value("images_content_metadata", a.images)
	if !a.want["job_metadata"] || !wire.Status(a.job.Status).Final() {
		a.meta = nil
	}
	o.value("job_metadata", a.meta)
	o.value("raw_parameters", a.params)
	return o.end()
}

// objectWriter writes a JSON object field by field and keeps the first error.
type objectWriter struct {
	w    io.Writer
	some bool
	err  error
}

func (o *objectWriter) key(name string) {
	if o.err != nil {
		return
	}
	lead := "{"
	if o.some {
		lead = ","
	}
	o.some = true
	_, o.err = io.WriteString(o.w, lead+`"`+name+`":`)
}

func (o *objectWriter) value(name string, v any) {
	o.key(name)
	if o.err != nil {
		return
	}
	e := json.NewEncoder(o.w)
	e.SetEscapeHTML(false)
	o.err = e.Encode(v)
}

// raw copies a value that is JSON already.
func (o *objectWriter) raw(name string, r io.Reader) {
	o.key(name)
	if o.err != nil {
		return
	}
	_, o.err = io.Copy(o.w, r)
}

// text writes plain text as a JSON string.
func (o *objectWriter) text(name string, r io.Reader) {
	b, err := io.ReadAll(r)
	if o.err == nil {
		o.err = err
	}
	o.value(name, string(b))
}

func (o *objectWriter) end() error {
	if o.err != nil {
		return o.err
	}
	_, err := io.WriteString(o.w, "}")
	return err
}
