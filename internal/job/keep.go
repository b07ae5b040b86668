package job

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"recto/internal/store"
)

const (
	// houseEvery is how often each process looks whether there is something to
	// put away; one of them does it.
	houseEvery  = 30 * time.Second
	expireEvery = time.Minute
	orphanEvery = 24 * time.Hour
	// batch is how many rows are looked for at once.
	batch = 200
	// longestKept is how many days are counted; more is for ever.
	longestKept = 100_000
)

// keepHouse removes what is too old, and once a day what nobody names, until ctx
// is done. One process at a time does it, on PostgreSQL under a lock.
func (r *Runner) keepHouse(ctx context.Context) {
	tick := time.NewTicker(houseEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if err := r.keepOnce(ctx, now); err != nil && ctx.Err() == nil {
				r.Log.Error("remove what is too old", "err", err)
			}
		}
	}
}

func (r *Runner) keepOnce(ctx context.Context, now time.Time) error {
	return r.Store.Alone(ctx, "house", func() error {
		due, err := r.Store.Due(ctx, "expire", expireEvery, now)
		if err == nil && due {
			err = r.expire(ctx, now)
		}
		if err != nil {
			return err
		}
		if due, err = r.Store.Due(ctx, "orphans", orphanEvery, now); err != nil || !due {
			return err
		}
		_, err = r.SweepOrphans(ctx, now)
		return err
	})
}

// SettingsOf are the settings that count for a project.
func (r *Runner) SettingsOf(p store.Project) store.Settings { return p.Settings.Within(r.Settings) }

// FileExpiry is when a file is removed because of its age, and false when never.
func (r *Runner) FileExpiry(p store.Project, f store.File) (time.Time, bool) {
	days := r.SettingsOf(p).KeepFiles
	if _, ok := keptSince(days, f.CreatedAt); !ok {
		return time.Time{}, false
	}
	return f.CreatedAt.AddDate(0, 0, int(*days)), true
}

// expire removes files, results and jobs that are older than their project keeps
// them.
func (r *Runner) expire(ctx context.Context, now time.Time) error {
	projects, err := r.Store.Projects(ctx, store.ProjectFilter{})
	if err != nil {
		return err
	}
	for _, p := range projects {
		s := r.SettingsOf(p)
		if before, ok := keptSince(s.KeepJobs, now); ok {
			if err := r.expireJobs(ctx, p.ID, before); err != nil {
				return err
			}
		}
		if before, ok := keptSince(s.KeepResults, now); ok {
			if err := r.expireResults(ctx, p.ID, before); err != nil {
				return err
			}
		}
		if before, ok := keptSince(s.KeepFiles, now); ok {
			if err := r.expireFiles(ctx, p.ID, before); err != nil {
				return err
			}
		}
	}
	return r.dropFiles(ctx)
}

// keptSince returns the time before which things are too old, and false when
// they never are.
func keptSince(days *int64, now time.Time) (time.Time, bool) {
	if days == nil || *days == 0 || *days > longestKept {
		return time.Time{}, false
	}
	return now.AddDate(0, 0, -int(*days)), true
}

func (r *Runner) expireJobs(ctx context.Context, project string, before time.Time) error {
	for {
		ids, err := r.Store.EndedJobs(ctx, project, before, batch)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := r.Delete(ctx, project, id); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		if len(ids) < batch {
			return nil
		}
		r.Log.Info("removed old jobs", "project", project, "jobs", len(ids))
	}
}

func (r *Runner) expireResults(ctx context.Context, project string, before time.Time) error {
	for {
		ids, err := r.Store.StaleResults(ctx, project, before, batch)
		if err != nil {
			return err
		}
		for _, id := range ids {
			err := r.Store.Tx(ctx, func(tx *sql.Tx) error { return store.ExpireResultsTx(ctx, tx, id) })
			if errors.Is(err, store.ErrNotFound) {
				continue // deleted meanwhile
			}
			if err != nil {
				return err
			}
			if err := r.Blobs.DeleteAll(ctx, Folder(id)); err != nil {
				return err
			}
		}
		if len(ids) < batch {
			return nil
		}
		r.Log.Info("removed old results", "project", project, "jobs", len(ids))
	}
}

func (r *Runner) expireFiles(ctx context.Context, project string, before time.Time) error {
	for {
		n, err := r.Store.ExpireFiles(ctx, project, before, batch)
		if err != nil || n < batch {
			return err
		}
		if err := r.dropFiles(ctx); err != nil {
			return err
		}
	}
}
