package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Part is some pages of a job's document that are read by themselves.
type Part struct {
	JobID    string
	Pages    []int // ascending, never empty; the first of them names the part
	State    PartState
	Priority int   // in the queue
	QueueID  int64 // of its entry there, while it is queued
	Attempt  int64 // grows with every start; what an older attempt makes does not count
}

// PartState says how far a part is.
type PartState string

// The states of a part.
const (
	PartWaiting PartState = "WAITING" // not in the queue yet
	PartQueued  PartState = "QUEUED"  // in the queue, or running
	PartDone    PartState = "DONE"
)

const partColumns = `job_id, pages, state, priority, queue_id, attempt`

func scanPart(s scanner) (Part, error) {
	var p Part
	var pages string
	if err := s.Scan(&p.JobID, &pages, &p.State, &p.Priority, &p.QueueID, &p.Attempt); err != nil {
		return p, one(err)
	}
	if err := json.Unmarshal([]byte(pages), &p.Pages); err != nil || len(p.Pages) == 0 {
		return p, fmt.Errorf("pages of a part: %q: %w", pages, err)
	}
	return p, nil
}

// HoldJobTx makes sure that a job is not finished and stays so until the end of
// the transaction; what others do about it waits. ErrNotFound means that it is
// finished, or deleted.
func HoldJobTx(ctx context.Context, tx *sql.Tx, id string) (Job, error) {
	return scanJob(tx.QueryRowContext(ctx, `UPDATE parse_job SET updated_at = $2 WHERE id = $1 AND status IN ('PENDING', 'RUNNING') RETURNING `+jobColumns,
		id, micros(time.Now())))
}

// SplitJobTx notes how the document of a running attempt is divided. ErrNotFound
// means that the job was cancelled, or another attempt has taken over.
func SplitJobTx(ctx context.Context, tx *sql.Tx, id string, attempt int64, split string, pages int) error {
	return changed(tx.ExecContext(ctx, `UPDATE parse_job SET split = $3, pages_total = $4, updated_at = $5 WHERE id = $1 AND attempt = $2 AND status = 'RUNNING'`,
		id, attempt, split, pages, micros(time.Now())))
}

// AddPartTx records a part that waits.
func AddPartTx(ctx context.Context, tx *sql.Tx, p Part) error {
	pages, err := json.Marshal(p.Pages)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO part (job_id, first_page, pages, state) VALUES ($1, $2, $3, 'WAITING')`, p.JobID, p.Pages[0], string(pages))
	return err
}

// QueuePartTx notes the entry of a part in the queue. ErrNotFound means that the
// part is done, or not there.
func QueuePartTx(ctx context.Context, tx *sql.Tx, p Part) error {
	return changed(tx.ExecContext(ctx, `UPDATE part SET state = 'QUEUED', queue_id = $3, priority = $4 WHERE job_id = $1 AND first_page = $2 AND state <> 'DONE'`,
		p.JobID, p.Pages[0], p.QueueID, p.Priority))
}

// WaitingPartTx returns the first part that is not in the queue yet.
func WaitingPartTx(ctx context.Context, tx *sql.Tx, job string) (Part, error) {
	return scanPart(tx.QueryRowContext(ctx, `SELECT `+partColumns+` FROM part WHERE job_id = $1 AND state = 'WAITING' ORDER BY first_page LIMIT 1`, job))
}

// StartPart opens a new attempt at a part, of which the queue has this entry.
// ErrNotFound means that there is nothing to do for that entry.
func (d *DB) StartPart(ctx context.Context, job string, first int, queueID int64) (Part, error) {
	return scanPart(d.SQL.QueryRowContext(ctx, `UPDATE part SET attempt = attempt + 1, pages_done = 0
		WHERE job_id = $1 AND first_page = $2 AND queue_id = $3 AND state = 'QUEUED' RETURNING `+partColumns, job, first, queueID))
}

// FinishPartTx marks a part as done. ErrNotFound means that another attempt has
// taken over.
func FinishPartTx(ctx context.Context, tx *sql.Tx, p Part) error {
	return changed(tx.ExecContext(ctx, `UPDATE part SET state = 'DONE', pages_done = $4 WHERE job_id = $1 AND first_page = $2 AND attempt = $3 AND state = 'QUEUED'`,
		p.JobID, p.Pages[0], p.Attempt, len(p.Pages)))
}

// DropPartTx removes a part that is not done, for others in its place. ErrNotFound
// means that another attempt has taken over.
func DropPartTx(ctx context.Context, tx *sql.Tx, p Part) error {
	return changed(tx.ExecContext(ctx, `DELETE FROM part WHERE job_id = $1 AND first_page = $2 AND attempt = $3 AND state <> 'DONE'`, p.JobID, p.Pages[0], p.Attempt))
}

// DropPartsTx removes all parts of a job and returns those that are in the queue.
func DropPartsTx(ctx context.Context, tx *sql.Tx, job string) ([]Part, error) {
	queued, err := collect(ctx, tx, scanPart, `SELECT `+partColumns+` FROM part WHERE job_id = $1 AND state = 'QUEUED'`, job)
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM part WHERE job_id = $1`, job)
	return queued, err
}

// PartsLeftTx counts the parts of a job that are not done.
func PartsLeftTx(ctx context.Context, tx *sql.Tx, job string) (n int, err error) {
	return n, tx.QueryRowContext(ctx, `SELECT count(*) FROM part WHERE job_id = $1 AND state <> 'DONE'`, job).Scan(&n)
}

// Parts returns the parts of a job in the order of their pages.
func (d *DB) Parts(ctx context.Context, job string) ([]Part, error) {
	return collect(ctx, d.SQL, scanPart, `SELECT `+partColumns+` FROM part WHERE job_id = $1 ORDER BY first_page`, job)
}

// AdvancePart notes how many pages of a part are read.
func (d *DB) AdvancePart(ctx context.Context, p Part, done int) error {
	_, err := d.SQL.ExecContext(ctx, `UPDATE part SET pages_done = $4 WHERE job_id = $1 AND first_page = $2 AND attempt = $3 AND state = 'QUEUED'`, p.JobID, p.Pages[0], p.Attempt, done)
	return err
}

// AdvanceParts notes how many pages of a job are read in all its parts, and
// returns how many of how many.
func (d *DB) AdvanceParts(ctx context.Context, job string) (done, total int, err error) {
	err = one(d.SQL.QueryRowContext(ctx, `UPDATE parse_job SET pages_done = (SELECT COALESCE(SUM(pages_done), 0) FROM part WHERE job_id = $1)
		WHERE id = $1 AND status = 'RUNNING' RETURNING pages_done, pages_total`, job).Scan(&done, &total))
	return done, total, err
}

// AdvanceJob notes how many pages of a running attempt are read.
func (d *DB) AdvanceJob(ctx context.Context, id string, attempt int64, done, total int) error {
	_, err := d.SQL.ExecContext(ctx, `UPDATE parse_job SET pages_done = $3, pages_total = $4 WHERE id = $1 AND attempt = $2 AND status = 'RUNNING'`, id, attempt, done, total)
	return err
}
