package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/fetch"
	"recto/internal/format"
	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/wire"
)

const (
	maxFields   = 1 << 20 // all form fields beside the file together, in bytes
	sniffBytes  = 1024    // what format.Detect wants to see
	maxFileName = 3000
	// perField is what a field costs besides its name and content.
	perField = 64
	// maxExternalID bounds external_file_id, in characters.
	maxExternalID = 1000
)

// upload is a received form: the file is stored, its row is not yet.
type upload struct {
	file   *store.File // nil when there was none
	fields url.Values
}

// receive reads a multipart form in any order of parts. The file goes straight
// to the blob store, so that memory does not grow with it. The caller discards
// the upload when it does not record the file.
func (s *Server) receive(r *http.Request) (*upload, error) {
	// What is no part of the form ends somewhere, too.
	r.Body = http.MaxBytesReader(nil, r.Body, s.MaxUpload+2*maxFields)
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, fault(http.StatusBadRequest, "Send multipart/form-data with a part named file")
	}
	if err := s.Blobs.CheckRoom(r.ContentLength); err != nil {
		return nil, err
	}
	u := &upload{fields: url.Values{}}
	left := int64(maxFields)
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return u, nil
		}
		if err == nil {
			err = s.receivePart(r.Context(), u, part, project(r), &left, r.ContentLength)
		} else {
			err = broken(err, "The form is damaged or incomplete")
		}
		if err != nil {
			s.discard(r.Context(), u)
			return nil, err
		}
	}
}

func (s *Server) receivePart(ctx context.Context, u *upload, part *multipart.Part, project string, left *int64, size int64) error {
	name := part.FormName()
	if name == "file" || name == "upload_file" { // the second is what v1 calls it
		if u.file != nil {
			return fault(http.StatusBadRequest, "Send one file at a time")
		}
		var err error
		u.file, err = s.storeFile(ctx, project, part.FileName(), part, size)
		return err
	}
	data, err := io.ReadAll(io.LimitReader(part, *left+1))
	if err != nil {
		return broken(err, "The form is damaged or incomplete")
	}
	if *left -= int64(len(data) + len(name) + perField); *left < 0 {
		return fault(http.StatusRequestEntityTooLarge, "Form fields are too large")
	}
	u.fields.Add(name, string(data))
	return nil
}

// storeFile writes one file to the blob store. The size is what was announced, 0
// or less for nothing.
func (s *Server) storeFile(ctx context.Context, project, name string, from io.Reader, size int64) (*store.File, error) {
	return s.storeFileAs(ctx, uuid.NewString(), project, name, from, size)
}

// storeFileAs is storeFile for an id that was given out before.
func (s *Server) storeFileAs(ctx context.Context, id, project, name string, from io.Reader, size int64) (*store.File, error) {
	name = baseName(name)
	if name == "" {
		return nil, fault(http.StatusBadRequest, "File must have a filename.")
	}
	if bad := badName(name); bad != "" {
		return nil, fault(http.StatusBadRequest, bad)
	}
	head := make([]byte, sniffBytes)
	n, err := io.ReadFull(from, head)
	head = head[:n]
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault(http.StatusBadRequest, "Uploaded file is empty.")
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, broken(err, "The form is damaged or incomplete")
	}
	f := &store.File{
		ID: id, ProjectID: project, Name: name, CreatedAt: time.Now().UTC(),
		ContentType: contentType(name, head), FileType: strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")),
	}
	// Cancelled before it is closed, the writer leaves nothing behind.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	key := job.FileKey(f.ID)
	w, err := s.Blobs.Create(ctx, key, blob.Kind{ContentType: f.ContentType, FileName: name, Upload: true, Size: size})
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	body := &body{r: io.MultiReader(strings.NewReader(string(head)), from)}
	f.Size, err = io.Copy(io.MultiWriter(h, w), io.LimitReader(body, s.MaxUpload+1))
	switch {
	case errors.Is(body.err, fetch.ErrTooLarge):
		err = fault(http.StatusRequestEntityTooLarge, fmt.Sprintf("The file is larger than %d bytes", s.MaxUpload))
	case body.err != nil:
		err = broken(body.err, "The form is damaged or incomplete")
	case err == nil && f.Size > s.MaxUpload:
		err = fault(http.StatusRequestEntityTooLarge, fmt.Sprintf("The file is larger than %d bytes", s.MaxUpload))
	}
	if err != nil {
		cancel()
		w.Close() // its error is that it was cancelled
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f, s.Blobs.Sync(key)
}

// body keeps the errors of reading apart from those of writing.
type body struct {
	r   io.Reader
	err error
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// discard removes what was received for nothing.
func (s *Server) discard(ctx context.Context, u *upload) {
	if u == nil || u.file == nil {
		return
	}
	if err := s.Blobs.Delete(context.WithoutCancel(ctx), job.FileKey(u.file.ID)); err != nil {
		s.Log.Error("discard upload", "file", u.file.ID, "err", err)
	}
}

// badName says what is wrong with the name of a file, "" for nothing. It goes
// into headers and lists.
func badName(name string) string {
	if len(name) > maxFileName || !utf8.ValidString(name) {
		return fmt.Sprintf("The file name must be UTF-8 of at most %d bytes", maxFileName)
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return "The file name must not hold control characters"
	}
	return ""
}

// checkExternalID refuses what is too long to be an id.
func checkExternalID(id, where string) error {
	if utf8.RuneCountInString(id) <= maxExternalID {
		return nil
	}
	return wire.Invalid{{Type: "string_too_long", Loc: []any{where, "external_file_id"}, Msg: fmt.Sprintf("String should have at most %d characters", maxExternalID)}}
}

// baseName drops folders in the notation of either world.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." {
		return ""
	}
	return name
}

// contentType names the kind of file by its content; clients send
// application/octet-stream for everything.
func contentType(name string, head []byte) string {
	if format.Detect(name, head) == format.PDF {
		return "application/pdf"
	}
	return http.DetectContentType(head)
}
