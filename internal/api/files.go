package api

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/wire"
)

// maxLinkLife bounds what a client may ask for.
const maxLinkLife = 7 * 24 * time.Hour

func (s *Server) createFile(w http.ResponseWriter, r *http.Request) error {
	u, err := s.receive(r)
	if err != nil {
		return err
	}
	if err := cmp.Or(checkFileForm(u), checkExternalID(u.fields.Get("external_file_id"), "body")); err != nil {
		s.discard(r.Context(), u)
		return err
	}
	u.file.Purpose, u.file.ExternalFileID, u.file.ByHand = u.fields.Get("purpose"), u.fields.Get("external_file_id"), true
	if err := s.Store.AddFile(r.Context(), *u.file); err != nil {
		s.discard(r.Context(), u)
		return err
	}
	return writeJSON(w, http.StatusCreated, s.fileJSON(r, *u.file))
}

func checkFileForm(u *upload) error {
	var errs wire.Invalid
	if u.file == nil {
		errs = append(errs, wire.FieldError{Type: "missing", Loc: []any{"body", "file"}, Msg: "Field required"})
	}
	allowed := wire.Purpose("").Allowed()
	switch purpose := u.fields.Get("purpose"); {
	case !u.fields.Has("purpose"):
		errs = append(errs, wire.FieldError{Type: "missing", Loc: []any{"body", "purpose"}, Msg: "Field required"})
	case !slices.Contains(allowed, purpose):
		errs = append(errs, wire.FieldError{Type: "literal_error", Loc: []any{"body", "purpose"}, Msg: "Input should be one of " + strings.Join(allowed, ", ")})
	}
	if errs != nil {
		return errs
	}
	return nil
}

// fileJSON is a file without its link.
func (s *Server) fileJSON(r *http.Request, f store.File) wire.File {
	return wire.File{
		ID: wire.ID(wire.FilePrefix, f.ID), Name: f.Name, ProjectID: f.ProjectID,
		FileType: optional(f.FileType), Purpose: optional(f.Purpose), ExternalFileID: optional(f.ExternalFileID),
		LastModifiedAt: wire.At(f.CreatedAt), ExpiresAt: s.expiry(r, f),
	}
}

// expiry is when a file is removed by itself, nil for never.
func (s *Server) expiry(r *http.Request, f store.File) *wire.Time {
	at, ok := s.Jobs.FileExpiry(callerOf(r).project, f)
	if !ok {
		return nil
	}
	return wire.At(at)
}

// optional is nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// findFile returns the file the path names.
func (s *Server) findFile(r *http.Request) (store.File, error) {
	id, ok := wire.ParseID(wire.FilePrefix, r.PathValue("file_id"))
	if !ok {
		return store.File{}, notFound("File")
	}
	f, err := s.Store.File(r.Context(), project(r), id)
	if errors.Is(err, store.ErrNotFound) {
		return f, notFound("File")
	}
	return f, err
}

func (s *Server) getFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFile(r)
	if err != nil {
		return err
	}
	out, err := s.expandFile(r, f)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) expandFile(r *http.Request, f store.File) (wire.File, error) {
	out := s.fileJSON(r, f)
	if !slices.Contains(listParam(r, "expand"), "download_url") {
		return out, nil
	}
	var err error
	out.DownloadURL, err = s.presigned(r, f, s.LinkLife)
	return out, err
}

func (s *Server) presigned(r *http.Request, f store.File, life time.Duration) (*wire.PresignedURL, error) {
	link, err := s.link(r, job.FileKey(f.ID), life)
	if err != nil {
		return nil, err
	}
	return &wire.PresignedURL{URL: link, ExpiresAt: wire.At(time.Now().Add(life).Truncate(time.Second))}, nil
}

