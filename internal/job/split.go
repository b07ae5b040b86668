package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"recto/internal/engine"
	"recto/internal/store"
	"recto/internal/task"
)

// A document of many pages is read in parts by all workers, and then assembled:
//
//	parse entry ──► more than PartPages pages: part rows, the first PartsAtOnce of
//	                them in the queue, end of the entry
//	part entry  ──► blob with what was read; the next part into the queue; when none
//	                is left, a parse entry for the assembly
//	parse entry ──► all parts done: the outputs, the end of the job
//
// Each arrow is one transaction. A part that cannot be read is divided into its
// pages, and of these the one that cannot be read is a failed page.

const (
	// defaultPartsAtOnce is more than most installations have workers.
	defaultPartsAtOnce = 16
	// partAttempts bounds how often a part may take its worker down.
	partAttempts = 3
)

// Of the parts of a document that are in the queue one has the priority of a job,
// so that it goes on beside others; the rest wait for what is left, so that it
// starves none.
const (
	likeJobs = 1
	behind   = 2
)

// errInParts means that the document is to be read in parts first.
var errInParts = errors.New("read in parts")

// division is what is remembered of a job whose document is read in parts.
type division struct {
	Format   engine.Format `json:"format"`
	Count    int           `json:"count"`   // pages of the document
	First    int           `json:"first"`   // page to parse: its part tells what the document says of itself
	Started  time.Time     `json:"started"` // when the first attempt began
	Deadline time.Time     `json:"deadline"`
	Allowed  time.Duration `json:"allowed"`
	Cached   string        `json:"cached"` // key of the result in the cache
}

func divisionOf(j store.Job) (d division, err error) {
	if err = json.Unmarshal([]byte(j.Split), &d); err != nil {
		err = fmt.Errorf("read the division: %w", err)
	}
	return d, err
}

// partKey is where what was read of a part is kept. Parts that begin with the same
// page and are not the same have keys of their own.
func partKey(p store.Part) string {
	return fmt.Sprintf("%s%06d-%d", partFolder(p.JobID), p.Pages[0], len(p.Pages))
}

func partFolder(job string) string { return Folder(job) + "parts/" }

