package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/fetch"
	"recto/internal/store"
	"recto/internal/wire"
)

// UploadRoute is where the addresses lead to that PUT /api/v1/files gives out.
const UploadRoute = "/upload"

// legacyFileRoutes are the files API of v1.
var legacyFileRoutes = []route{
	{"POST", "/api/v1/files", (*Server).legacyCreateFile, false, operation{
		id: "createFileV1", summary: "Upload a file (v1)", form: []string{"upload_file"}, query: []string{"external_file_id"}, reply: wire.LegacyFile{}}},
	{"PUT", "/api/v1/files", (*Server).legacyTicket, false, operation{
		id: "fileTicketV1", summary: "Get an address to PUT the bytes of a file to (v1)", body: wire.LegacyFileCreate{}, query: []string{"expires_at_seconds"}, reply: wire.LegacyTicket{}}},
	{"PUT", "/api/v1/files/upload_from_url", (*Server).legacyFromURL, false, operation{
		id: "fileFromURLV1", summary: "Fetch a file from an address (v1)", body: wire.LegacyFileFromURL{}, reply: wire.LegacyFile{}}},
	{"GET", "/api/v1/files/{file_id}", (*Server).legacyGetFile, false, operation{
		id: "getFileV1", summary: "Describe a file (v1)", reply: wire.LegacyFile{}}},
	{"DELETE", "/api/v1/files/{file_id}", (*Server).deleteFile, false, operation{
		id: "deleteFileV1", summary: "Delete a file (v1)", status: 204}},
	{"GET", "/api/v1/files/{file_id}/content", (*Server).fileContent, false, operation{
		id: "fileContentV1", summary: "Get a link to the bytes of a file (v1)", query: []string{"expires_at_seconds"}, reply: wire.PresignedURL{}}},
	{"PUT", UploadRoute, (*Server).putFile, true, operation{
		id: "putFile", summary: "Send the bytes of a file to a signed address", query: []string{"id", "project", "name", "external", "size", "expires", "signature"}, status: 204, also: []int{400, 404, 409, 413}}},
}

func (s *Server) legacyFileJSON(r *http.Request, f store.File) wire.LegacyFile {
	return wire.LegacyFile{
		ID: f.ID, Name: f.Name, ProjectID: f.ProjectID, ExternalFileID: optional(f.ExternalFileID), FileSize: f.Size,
		FileType: optional(f.FileType), Purpose: optional(f.Purpose),
		CreatedAt: wire.At(f.CreatedAt), UpdatedAt: wire.At(f.CreatedAt), LastModifiedAt: wire.At(f.CreatedAt), ExpiresAt: s.expiry(r, f),
	}
}

func (s *Server) legacyCreateFile(w http.ResponseWriter, r *http.Request) error {
	u, err := s.receive(r)
	if err != nil {
		return err
	}
	if u.file == nil {
		return wire.Invalid{{Type: "missing", Loc: []any{"body", "upload_file"}, Msg: "Field required"}}
	}
	u.file.Purpose, u.file.ByHand = "user_data", true
	if u.file.ExternalFileID = r.URL.Query().Get("external_file_id"); u.file.ExternalFileID == "" {
		u.file.ExternalFileID = u.fields.Get("external_file_id")
	}
	err = checkExternalID(u.file.ExternalFileID, "query")
	if err == nil {
		err = s.Store.AddFile(r.Context(), *u.file)
	}
	if err != nil {
		s.discard(r.Context(), u)
		return err
	}
	return writeJSON(w, http.StatusOK, s.legacyFileJSON(r, *u.file))
}

func (s *Server) legacyGetFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.findFile(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.legacyFileJSON(r, f))
}