func (s *Server) fileContent(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFile(r)
	if err != nil {
		return err
	}
	life, err := s.linkLife(r)
	if err != nil {
		return err
	}
	out, err := s.presigned(r, f, life)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

// linkLife is how long the link a request asks for works.
func (s *Server) linkLife(r *http.Request) (time.Duration, error) {
	q := r.URL.Query().Get("expires_at_seconds")
	if q == "" {
		return s.LinkLife, nil
	}
	n, err := strconv.Atoi(q)
	if err != nil || n < 1 || n > int(maxLinkLife.Seconds()) {
		return 0, invalidQuery("expires_at_seconds", "value_error", fmt.Sprintf("Value error, give a number of seconds from 1 to %d", int(maxLinkLife.Seconds())))
	}
	return time.Duration(n) * time.Second, nil
}

func (s *Server) deleteFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFile(r)
	if err != nil {
		return err
	}
	err = s.Store.DeleteFile(r.Context(), f.ProjectID, f.ID)
	if errors.Is(err, store.ErrNotFound) {
		return notFound("File")
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return s.Jobs.DropFiles(r.Context())
}

func (s *Server) listFiles(w http.ResponseWriter, r *http.Request) error {
	size, err := pageSize(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	f := store.FileFilter{Name: q.Get("file_name"), ExternalFileID: q.Get("external_file_id"), Limit: size}
	if _, ok := q["file_ids"]; ok {
		f.IDs = fileIDs(listParam(r, "file_ids"))
	}
	return s.writeFiles(w, r, f, q.Get("order_by"), q.Get("page_token"))
}

func (s *Server) queryFiles(w http.ResponseWriter, r *http.Request) error {
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	q, err := wire.DecodeFileQuery(data)
	if err != nil {
		return err
	}
	f := store.FileFilter{Name: q.Filter.FileName, ExternalFileID: q.Filter.ExternalFileID, Limit: defaultPageSize}
	if q.PageSize != nil {
		f.Limit = *q.PageSize
	}
	if q.Filter.FileIDs != nil {
		f.IDs = fileIDs(q.Filter.FileIDs)
	}
	if q.Filter.OnlyManuallyUploaded != nil {
		f.OnlyByHand = *q.Filter.OnlyManuallyUploaded
	}
	if p := strings.TrimPrefix(q.Filter.ProjectID, "prj-"); p != "" && p != project(r) {
		return fault(http.StatusForbidden, "This key gives no access to that project")
	}
	return s.writeFiles(w, r, f, q.OrderBy, q.PageToken)
}

// fileIDs keeps the well-formed ids; others name no file of ours.
func fileIDs(list []string) []string {
	ids := []string{}
	for _, s := range list {
		if id, ok := wire.ParseID(wire.FilePrefix, s); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func (s *Server) writeFiles(w http.ResponseWriter, r *http.Request, f store.FileFilter, order, token string) error {
	var err error
	if f.Order, err = fileOrder(order); err != nil {
		return err
	}
	if f.After, err = pageToken(token, order); err != nil {
		return err
	}
	f.Project = project(r)
	size := f.Limit
	f.Limit++ // one more tells whether there is a next page
	files, err := s.Store.Files(r.Context(), f)
	if err != nil {
		return err
	}
	out := wire.FileList{Items: []wire.File{}}
	if len(files) > size {
		files = files[:size]
		out.NextPageToken = page{f.Order.CursorAfter(files[size-1]), order}.token()
	}
	for _, x := range files {
		item, err := s.expandFile(r, x)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, item)
	}
	return writeJSON(w, http.StatusOK, out)
}

// fileOrder reads "name", "created_at desc" and the like; nothing means the
// newest first.
func fileOrder(s string) (store.Order, error) {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return store.Order{By: "created_at", Desc: true}, nil
	}
	by, dir := fields[0], "asc"
	if len(fields) > 1 {
		dir = strings.ToLower(fields[1])
	}
	if by == "last_modified_at" {
		by = "created_at" // files do not change
	}
	known := by == "name" || by == "id" || by == "created_at"
	if !known || len(fields) > 2 || dir != "asc" && dir != "desc" {
		return store.Order{}, invalidQuery("order_by", "value_error", "Value error, order by name, id or created_at, with desc behind it to turn the order round")
	}
	return store.Order{By: by, Desc: dir == "desc"}, nil
}
