package store

import (
	"context"
	"database/sql"
)

// CacheTx notes that a completed job has the result for a key.
func CacheTx(ctx context.Context, tx *sql.Tx, project, key, job string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO cached_result (project_id, cache_key, job_id) VALUES ($1, $2, $3)
		ON CONFLICT (project_id, cache_key) DO UPDATE SET job_id = excluded.job_id`, project, key, job)
	return err
}

// CachedJob returns the completed job of the project that has the result for a
// key, or ErrNotFound.
func (d *DB) CachedJob(ctx context.Context, project, key string) (Job, error) {
	return scanJob(d.SQL.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM parse_job WHERE project_id = $1 AND status = 'COMPLETED'
		AND id = (SELECT job_id FROM cached_result WHERE project_id = $1 AND cache_key = $2)`, project, key))
}
