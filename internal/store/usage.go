package store

import (
	"context"
	"database/sql"
	"time"
)

// monthOf names the calendar month of a time, in UTC.
func monthOf(t time.Time) string { return t.UTC().Format("2006-01") }

// CountPagesTx adds a job's pages to what its project had parsed this month.
func CountPagesTx(ctx context.Context, tx *sql.Tx, project string, pages int, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO page_count (project_id, month, pages, jobs) SELECT id, $2, $3, 1 FROM project WHERE id = $1
		ON CONFLICT (project_id, month) DO UPDATE SET pages = page_count.pages + excluded.pages, jobs = page_count.jobs + 1`, project, monthOf(now), pages)
	return err
}

// Usage is what a project has used and has under way.
type Usage struct {
	Month   string // "2026-11", UTC
	Pages   int64  // parsed this month; what came from the cache does not count
	Jobs    int64  // completed this month
	Pending int64
	Running int64
	Files   int64
	Bytes   int64 // of the files
}

// Usage counts what a project uses.
func (d *DB) Usage(ctx context.Context, project string, now time.Time) (Usage, error) {
	u := Usage{Month: monthOf(now)}
	err := d.SQL.QueryRowContext(ctx, `SELECT
		(SELECT coalesce(sum(pages), 0) FROM page_count WHERE project_id = $1 AND month = $2),
		(SELECT coalesce(sum(jobs), 0) FROM page_count WHERE project_id = $1 AND month = $2),
		(SELECT count(*) FROM parse_job WHERE project_id = $1 AND status = 'PENDING'),
		(SELECT count(*) FROM parse_job WHERE project_id = $1 AND status = 'RUNNING'),
		(SELECT count(*) FROM file WHERE project_id = $1 AND deleted_at = 0),
		(SELECT coalesce(sum(size), 0) FROM file WHERE project_id = $1 AND deleted_at = 0)`, project, u.Month).
		Scan(&u.Pages, &u.Jobs, &u.Pending, &u.Running, &u.Files, &u.Bytes)
	return u, err
}

// MonthPagesTx is how many pages a project had parsed this month.
func MonthPagesTx(ctx context.Context, tx *sql.Tx, project string, now time.Time) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(sum(pages), 0) FROM page_count WHERE project_id = $1 AND month = $2`, project, monthOf(now)).Scan(&n)
	return n, err
}

// OpenJobsTx is how many jobs of a project are not finished.
func OpenJobsTx(ctx context.Context, tx *sql.Tx, project string) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM parse_job WHERE project_id = $1 AND status IN ('PENDING', 'RUNNING')`, project).Scan(&n)
	return n, err
}

// Queue is what waits and what is worked on, of all projects.
type Queue struct {
	Pending int64
	Running int64
	Oldest  time.Time // when the pending job that waits longest was made, zero when none waits
}

// Queue counts the unfinished jobs of all projects.
func (d *DB) Queue(ctx context.Context) (Queue, error) {
	var q Queue
	var oldest int64
	err := d.SQL.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM parse_job WHERE status = 'PENDING'), (SELECT count(*) FROM parse_job WHERE status = 'RUNNING'),
		(SELECT coalesce(min(created_at), 0) FROM parse_job WHERE status = 'PENDING')`).Scan(&q.Pending, &q.Running, &oldest)
	q.Oldest = fromMicros(oldest)
	return q, err
}