// legacyTicket gives out an address to send a file to. Everything about the
// file stands in the address, signed; nothing is recorded until the bytes come.
func (s *Server) legacyTicket(w http.ResponseWriter, r *http.Request) error {
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	q, err := wire.DecodeLegacyFileCreate(data)
	if err != nil {
		return err
	}
	if baseName(q.Name) == "" || badName(q.Name) != "" {
		return wire.Invalid{{Type: "value_error", Loc: []any{"body", "name"}, Msg: "Value error, not the name of a file"}}
	}
	if err := checkExternalID(q.ExternalFileID, "body"); err != nil {
		return err
	}
	if q.FileSize != nil && int64(*q.FileSize) > s.MaxUpload {
		return fault(http.StatusRequestEntityTooLarge, fmt.Sprintf("The file is larger than %d bytes", s.MaxUpload))
	}
	life, err := s.linkLife(r)
	if err != nil {
		return err
	}
	id, ticket := uuid.NewString(), url.Values{}
	for name, value := range map[string]string{"id": id, "project": project(r), "name": q.Name, "external": q.ExternalFileID} {
		ticket.Set(name, value)
	}
	if q.FileSize != nil {
		ticket.Set("size", strconv.Itoa(*q.FileSize))
	}
	s.Blobs.Sign(ticket, life)
	return writeJSON(w, http.StatusOK, wire.LegacyTicket{
		FileID: id, URL: s.base(r) + UploadRoute + "?" + ticket.Encode(), ExpiresAt: wire.At(time.Now().Add(life).Truncate(time.Second)),
	})
}

// putFile receives the bytes of a file at a signed address, once.
func (s *Server) putFile(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if err := s.Blobs.Verify(q); errors.Is(err, blob.ErrSignature) {
		return fault(http.StatusForbidden, "The link has expired or was altered: ask for a new one")
	}
	ctx, project, id := r.Context(), q.Get("project"), q.Get("id")
	if _, err := s.Store.Project(ctx, project); errors.Is(err, store.ErrNotFound) {
		return notFound("Project")
	}
	if err := s.unsent(ctx, id); err != nil {
		return err
	}
	if size := q.Get("size"); size != "" && r.ContentLength >= 0 && size != strconv.FormatInt(r.ContentLength, 10) {
		return fault(http.StatusBadRequest, "The file has another size than was announced")
	}
	f, err := s.storeFileAs(ctx, id, project, q.Get("name"), r.Body, r.ContentLength)
	if err != nil {
		return err
	}
	f.ExternalFileID, f.Purpose, f.ByHand = q.Get("external"), "user_data", true
	if err := s.Store.AddFile(ctx, *f); err != nil {
		// With two at once the bytes belong to the other one's file.
		return cmp.Or(s.unsent(ctx, id), err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// unsent complains when the file is there already.
func (s *Server) unsent(ctx context.Context, id string) error {
	_, err := s.Store.JobFile(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return fault(http.StatusConflict, "The file was sent already")
}

// legacyFromURL fetches a file and keeps it.
func (s *Server) legacyFromURL(w http.ResponseWriter, r *http.Request) error {
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	q, err := wire.DecodeLegacyFileFromURL(data)
	if err != nil {
		return err
	}
	limits := s.Jobs.Fetch
	limits.MaxBytes, limits.Timeout = s.MaxUpload, fetchTimeout
	name, body, err := fetch.Open(r.Context(), q.URL, limits)
	switch {
	case errors.Is(err, fetch.ErrTooLarge):
		return fault(http.StatusRequestEntityTooLarge, fmt.Sprintf("The file is larger than %d bytes", s.MaxUpload))
	case err != nil:
		return fault(http.StatusBadRequest, "The address gives no file: "+err.Error())
	}
	defer body.Close()
	if q.Name != "" {
		name = q.Name
	}
	f, err := s.storeFile(r.Context(), project(r), name, body, 0)
	if err != nil {
		return err
	}
	f.Purpose, f.ByHand = "user_data", true
	if err := s.Store.AddFile(r.Context(), *f); err != nil {
		s.discard(r.Context(), &upload{file: f})
		return err
	}
	return writeJSON(w, http.StatusOK, s.legacyFileJSON(r, *f))
}

// fetchTimeout keeps the answer within the minute that clients wait for it.
const fetchTimeout = 50 * time.Second
