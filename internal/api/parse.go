package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"recto/internal/job"
	"recto/internal/store"
	"recto/internal/wire"
)

// maxBody bounds JSON requests, which take twenty times their size in memory
// while they are checked; the longest prompt fits.
const maxBody = 1 << 20

// maxKey bounds an Idempotency-Key, in bytes.
const maxKey = 255

// readBody returns the body of a JSON request.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); err != nil && !tooLarge {
		return nil, broken(err, "The request broke off")
	}
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, wire.Invalid{{Type: "missing", Loc: []any{"body"}, Msg: "Field required"}}
	}
	return data, nil
}

func (s *Server) createJob(w http.ResponseWriter, r *http.Request) error {
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	req, err := s.readRequest(r, data, false)
	if err != nil {
		return err
	}
	if req.FileID == "" {
		return s.startJob(w, r, req, job.NameOf(req.SourceURL), nil)
	}
	id, ok := wire.ParseID(wire.FilePrefix, req.FileID)
	if !ok {
		return notFound("File")
	}
	f, err := s.Store.File(r.Context(), project(r), id)
	if errors.Is(err, store.ErrNotFound) {
		return notFound("File")
	}
	if err != nil {
		return err
	}
	req.FileID, req.HTTPProxy = id, ""
	return s.startJob(w, r, req, f.Name, nil)
}

func (s *Server) uploadJob(w http.ResponseWriter, r *http.Request) error {
	if err := s.Jobs.Admit(r.Context(), callerOf(r).project); err != nil {
		return err // before the file is sent
	}
	u, err := s.receive(r)
	if err != nil {
		return err
	}
	if err := s.startUpload(w, r, u); err != nil {
		s.discard(r.Context(), u)
		return err
	}
	return nil
}

func (s *Server) startUpload(w http.ResponseWriter, r *http.Request, u *upload) error {
	config := u.fields.Get("configuration")
	if config == "" {
		return wire.Invalid{{Type: "missing", Loc: []any{"configuration"}, Msg: "Field required"}}
	}
	req, err := s.readRequest(r, []byte(config), true)
	if err != nil {
		return err
	}
	switch {
	case u.file == nil && req.SourceURL != "":
		return s.startJob(w, r, req, job.NameOf(req.SourceURL), nil)
	case u.file == nil:
		return fault(http.StatusBadRequest, "file field is required for multipart requests.")
	case req.FileID != "" || req.SourceURL != "":
		return wire.Invalid{{Type: "value_error", Loc: []any{"file_id"}, Msg: "Value error, the file is in the form already: leave file_id and source_url out"}}
	}
	u.file.Purpose = "parse"
	return s.startJob(w, r, req, u.file.Name, u)
}

// startJob records a job for a request that is well formed and answers with it.
func (s *Server) startJob(w http.ResponseWriter, r *http.Request, req wire.ParseRequest, name string, u *upload) error {
	j, err := s.recordJob(r, wire.StoredRequest{ParseRequest: req}, name, u)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, jobJSON(j))
}

// recordJob records a job for a request that is well formed, or returns the one
// that the same request has made a moment ago.
func (s *Server) recordJob(r *http.Request, req wire.StoredRequest, name string, u *upload) (store.Job, error) {
	if err := s.accept(req.ParseRequest); err != nil {
		return store.Job{}, err
	}
	if len(r.Header.Get("Idempotency-Key")) > maxKey {
		return store.Job{}, wire.Invalid{{Type: "string_too_long", Loc: []any{"header", "Idempotency-Key"}, Msg: fmt.Sprintf("String should have at most %d characters", maxKey)}}
	}
	hooks, err := s.jobWebhooks(r.Context(), project(r), req.ParseRequest)
	if err != nil {
		return store.Job{}, err
	}
	if l := req.Legacy; l != nil && l.WebhookURL != "" {
		if err := s.checkReceiver(l.WebhookURL, "body"); err != nil {
			return store.Job{}, err
		}
		hooks = append(hooks, store.Webhook{
			URL: l.WebhookURL, Format: string(wire.FormatResult), Events: []string{string(wire.ParseSuccess), string(wire.ParsePartialSuccess)},
		})
	}
	j := store.Job{ID: uuid.NewString(), ProjectID: project(r), FileID: req.FileID, SourceURL: req.SourceURL, Name: name, Tier: string(req.Tier)}
	j.Version, _ = wire.ResolveVersion(req.Tier, req.Version)
	config, err := json.Marshal(req)
	if err != nil {
		return j, err
	}
	fingerprint := credential(r) + "\x00" + string(config)
	hideSecrets(&req.ParseRequest)
	req.InputOptions.PDF.Password = s.Jobs.Seal.Seal(req.InputOptions.PDF.Password)
	if config, err = json.Marshal(req); err != nil {
		return j, err
	}
	j.Config = string(config)
	if len(req.UserMetadata) > 0 {
		meta, err := json.Marshal(req.UserMetadata)
		if err != nil {
			return j, err
		}
		j.UserMetadata = string(meta)
	}
	q := job.Request{Resend: !req.DisableCache, Webhooks: hooks, Limits: s.Jobs.SettingsOf(callerOf(r).project)}
	if u != nil {
		j.FileID, q.File = u.file.ID, u.file
		fingerprint += "\x00" + u.file.SHA256 + "\x00" + name
	}
	sum := sha256.Sum256([]byte(fingerprint))
	j.DedupeKey, j.IdempotencyKey = hex.EncodeToString(sum[:]), r.Header.Get("Idempotency-Key")
	q.Job = j
	created, fresh, err := s.Jobs.Create(r.Context(), q)
	if err != nil {
		return j, err
	}
	if !fresh {
		s.discard(r.Context(), u) // the earlier request brought the same bytes
	}
	return created, nil
}

