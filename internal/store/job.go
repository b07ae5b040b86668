package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"recto/internal/geom"
)

// Job is one parse job. Status is the truth about it, whatever the queue says.
type Job struct {
	ID             string
	ProjectID      string
	FileID         string // what is parsed: a file …
	SourceURL      string // … or an address
	Name           string
	Tier           string // as asked for
	Version        string // as asked for, "latest" resolved
	Config         string // JSON of the request
	UserMetadata   string // JSON, "" for none
	DedupeKey      string
	IdempotencyKey string

	Status       string
	ErrorMessage string
	Metadata     string // JSON of what is told about the run, "" until then
	QueueID      int64
	Attempt      int64 // grows with every start; results of an older attempt do not count
	CreatedAt    time.Time
	UpdatedAt    time.Time
	StartedAt    time.Time
	FinishedAt   time.Time
	ExpiredAt    time.Time // when its results were removed

	Split      string // JSON about its division into parts, "" for none
	PagesDone  int    // read so far, by whatever process
	PagesTotal int    // 0 until the document is open, or as long as it takes no time
}

const jobColumns = `id, project_id, file_id, source_url, name, tier, version, config, user_metadata, dedupe_key, idempotency_key,
	status, error_message, job_metadata, queue_id, attempt, created_at, updated_at, started_at, finished_at, expired_at, split, pages_done, pages_total`

func scanJob(s scanner) (Job, error) {
	var j Job
	var created, updated, started, finished, expired int64
	err := s.Scan(&j.ID, &j.ProjectID, &j.FileID, &j.SourceURL, &j.Name, &j.Tier, &j.Version, &j.Config, &j.UserMetadata, &j.DedupeKey, &j.IdempotencyKey,
		&j.Status, &j.ErrorMessage, &j.Metadata, &j.QueueID, &j.Attempt, &created, &updated, &started, &finished, &expired, &j.Split, &j.PagesDone, &j.PagesTotal)
	j.CreatedAt, j.UpdatedAt, j.StartedAt, j.FinishedAt, j.ExpiredAt = fromMicros(created), fromMicros(updated), fromMicros(started), fromMicros(finished), fromMicros(expired)
	return j, one(err)
}

// AddJobTx records a pending job.
func AddJobTx(ctx context.Context, tx *sql.Tx, j Job) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO parse_job (id, project_id, file_id, source_url, name, tier, version, config, user_metadata,
		dedupe_key, idempotency_key, status, queue_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'PENDING', $12, $13, $13)`,
		j.ID, j.ProjectID, j.FileID, j.SourceURL, j.Name, j.Tier, j.Version, j.Config, j.UserMetadata, j.DedupeKey, j.IdempotencyKey, j.QueueID, micros(j.CreatedAt))
	return err
}

// SetQueueTx ties a job to its entry in the queue.
func SetQueueTx(ctx context.Context, tx *sql.Tx, id string, queueID int64) error {
	return changed(tx.ExecContext(ctx, `UPDATE parse_job SET queue_id = $2 WHERE id = $1`, id, queueID))
}

// RecentJobTx returns the newest job with the dedupe key that was created since
// and did not go wrong.
func RecentJobTx(ctx context.Context, tx *sql.Tx, project, dedupeKey string, since time.Time) (Job, error) {
	return scanJob(tx.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM parse_job WHERE project_id = $1 AND dedupe_key = $2 AND created_at >= $3
		AND status IN ('PENDING', 'RUNNING', 'COMPLETED') ORDER BY created_at DESC LIMIT 1`, project, dedupeKey, micros(since)))
}

// IdempotentJobTx returns the job that was created under the key since.
func IdempotentJobTx(ctx context.Context, tx *sql.Tx, project, key string, since time.Time) (Job, error) {
	return scanJob(tx.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM parse_job WHERE project_id = $1 AND idempotency_key = $2 AND created_at >= $3
		ORDER BY created_at DESC LIMIT 1`, project, key, micros(since)))
}

// Job returns a job of the project.
func (d *DB) Job(ctx context.Context, project, id string) (Job, error) {
	return scanJob(d.SQL.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM parse_job WHERE project_id = $1 AND id = $2`, project, id))
}

