package job

import (
	"context"
	"database/sql"
	"errors"

	"github.com/riverqueue/river"

	"recto/internal/store"
)

// PurgeProjects removes everything deleted projects owned. Their running jobs
// are told to stop and clean up after themselves.
func (r *Runner) PurgeProjects(ctx context.Context) error {
	ids, err := r.Store.DeletedProjects(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := r.purgeProject(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) purgeProject(ctx context.Context, id string) error {
	var left store.Leftovers
	err := r.Store.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		if left, err = store.PurgeProjectTx(ctx, tx, id); err != nil {
			return err
		}
		for _, entry := range left.Queue {
			if _, err := r.queue.JobCancelTx(ctx, tx, entry); err != nil && !errors.Is(err, river.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, j := range left.Jobs {
		if err := r.Blobs.DeleteAll(ctx, Folder(j)); err != nil {
			return err
		}
	}
	for _, f := range left.Files {
		if err := r.Blobs.Delete(ctx, FileKey(f)); err != nil {
			return err
		}
	}
	return nil
}
