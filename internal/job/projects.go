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

// purgeProject goes from batch to batch, and after a crash on from where it was.
func (r *Runner) purgeProject(ctx context.Context, id string) error {
	for {
		jobs, err := r.Store.ProjectJobs(ctx, id, batch)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if err := r.purgeJob(ctx, j); err != nil {
				return err
			}
		}
		if len(jobs) < batch {
			break
		}
	}
	for {
		files, err := r.Store.ProjectFiles(ctx, id, batch)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := r.Blobs.Delete(ctx, FileKey(f)); err != nil {
				return err
			}
			if err := r.Store.DropFile(ctx, f); err != nil {
				return err
			}
		}
		if len(files) < batch {
			break
		}
	}
	return r.Store.Tx(ctx, func(tx *sql.Tx) error { return store.DropProjectTx(ctx, tx, id) })
}

func (r *Runner) purgeJob(ctx context.Context, j store.Leftover) error {
	err := r.Store.Tx(ctx, func(tx *sql.Tx) error {
		messages, err := store.DropJobTx(ctx, tx, j.ID)
		if err != nil {
			return err
		}
		if !j.Live {
			return r.unqueueTx(ctx, tx, append(messages, j.Queue))
		}
		if _, err := r.queue.JobCancelTx(ctx, tx, j.Queue); err != nil && !errors.Is(err, river.ErrNotFound) {
			return err
		}
		return r.unqueueTx(ctx, tx, messages)
	})
	if err != nil {
		return err
	}
	return r.Blobs.DeleteAll(ctx, Folder(j.ID))
}