// AnyJob returns a job of any project, for those who work on it.
func (d *DB) AnyJob(ctx context.Context, id string) (Job, error) {
	return scanJob(d.SQL.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM parse_job WHERE id = $1`, id))
}

// JobFilter chooses jobs of a project, the newest first. Zero fields do not count.
type JobFilter struct {
	Project  string
	Status   string
	Statuses []string // nil for all
	IDs      []string // nil for all, empty for none
	From     time.Time
	To       time.Time // inclusive
	After    *Cursor
	Limit    int
}

// CursorAfterJob returns the place behind the job.
func CursorAfterJob(j Job) Cursor { return Cursor{At: micros(j.CreatedAt), ID: j.ID} }

// Jobs lists jobs.
func (d *DB) Jobs(ctx context.Context, f JobFilter) ([]Job, error) {
	w := where{}
	w.add(`project_id = %s`, f.Project)
	if f.Status != "" {
		w.add(`status = %s`, f.Status)
	}
	if f.Statuses != nil {
		w.in("status", f.Statuses)
	}
	if f.IDs != nil {
		w.in("id", f.IDs)
	}
	if !f.From.IsZero() {
		w.add(`created_at >= %s`, micros(f.From))
	}
	if !f.To.IsZero() {
		w.add(`created_at <= %s`, micros(f.To))
	}
	if f.After != nil {
		w.add(`(created_at, id) < (%s, %s)`, f.After.At, f.After.ID)
	}
	query := fmt.Sprintf(`SELECT %s FROM parse_job WHERE %s ORDER BY created_at DESC, id DESC LIMIT %d`, jobColumns, w.String(), f.Limit)
	return collect(ctx, d.SQL, scanJob, query, w.args...)
}

// StartJobTx marks an unfinished job as running and opens a new attempt. A job
// that is finished meanwhile is ErrNotFound.
func StartJobTx(ctx context.Context, tx *sql.Tx, id string) (Job, error) {
	return scanJob(tx.QueryRowContext(ctx, `UPDATE parse_job SET status = 'RUNNING', attempt = attempt + 1, updated_at = $2, started_at = $2
		WHERE id = $1 AND status IN ('PENDING', 'RUNNING') RETURNING `+jobColumns, id, micros(time.Now())))
}

// IsAttempt reports whether an attempt of a job is the one that counts: the job
// runs, and no later one has begun.
func (d *DB) IsAttempt(ctx context.Context, id string, attempt int64) (bool, error) {
	var n int
	err := d.SQL.QueryRowContext(ctx, `SELECT count(*) FROM parse_job WHERE id = $1 AND attempt = $2 AND status = 'RUNNING'`, id, attempt).Scan(&n)
	return n > 0, err
}

// FinishJobTx sets the final state of a running attempt. ErrNotFound means that
// the job was cancelled, or another attempt has taken over.
func FinishJobTx(ctx context.Context, tx *sql.Tx, id string, attempt int64, status, message, metadata string) error {
	return changed(tx.ExecContext(ctx, `UPDATE parse_job SET status = $3, error_message = $4, job_metadata = $5, updated_at = $6, finished_at = $6
		WHERE id = $1 AND attempt = $2 AND status = 'RUNNING'`, id, attempt, status, message, metadata, micros(time.Now())))
}

// RequeueJob puts an unfinished job back to pending after a stop or an error
// that may pass.
func (d *DB) RequeueJob(ctx context.Context, id string, attempt int64) error {
	_, err := d.SQL.ExecContext(ctx, `UPDATE parse_job SET status = 'PENDING', updated_at = $3 WHERE id = $1 AND attempt = $2 AND status = 'RUNNING'`,
		id, attempt, micros(time.Now()))
	return err
}

// EndJobTx gives an unfinished job a final state whatever its attempt.
// ErrNotFound means that it was finished already.
func EndJobTx(ctx context.Context, tx *sql.Tx, project, id, status, message string) (Job, error) {
	return scanJob(tx.QueryRowContext(ctx, `UPDATE parse_job SET status = $3, error_message = $4, updated_at = $5, finished_at = $5
		WHERE project_id = $1 AND id = $2 AND status IN ('PENDING', 'RUNNING') RETURNING `+jobColumns, project, id, status, message, micros(time.Now())))
}

// UnfinishedJobs lists jobs that have not changed since the time.
func (d *DB) UnfinishedJobs(ctx context.Context, before time.Time) ([]Job, error) {
	return collect(ctx, d.SQL, scanJob, `SELECT `+jobColumns+` FROM parse_job WHERE status IN ('PENDING', 'RUNNING') AND updated_at < $1 ORDER BY created_at LIMIT 1000`, micros(before))
}

// Result is one stored result of a job.
type Result struct {
	Name        string // "markdown.json"
	Blob        string // key in the blob store
	Size        int64
	ContentType string
}

// AddResultTx records a result.
func AddResultTx(ctx context.Context, tx *sql.Tx, job string, r Result) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO result (job_id, name, blob, size, content_type) VALUES ($1, $2, $3, $4, $5)`, job, r.Name, r.Blob, r.Size, r.ContentType)
	return err
}

