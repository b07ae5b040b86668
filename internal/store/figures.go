package store

import (
	"context"
	"time"
)

// CountJobs returns how many jobs are in each state, those of none included, and
// when the oldest of those that wait was created, zero when none waits.
func (d *DB) CountJobs(ctx context.Context) (byState map[string]int64, oldest time.Time, err error) {
	byState = map[string]int64{"PENDING": 0, "RUNNING": 0, "COMPLETED": 0, "FAILED": 0, "CANCELLED": 0}
	rows, err := d.SQL.QueryContext(ctx, `SELECT status, count(*) FROM parse_job GROUP BY status`)
	if err != nil {
		return nil, oldest, err
	}
	defer rows.Close()
	for rows.Next() {
		var status string
		var n int64
		if err := rows.Scan(&status, &n); err != nil {
			return nil, oldest, err
		}
		byState[status] = n
	}
	if err := rows.Err(); err != nil {
		return nil, oldest, err
	}
	var created int64
	err = d.SQL.QueryRowContext(ctx, `SELECT coalesce(min(created_at), 0) FROM parse_job WHERE status = 'PENDING'`).Scan(&created)
	return byState, fromMicros(created), err
}
