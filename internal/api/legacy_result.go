package api

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"recto/internal/job"
	"recto/internal/task"
	"recto/internal/wire"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// findFinished returns the job the path names, when it has results.
func (s *Server) findFinished(r *http.Request) (*job.Finished, error) {
	j, err := s.findJob(r)
	if err != nil {
		return nil, err
	}
	return s.Jobs.Finished(r.Context(), j)
}

func (s *Server) legacyText(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "text") {
		return nil
	}
	text, err := f.Text(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, wire.LegacyTextResult{Text: text, JobMetadata: f.Metadata})
}

func (s *Server) legacyMarkdown(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "markdown") {
		return nil
	}
	md, err := f.Markdown(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, wire.LegacyMarkdownResult{Markdown: md, JobMetadata: f.Metadata})
}

// legacyJSON writes the pages one by one: a large document need not fit into
// memory.
func (s *Server) legacyJSON(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "json") {
		return nil
	}
	pages, err := f.OpenPages(r.Context())
	if err != nil {
		return err
	}
	defer pages.Close()
	w.Header().Set("Content-Type", "application/json")
	if err := writePages(w, f, pages); err != nil {
		s.Log.Error("answer broke off", "request", requestID(r), "job", f.Job.ID, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func writePages(w io.Writer, f *job.Finished, pages *job.Pages) error {
	if err := pages.WriteJSON(w, `{"pages":`); err != nil {
		return err
	}
	if _, err := io.WriteString(w, `,"job_metadata":`); err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(f.Metadata); err != nil {
		return err
	}
	_, err := io.WriteString(w, "}")
	return err
}

func (s *Server) legacyStructured(_ http.ResponseWriter, r *http.Request) error {
	if _, err := s.findJob(r); err != nil {
		return err
	}
	return wire.Retired{Field: "structured_output"}
}

func (s *Server) legacyXLSX(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	x, ok := f.Results[task.Tables]
	if !ok {
		return job.ErrNoResult
	}
	return s.serveBlob(w, r, x.Blob)
}

func (s *Server) legacyPDF(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	x, ok := f.Results[task.OutputPDF]
	if !ok {
		if x, ok, err = s.sourcePDF(r.Context(), f.Job, f.Metadata, f.Results); err != nil {
			return err
		}
	}
	if !ok {
		return job.ErrNoResult
	}
	return s.serveBlob(w, r, x.Blob)
}

// legacyRaw answers with a result without JSON around it.
func (s *Server) legacyRaw(w http.ResponseWriter, r *http.Request) error {
	kind, contentType := r.PathValue("kind"), "text/plain; charset=utf-8"
	join := (*job.Finished).Text
	switch kind {
	case "xlsx":
		return s.legacyXLSX(w, r)
	case "pdf":
		return s.legacyPDF(w, r)
	case "markdown":
		join, contentType = (*job.Finished).Markdown, "text/markdown; charset=utf-8"
	case "text":
	default:
		return job.ErrNoResult
	}
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	if s.unchanged(w, r, f.Job, false, "raw", kind) {
		return nil
	}
	text, err := join(f, r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	_, err = io.WriteString(w, text)
	return err
}

func (s *Server) legacyImage(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	images, err := s.Store.Images(r.Context(), f.Job.ID)
	if err != nil {
		return err
	}
	for _, i := range images {
		if i.Name == r.PathValue("name") {
			return s.serveBlob(w, r, i.Blob)
		}
	}
	return notFound("Image")
}

// legacyRead gives a link to one file of a job, by its name.
func (s *Server) legacyRead(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFinished(r)
	if err != nil {
		return err
	}
	key, name := "", r.PathValue("filename")
	if x, ok := f.Results[name]; ok {
		key = x.Blob
	}
	images, err := s.Store.Images(r.Context(), f.Job.ID)
	if err != nil {
		return err
	}
	for _, i := range images {
		if i.Name == name {
			key = i.Blob
		}
	}
	if key == "" {
		return notFound("File")
	}
	link, err := s.link(r, key, s.LinkLife)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, wire.PresignedURL{URL: link, ExpiresAt: wire.At(time.Now().Add(s.LinkLife).Truncate(time.Second))})
}