// Results returns the results of a job by name.
func (d *DB) Results(ctx context.Context, job string) (map[string]Result, error) {
	scan := func(s scanner) (r Result, err error) { return r, s.Scan(&r.Name, &r.Blob, &r.Size, &r.ContentType) }
	list, err := collect(ctx, d.SQL, scan, `SELECT name, blob, size, content_type FROM result WHERE job_id = $1`, job)
	m := make(map[string]Result, len(list))
	for _, r := range list {
		m[r.Name] = r
	}
	return m, err
}

// Image is one saved picture of a job.
type Image struct {
	Position    int // in the order of saving, from 0
	Name        string
	Category    string
	Page        int
	Box         geom.Rect
	WidthPx     int
	HeightPx    int
	Blob        string
	Size        int64
	ContentType string
}

// AddImageTx records a picture.
func AddImageTx(ctx context.Context, tx *sql.Tx, job string, i Image) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO image (job_id, position, name, category, page, x0, y0, x1, y1, width_px, height_px, blob, size, content_type)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		job, i.Position, i.Name, i.Category, i.Page, i.Box.X0, i.Box.Y0, i.Box.X1, i.Box.Y1, i.WidthPx, i.HeightPx, i.Blob, i.Size, i.ContentType)
	return err
}

// Images lists the pictures of a job in the order of saving.
func (d *DB) Images(ctx context.Context, job string) ([]Image, error) {
	scan := func(s scanner) (i Image, err error) {
		return i, s.Scan(&i.Position, &i.Name, &i.Category, &i.Page, &i.Box.X0, &i.Box.Y0, &i.Box.X1, &i.Box.Y1, &i.WidthPx, &i.HeightPx, &i.Blob, &i.Size, &i.ContentType)
	}
	return collect(ctx, d.SQL, scan, `SELECT position, name, category, page, x0, y0, x1, y1, width_px, height_px, blob, size, content_type FROM image WHERE job_id = $1 ORDER BY position`, job)
}

// Beat notes that a worker is alive.
func (d *DB) Beat(ctx context.Context, worker string) error {
	_, err := d.SQL.ExecContext(ctx, `INSERT INTO worker (id, seen) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`, worker, micros(time.Now()))
	return err
}

// Seen returns when each worker was last alive.
func (d *DB) Seen(ctx context.Context) (map[string]time.Time, error) {
	type row struct {
		id   string
		seen int64
	}
	list, err := collect(ctx, d.SQL, func(s scanner) (r row, err error) { return r, s.Scan(&r.id, &r.seen) }, `SELECT id, seen FROM worker`)
	m := make(map[string]time.Time, len(list))
	for _, r := range list {
		m[r.id] = fromMicros(r.seen)
	}
	return m, err
}

// ForgetWorkers removes workers that were not seen since the time.
func (d *DB) ForgetWorkers(ctx context.Context, before time.Time) error {
	_, err := d.SQL.ExecContext(ctx, `DELETE FROM worker WHERE seen < $1`, micros(before))
	return err
}