// divide notes how the document of a job is divided and ends its entry.
func (w *worker) divide(ctx context.Context, rj *river.Job[parseArgs], r *run) error {
	text, err := json.Marshal(r.division)
	if err != nil {
		return err
	}
	err = w.Store.Tx(ctx, func(tx *sql.Tx) error {
		if err := store.SplitJobTx(ctx, tx, r.job.ID, r.job.Attempt, string(text), len(r.split.Pages)); err != nil {
			return err
		}
		if err := w.addPartsTx(ctx, tx, r.job.ID, evenly(r.split.Pages, w.PartPages)); err != nil {
			return err
		}
		for i := range w.PartsAtOnce {
			if err := w.queueNextTx(ctx, tx, r.job.ID, min(likeJobs+i, behind)); err != nil {
				return err
			}
		}
		_, err := river.JobCompleteTx[riverdriver.Driver[*sql.Tx]](ctx, tx, rj)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return w.dropIfOver(ctx, r)
	}
	return err
}

// evenly divides pages into parts of about the same size, the last not much
// smaller than the others.
func evenly(pages []int, most int) [][]int {
	n := (len(pages) + most - 1) / most
	return slices.Collect(slices.Chunk(pages, (len(pages)+n-1)/n))
}

func (r *Runner) addPartsTx(ctx context.Context, tx *sql.Tx, job string, parts [][]int) error {
	for _, pages := range parts {
		if err := store.AddPartTx(ctx, tx, store.Part{JobID: job, Pages: pages}); err != nil {
			return err
		}
	}
	return nil
}

// queueNextTx puts the next part of a job into the queue, if one waits.
func (r *Runner) queueNextTx(ctx context.Context, tx *sql.Tx, job string, priority int) error {
	p, err := store.WaitingPartTx(ctx, tx, job)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Priority = priority
	return r.queuePartTx(ctx, tx, p)
}

func (r *Runner) queuePartTx(ctx context.Context, tx *sql.Tx, p store.Part) error {
	p.Priority = max(p.Priority, likeJobs)
	in, err := r.queue.InsertTx(ctx, tx, partArgs{ID: p.JobID, First: p.Pages[0]}, &river.InsertOpts{Priority: p.Priority, MaxAttempts: partAttempts})
	if err != nil {
		return fmt.Errorf("enqueue a part: %w", err)
	}
	p.QueueID = in.Job.ID
	return store.QueuePartTx(ctx, tx, p)
}

// goOnTx puts what comes after a part into the queue: the next one, or the
// assembly when none is left.
func (r *Runner) goOnTx(ctx context.Context, tx *sql.Tx, p store.Part) error {
	if err := r.queueNextTx(ctx, tx, p.JobID, p.Priority); err != nil {
		return err
	}
	left, err := store.PartsLeftTx(ctx, tx, p.JobID)
	if err != nil || left > 0 {
		return err
	}
	in, err := r.queue.InsertTx(ctx, tx, parseArgs{ID: p.JobID}, nil)
	if err != nil {
		return fmt.Errorf("enqueue the assembly: %w", err)
	}
	return store.SetQueueTx(ctx, tx, p.JobID, in.Job.ID)
}

// endPartsTx removes the parts of a job that is at its end, and stops those that
// are still read.
func (r *Runner) endPartsTx(ctx context.Context, tx *sql.Tx, job string) error {
	queued, err := store.DropPartsTx(ctx, tx, job)
	if err != nil {
		return err
	}
	for _, p := range queued {
		if _, err := r.queue.JobCancelTx(ctx, tx, p.QueueID); err != nil && !errors.Is(err, river.ErrNotFound) {
			return err
		}
	}
	return nil
}

// openParts opens what was read of a job's document, in the order of its pages.
func (r *run) openParts(ctx context.Context) (io.ReadCloser, error) {
	parts, err := r.Store.Parts(ctx, r.job.ID)
	if err != nil {
		return nil, err
	}
	return &partReader{ctx: ctx, run: r, left: parts}, nil
}

// partReader reads the blobs of parts one after the other.
type partReader struct {
	*run
	ctx  context.Context
	left []store.Part
	at   io.ReadCloser
}

func (p *partReader) Read(b []byte) (int, error) {
	for {
		if p.at == nil {
			if len(p.left) == 0 {
				return 0, io.EOF
			}
			at, err := p.Blobs.Open(p.ctx, partKey(p.left[0]))
			if err != nil {
				return 0, err
			}
			p.at, p.left = at, p.left[1:]
		}
		n, err := p.at.Read(b)
		if errors.Is(err, io.EOF) {
			err = p.Close()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (p *partReader) Close() error {
	if p.at == nil {
		return nil
	}
	err := p.at.Close()
	p.at = nil
	return err
}

// sweepParts puts the parts of a job back into the queue that have lost their
// entries there. It reports whether parts are left, so that the job itself need
// have no entry.
func (r *Runner) sweepParts(ctx context.Context, j store.Job) (left bool, err error) {
	if j.Split == "" {
		return false, nil
	}
	parts, err := r.Store.Parts(ctx, j.ID)
	if err != nil {
		return false, err
	}
	live := 0
	for _, p := range parts {
		if p.State != store.PartQueued {
			left = left || p.State == store.PartWaiting
			continue
		}
		left = true
		alive, worn, err := r.entry(ctx, p.QueueID)
		switch {
		case err != nil:
			return false, err
		case alive:
			live++
			continue
		case worn:
			err = r.giveUp(ctx, j, p, "reading it took its worker down every time it was tried", nil)
		default:
			r.Log.Warn("putting a lost part back into the queue", "job", j.ID, "page", p.Pages[0])
			err = r.Store.Tx(ctx, func(tx *sql.Tx) error {
				if _, err := store.HoldJobTx(ctx, tx, j.ID); err != nil {
					return err
				}
				return r.queuePartTx(ctx, tx, p)
			})
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return false, err
		}
		live++
	}
	if left && live == 0 {
		err = r.Store.Tx(ctx, func(tx *sql.Tx) error {
			if _, err := store.HoldJobTx(ctx, tx, j.ID); err != nil {
				return err
			}
			return r.queueNextTx(ctx, tx, j.ID, likeJobs)
		})
		if errors.Is(err, store.ErrNotFound) {
			err = nil // it has ended meanwhile
		}
	}
	return left, err
}

// giveUp ends a part that cannot be read. One of several pages is divided into
// them; one page is a failed page. done is also done in the transaction.
func (r *Runner) giveUp(ctx context.Context, j store.Job, p store.Part, why string, done func(*sql.Tx) error) error {
	r.Log.Warn("a part cannot be read", "job", j.ID, "page", p.Pages[0], "pages", len(p.Pages), "err", why)
	if len(p.Pages) == 1 {
		d, err := divisionOf(j)
		if err != nil {
			return err
		}
		if err := r.writeFailed(ctx, d, p, why); err != nil {
			return err
		}
	}
	return r.Store.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := store.HoldJobTx(ctx, tx, j.ID); err != nil {
			return err
		}
		if len(p.Pages) == 1 {
			if err := store.FinishPartTx(ctx, tx, p); err != nil {
				return err
			}
		} else {
			if err := store.DropPartTx(ctx, tx, p); err != nil {
				return err
			}
			if err := r.addPartsTx(ctx, tx, p.JobID, slices.Collect(slices.Chunk(p.Pages, 1))); err != nil {
				return err
			}
		}
		if err := r.goOnTx(ctx, tx, p); err != nil || done == nil {
			return err
		}
		return done(tx)
	})
}

func (r *Runner) writeFailed(ctx context.Context, d division, p store.Part, why string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := r.Blobs.Create(ctx, partKey(p), partKind)
	if err != nil {
		return err
	}
	if err := task.FailedPart(&task.Split{Format: d.Format, Count: d.Count}, p.Pages, why, w); err != nil {
		cancel() // so that closing leaves nothing behind
		return errors.Join(err, w.Close())
	}
	return errors.Join(w.Close(), r.Blobs.Sync(partKey(p)))
}
