package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Erased is what a job leaves outside the tables of this package.
type Erased struct {
	Queue []int64 // entries of the job and of messages about it
	File  string  // came along with the job and is needed no more, "" for none
}

// EraseJobTx removes a finished job and all rows that are about it, messages
// that are still under way included. The file that came along with it is
// deleted, unless another job was made of it. ErrNotFound means that the job is
// not finished, or not there.
func EraseJobTx(ctx context.Context, tx *sql.Tx, project, id string) (Erased, error) {
	var e Erased
	var entry int64
	var file string
	err := tx.QueryRowContext(ctx, `SELECT queue_id, file_id FROM parse_job WHERE project_id = $1 AND id = $2 AND status NOT IN ('PENDING', 'RUNNING')`,
		project, id).Scan(&entry, &file)
	if err != nil {
		return e, one(err)
	}
	if e.Queue, err = eraseRowsTx(ctx, tx, id); err != nil {
		return e, err
	}
	e.Queue = append(e.Queue, entry)
	if file == "" {
		return e, nil
	}
	r, err := tx.ExecContext(ctx, `UPDATE file SET deleted_at = $2 WHERE id = $1 AND by_hand = $3 AND deleted_at = 0
		AND NOT EXISTS (SELECT 1 FROM parse_job WHERE file_id = $1)`, file, micros(time.Now()), false)
	if err != nil {
		return e, err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		e.File = file
		return e, err
	}
	return e, nil
}

// eraseRowsTx removes a job and returns the queue's entries of its messages.
func eraseRowsTx(ctx context.Context, tx *sql.Tx, id string) ([]int64, error) {
	number := func(s scanner) (n int64, err error) { return n, s.Scan(&n) }
	queue, err := collect(ctx, tx, number, `SELECT queue_id FROM webhook_delivery WHERE job_id = $1`, id)
	if err != nil {
		return nil, err
	}
	for _, table := range jobTables {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE job_id = $1`, id); err != nil {
			return nil, err
		}
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM parse_job WHERE id = $1`, id)
	return queue, err
}

// EndedJobs lists jobs of a project that ended before the time, the oldest first.
func (d *DB) EndedJobs(ctx context.Context, project string, before time.Time, limit int) ([]string, error) {
	return collect(ctx, d.SQL, scanText, `SELECT id FROM parse_job WHERE project_id = $1 AND finished_at > 0 AND finished_at < $2
		ORDER BY finished_at, id LIMIT $3`, project, micros(before), limit)
}

// StaleResults lists jobs of a project that ended before the time and still have
// their results.
func (d *DB) StaleResults(ctx context.Context, project string, before time.Time, limit int) ([]string, error) {
	return collect(ctx, d.SQL, scanText, `SELECT id FROM parse_job WHERE project_id = $1 AND finished_at > 0 AND finished_at < $2 AND expired_at = 0
		AND status = 'COMPLETED' ORDER BY finished_at, id LIMIT $3`, project, micros(before), limit)
}

// ExpireResultsTx forgets the results of a finished job and notes that they were
// removed.
func ExpireResultsTx(ctx context.Context, tx *sql.Tx, id string) error {
	for _, table := range []string{"result", "image", "cached_result"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE job_id = $1`, id); err != nil {
			return err
		}
	}
	return changed(tx.ExecContext(ctx, `UPDATE parse_job SET expired_at = $2 WHERE id = $1 AND finished_at > 0`, id, micros(time.Now())))
}

// ExpireFiles deletes some files of a project that were uploaded before the time
// and that no unfinished job needs, and returns how many.
func (d *DB) ExpireFiles(ctx context.Context, project string, before time.Time, limit int) (int64, error) {
	r, err := d.SQL.ExecContext(ctx, `UPDATE file SET deleted_at = $3 WHERE id IN (SELECT id FROM file WHERE project_id = $1 AND deleted_at = 0 AND created_at < $2
		AND NOT EXISTS (SELECT 1 FROM parse_job WHERE parse_job.file_id = file.id AND status IN ('PENDING', 'RUNNING')) ORDER BY created_at, id LIMIT $4)`,
		project, micros(before), micros(time.Now()), limit)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// idRange is the condition on ids behind one up to another; "" is the end.
func idRange(after, upTo string) where {
	w := where{}
	w.add(`id > %s`, after)
	if upTo != "" {
		w.add(`id <= %s`, upTo)
	}
	return w
}

// FilesBetween lists the ids of files behind one id up to another, in order; ""
// is the end. Deleted ones whose bytes are not gone yet are among them.
func (d *DB) FilesBetween(ctx context.Context, after, upTo string, limit int) ([]string, error) {
	w := idRange(after, upTo)
	return collect(ctx, d.SQL, scanText, fmt.Sprintf(`SELECT id FROM file WHERE %s ORDER BY id LIMIT %d`, w.String(), limit), w.args...)
}

// JobBlobs is which blobs a job should have.
type JobBlobs struct {
	ID    string
	Live  bool     // not finished: it may have any
	Blobs []string // of its results and pictures, sorted, each once
}

// JobsBetween lists jobs behind one id up to another, in order; "" is the end.
func (d *DB) JobsBetween(ctx context.Context, after, upTo string, limit int) ([]JobBlobs, error) {
	w := idRange(after, upTo)
	scan := func(s scanner) (j JobBlobs, err error) { return j, s.Scan(&j.ID, &j.Live) }
	jobs, err := collect(ctx, d.SQL, scan, fmt.Sprintf(`SELECT id, status IN ('PENDING', 'RUNNING') FROM parse_job WHERE %s ORDER BY id LIMIT %d`, w.String(), limit), w.args...)
	if err != nil || len(jobs) == 0 {
		return jobs, err
	}
	type row struct{ job, blob string }
	pair := func(s scanner) (r row, err error) { return r, s.Scan(&r.job, &r.blob) }
	rows, err := collect(ctx, d.SQL, pair, `SELECT job_id, blob FROM result WHERE job_id >= $1 AND job_id <= $2
		UNION SELECT job_id, blob FROM image WHERE job_id >= $1 AND job_id <= $2 ORDER BY 1, 2`, jobs[0].ID, jobs[len(jobs)-1].ID)
	i := 0
	for _, r := range rows {
		for i < len(jobs) && jobs[i].ID < r.job {
			i++
		}
		if i < len(jobs) && jobs[i].ID == r.job { // another may have appeared meanwhile
			jobs[i].Blobs = append(jobs[i].Blobs, r.blob)
		}
	}
	return jobs, err
}

// NamesBlob reports whether a result or picture of the job has the key.
func (d *DB) NamesBlob(ctx context.Context, job, key string) (bool, error) {
	list, err := collect(ctx, d.SQL, scanText, `SELECT name FROM result WHERE job_id = $1 AND blob = $2 UNION ALL SELECT name FROM image WHERE job_id = $1 AND blob = $2`, job, key)
	return len(list) > 0, err
}
