package job

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"recto/internal/blob"
	"recto/internal/store"
)

const (
	// orphanGrace is how old bytes are that no row names before they go: longer
	// than any upload or job takes, whose rows come last.
	orphanGrace = 24 * time.Hour
	// namedOrphans is how many missing blobs the log names.
	namedOrphans = 10
)

// Orphans is what a comparison of the rows with the bytes has found.
type Orphans struct {
	Removed int      // blobs without a row
	Temp    int      // temporary files and unfinished uploads
	Strange int      // blobs of names that are not ours, left alone
	Missing []string // blobs that rows name and that are not there
}

// SweepOrphans removes bytes that no row names and reports rows whose bytes are
// gone. It never touches bytes that belong to another database: a bucket that
// two share by mistake would lose what the other has.
func (r *Runner) SweepOrphans(ctx context.Context, now time.Time) (Orphans, error) {
	s := orphanage{Runner: r, before: now.Add(-orphanGrace)}
	err := r.Blobs.Claim(ctx, r.Store.Organization.ID)
	if errors.Is(err, blob.ErrOwner) {
		r.Log.Error("nothing is removed from the storage; if no other database uses it any more, delete the object named owner", "err", err)
		return s.Orphans, nil
	}
	if err != nil {
		return s.Orphans, err
	}
	if s.Temp, err = r.Blobs.SweepTemp(ctx, s.before); err != nil {
		return s.Orphans, err
	}
	if err := s.files(ctx); err != nil {
		return s.Orphans, err
	}
	if err := s.jobs(ctx); err != nil {
		return s.Orphans, err
	}
	if s.Removed+s.Temp+s.Strange > 0 {
		r.Log.Info("removed bytes that nothing names", "blobs", s.Removed, "temporary", s.Temp, "left alone", s.Strange)
	}
	if n := len(s.Missing); n > 0 {
		r.Log.Error("bytes are missing: ask for these documents again, or restore the storage from a backup", "blobs", n, "first", s.Missing[:min(n, namedOrphans)])
	}
	return s.Orphans, nil
}

// orphanage goes through the list of blobs and that of rows side by side: both
// are sorted, so neither is in memory whole.
type orphanage struct {
	*Runner
	Orphans

	before time.Time // only what is older counts
	from   string    // id up to which all is compared
}

// remove removes a blob that no row names, unless it is young.
func (s *orphanage) remove(ctx context.Context, o blob.Object) error {
	if !o.Modified.Before(s.before) {
		return nil
	}
	s.Removed++
	return s.Blobs.Delete(ctx, o.Key)
}

func (s *orphanage) files(ctx context.Context) error {
	s.from = ""
	var held []blob.Object
	err := s.Blobs.Walk(ctx, "files/", func(o blob.Object) error {
		if !isID(path.Base(o.Key)) || FileKey(path.Base(o.Key)) != o.Key {
			s.Strange++
			return nil
		}
		if held = append(held, o); len(held) < batch {
			return nil
		}
		err := s.compareFiles(ctx, held, path.Base(o.Key))
		held = nil
		return err
	})
	if err != nil {
		return err
	}
	return s.compareFiles(ctx, held, "")
}

// compareFiles compares the blobs with the rows up to an id; "" is the end.
func (s *orphanage) compareFiles(ctx context.Context, held []blob.Object, upTo string) error {
	named := map[string]bool{}
	for after := s.from; ; {
		ids, err := s.Store.FilesBetween(ctx, after, upTo, batch)
		if err != nil {
			return err
		}
		for _, id := range ids {
			named[id] = true
		}
		if len(ids) < batch {
			break
		}
		after = ids[len(ids)-1]
	}
	s.from = upTo
	for _, o := range held {
		if id := path.Base(o.Key); named[id] {
			delete(named, id)
		} else if err := s.remove(ctx, o); err != nil {
			return err
		}
	}
	// Rows that came after their bytes were listed are no loss.
	for id := range named {
		if err := s.miss(ctx, FileKey(id)); err != nil {
			return err
		}
	}
	return nil
}

// miss reports a blob that was not in the list, if it is not there now and its
// row still is.
func (s *orphanage) miss(ctx context.Context, key string) error {
	there, err := s.Blobs.Exists(ctx, key)
	if err != nil || there {
		return err
	}
	if id, ok := strings.CutPrefix(key, "files/"); ok {
		f, err := s.Store.JobFile(ctx, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && !f.DeletedAt.IsZero() {
			return nil
		}
		if err != nil {
			return err
		}
	}
	s.Missing = append(s.Missing, key)
	return nil
}

func (s *orphanage) jobs(ctx context.Context) error {
	s.from = ""
	var held []blob.Object
	last, groups := "", 0
	err := s.Blobs.Walk(ctx, "jobs/", func(o blob.Object) error {
		id, _, ok := strings.Cut(strings.TrimPrefix(o.Key, "jobs/"), "/")
		if !ok || !isID(id) {
			s.Strange++
			return nil
		}
		if id != last {
			if groups++; groups > batch {
				if err := s.compareJobs(ctx, held, last); err != nil {
					return err
				}
				held, groups = nil, 1
			}
			last = id
		}
		held = append(held, o)
		return nil
	})
	if err != nil {
		return err
	}
	return s.compareJobs(ctx, held, "")
}

// compareJobs does the same for jobs. An unfinished job may have any bytes below
// its folder, a finished one those that its rows name.
func (s *orphanage) compareJobs(ctx context.Context, held []blob.Object, upTo string) error {
	for after := s.from; ; {
		jobs, err := s.Store.JobsBetween(ctx, after, upTo, batch)
		if err != nil {
			return err
		}
		full := len(jobs) == batch
		for _, j := range jobs {
			for len(held) > 0 && jobOf(held[0]) < j.ID {
				if err := s.remove(ctx, held[0]); err != nil {
					return err
				}
				held = held[1:]
			}
			n := slices.IndexFunc(held, func(o blob.Object) bool { return jobOf(o) != j.ID })
			if n < 0 {
				n = len(held)
			}
			if err := s.compareJob(ctx, j, held[:n]); err != nil {
				return err
			}
			held = held[n:]
		}
		if !full {
			break
		}
		after = jobs[len(jobs)-1].ID
	}
	s.from = upTo
	for _, o := range held {
		if err := s.remove(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (s *orphanage) compareJob(ctx context.Context, j store.JobBlobs, held []blob.Object) error {
	if j.Live {
		return nil
	}
	named := map[string]bool{}
	for _, key := range j.Blobs {
		named[key] = true
	}
	for _, o := range held {
		if named[o.Key] {
			delete(named, o.Key)
		} else if err := s.remove(ctx, o); err != nil {
			return err
		}
	}
	for _, key := range j.Blobs {
		if !named[key] {
			continue
		}
		// It may have been deleted since the list was made.
		still, err := s.Store.NamesBlob(ctx, j.ID, key)
		if err == nil && still {
			err = s.miss(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func jobOf(o blob.Object) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(o.Key, "jobs/"), "/")
	return id
}

// isID reports whether a name is one that we give.
func isID(name string) bool {
	id, err := uuid.Parse(name)
	return err == nil && id.String() == name
}
