package job

import (
	"context"
	"database/sql"
	"errors"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"recto/internal/store"
)

// Delete removes a finished job with everything it left: results, pictures, what
// the cache knows of it, messages about it, sent or not, and the file that came
// along with it. Rows go first: after a crash in between there are bytes that
// nobody names, which a later sweep removes, and never a row without its bytes.
func (r *Runner) Delete(ctx context.Context, project, id string) error {
	var e store.Erased
	err := r.Store.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		if e, err = store.EraseJobTx(ctx, tx, project, id); err != nil {
			return err
		}
		return r.unqueueTx(ctx, tx, e.Queue)
	})
	if errors.Is(err, store.ErrNotFound) {
		if _, err := r.Store.Job(ctx, project, id); err != nil {
			return err
		}
		return ErrLive
	}
	if err != nil {
		return err
	}
	if err := r.Blobs.DeleteAll(ctx, Folder(id)); err != nil {
		return err
	}
	if e.File == "" {
		return nil
	}
	return r.dropFile(ctx, e.File)
}

// unqueueTx removes entries from the queue, which may hold what went wrong with
// a document. Those that are being worked on end by themselves.
func (r *Runner) unqueueTx(ctx context.Context, tx *sql.Tx, entries []int64) error {
	for _, id := range entries {
		_, err := r.queue.JobDeleteTx(ctx, tx, id)
		if err != nil && !errors.Is(err, river.ErrNotFound) && !errors.Is(err, rivertype.ErrJobRunning) {
			return err
		}
	}
	return nil
}

// dropFiles removes the bytes of deleted files that no job needs any more.
func (r *Runner) dropFiles(ctx context.Context) error {
	for {
		ids, err := r.Store.UnusedFiles(ctx)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := r.dropFile(ctx, id); err != nil {
				return err
			}
		}
	}
}

// dropFile removes the bytes of a deleted file. Its row goes last and is hidden
// meanwhile: after a crash it is known what is left to do.
func (r *Runner) dropFile(ctx context.Context, id string) error {
	if err := r.Blobs.Delete(ctx, FileKey(id)); err != nil {
		return err
	}
	return r.Store.ForgetFile(ctx, id)
}

// DropFiles removes the bytes of deleted files that no job needs any more.
func (r *Runner) DropFiles(ctx context.Context) error { return r.dropFiles(ctx) }
