package job

import (
	"context"

	"github.com/riverqueue/river"

	"recto/internal/observe"
)

// Figures are what the database knows of all jobs and of what waits in the queue.
// Both are counted by an index; the table of the queue forgets what is done.
func (r *Runner) Figures(ctx context.Context) (observe.Figures, error) {
	jobs, oldest, err := r.Store.CountJobs(ctx)
	if err != nil {
		return observe.Figures{}, err
	}
	f := observe.Figures{Jobs: jobs, Oldest: oldest}
	rows, err := r.Store.SQL.QueryContext(ctx, `SELECT queue, CAST(state AS text), count(*) FROM river_job
		WHERE state IN ('available', 'retryable', 'running') GROUP BY queue, state`)
	if err != nil {
		return f, err
	}
	defer rows.Close()
	for _, q := range queues {
		f.Queue = append(f.Queue, observe.QueueLength{Queue: q, State: "available"})
	}
	for rows.Next() {
		var l observe.QueueLength
		if err := rows.Scan(&l.Queue, &l.State, &l.Entries); err != nil {
			return f, err
		}
		f.Queue = append(f.Queue, l)
	}
	return f, rows.Err()
}

// queues are those there are, also when nothing is in them.
var queues = []string{river.QueueDefault, webhookQueue}