// accept refuses what this server cannot do.
func (s *Server) accept(req wire.ParseRequest) error {
	if req.SourceURL != "" && req.HTTPProxy != "" {
		return wire.Invalid{{Type: "value_error", Loc: []any{"http_proxy"}, Msg: "Value error, this server fetches addresses itself and allows no proxy"}}
	}
	if req.Tier.NeedsModel() && s.Jobs.Fallback == "" {
		return wire.Invalid{{Type: "value_error", Loc: []any{"tier"}, Msg: fmt.Sprintf(
			"Value error, tier %s needs a vision-language model and none is configured: set RECTO_VLM_URL, or RECTO_AGENTIC_FALLBACK=cost_effective to parse such documents without a model", req.Tier)}}
	}
	return nil
}

// jobJSON is a job as clients see it.
func jobJSON(j store.Job) wire.ParseJob {
	out := wire.ParseJob{
		ID: wire.ID(wire.JobPrefix, j.ID), ProjectID: j.ProjectID, Status: wire.Status(j.Status),
		CreatedAt: wire.At(j.CreatedAt), UpdatedAt: wire.At(j.UpdatedAt),
		ErrorMessage: optional(j.ErrorMessage), Name: optional(j.Name), Tier: optional(j.Tier),
	}
	if j.UserMetadata != "" {
		// It was written by startJob; should it be damaged, the job is worth more.
		_ = json.Unmarshal([]byte(j.UserMetadata), &out.UserMetadata)
	}
	return out
}

// findJob returns the job the path names.
func (s *Server) findJob(r *http.Request) (store.Job, error) {
	id, ok := wire.ParseID(wire.JobPrefix, r.PathValue("job_id"))
	if !ok {
		return store.Job{}, notFound("Parse job")
	}
	j, err := s.Store.Job(r.Context(), project(r), id)
	if errors.Is(err, store.ErrNotFound) {
		return j, notFound("Parse job")
	}
	return j, err
}

func (s *Server) listJobs(w http.ResponseWriter, r *http.Request) error {
	f := store.JobFilter{Project: project(r), Status: r.URL.Query().Get("status")}
	var err error
	if f.Status != "" && !slices.Contains(wire.Status("").Allowed(), f.Status) {
		return invalidQuery("status", "literal_error", "Input should be 'PENDING', 'RUNNING', 'COMPLETED', 'FAILED' or 'CANCELLED'")
	}
	if f.From, err = timeParam(r, "created_at_on_or_after"); err != nil {
		return err
	}
	if f.To, err = timeParam(r, "created_at_on_or_before"); err != nil {
		return err
	}
	if f.After, err = pageToken(r.URL.Query().Get("page_token"), ""); err != nil {
		return err
	}
	size, err := pageSize(r)
	if err != nil {
		return err
	}
	f.Limit = size + 1 // one more tells whether there is a next page
	if ids := listParam(r, "job_ids"); ids != nil {
		f.IDs = []string{}
		for _, s := range ids {
			if id, ok := wire.ParseID(wire.JobPrefix, s); ok {
				f.IDs = append(f.IDs, id)
			}
		}
	}
	jobs, err := s.Store.Jobs(r.Context(), f)
	if err != nil {
		return err
	}
	out := wire.JobList{Items: []wire.ParseJob{}}
	if len(jobs) > size {
		jobs = jobs[:size]
		out.NextPageToken = page{Cursor: store.CursorAfterJob(jobs[size-1])}.token()
	}
	for _, j := range jobs {
		out.Items = append(out.Items, jobJSON(j))
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) cancelJob(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	if j, err = s.Jobs.Cancel(r.Context(), j.ProjectID, j.ID); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, jobJSON(j))
}

func (s *Server) deleteJob(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	err = s.Jobs.Delete(r.Context(), j.ProjectID, j.ID)
	if errors.Is(err, store.ErrNotFound) {
		return notFound("Parse job")
	}
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, wire.DeletedJob{ID: wire.ID(wire.JobPrefix, j.ID), ProjectID: j.ProjectID})
}

func (s *Server) listVersions(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, wire.KnownVersions())
}
