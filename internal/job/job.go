// Package job runs parse jobs behind a durable queue: an accepted job survives
// a crash, ends in exactly one final state, and its results appear together
// with that state. It is the only door to River. The rows of package store are
// the truth about a job; the queue only says when to work on it.
package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"recto/internal/blob"
	"recto/internal/fetch"
	"recto/internal/observe"
	"recto/internal/seal"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

const (
	// resendWindow is how long an identical request counts as the same one: the
	// official clients give up on a request after 60 s and send it again within
	// 8 s, but a timed-out create was recorded at its beginning.
	resendWindow = 30 * time.Second
	// idempotencyWindow is how long an Idempotency-Key is remembered.
	idempotencyWindow = 24 * time.Hour
	// maxAttempts bounds how often a job is tried that ends in an error which is
	// not the document's.
	maxAttempts = 4
	// maxDeaths bounds how often its worker may be killed.
	maxDeaths = 16
	// fetchCooldown and pollInterval keep the wait of a job on an idle server
	// well below what parsing a page takes; River's defaults are 100 ms and 1 s.
	fetchCooldown = 5 * time.Millisecond
	pollInterval  = 250 * time.Millisecond
	// softStop is how long running jobs may go on after a stop was asked for;
	// then they are put back into the queue.
	softStop = 5 * time.Second
)

// ErrFinal means that the job is finished and cannot be cancelled.
var ErrFinal = errors.New("job is finished already")

// ErrLive means that the job is not finished and cannot be deleted.
var ErrLive = errors.New("job is not finished yet")

// ErrKeyReused means that an Idempotency-Key came with another request before.
var ErrKeyReused = errors.New("this Idempotency-Key was used with another request")

// Config says how jobs are run.
type Config struct {
	Store     *store.DB
	Blobs     *blob.Store
	Processor task.Processor // of documents
	Log       *slog.Logger
	Observe   *observe.Observer // may be nil
	Workers   int               // jobs at once; 0 means defaultWorkers
	// NoWork leaves jobs and messages to other processes; no Processor is needed.
	NoWork bool
	// PartPages divides documents of which more pages are to be parsed into parts of
	// at most so many, which all workers read; 0 for never.
	PartPages   int
	PartsAtOnce int // of one document in the queue; 0 means defaultPartsAtOnce

	Seal     seal.Box // of secrets within stored webhooks and requests
	MaxQueue int      // waiting jobs of all projects, 0 for no limit
	// Settings are those of projects that set none of their own.
	Settings store.Settings

	Timeout   time.Duration // of a job that sets none
	Fetch     fetch.Limits  // on documents from an address
	CropEdges bool          // crop_box gives margins instead of positions
	Webhooks  fetch.Options // how far messages to receivers may reach
	// Recognizer names what reads the text of scans, with its version; "" for nothing.
	Recognizer string
	// Fallback is the tier that stands in for those that need a model; "" for none.
	Fallback wire.Tier
}

const (
	defaultWorkers = 2
	defaultTimeout = 30 * time.Minute
)

// Runner accepts jobs and runs them.
type Runner struct {
	Config
	held   shelf
	driver riverdriver.Driver[*sql.Tx]
	queue  *river.Client[*sql.Tx]
	poster *http.Client
	hosts  crowd // receivers that messages are under way to
	stop   context.CancelFunc
	tend   sync.WaitGroup
	board  board
	busy   *busy
	depth  depth
}

// driverOf is the queue's way to the database. On PostgreSQL it is woken as soon
// as there is work; SQLite is looked at every 50 ms.
func driverOf(db *store.DB) riverdriver.Driver[*sql.Tx] {
	if db.Shared() {
		return riverdatabasesql.NewWithPgxListener(db.SQL, db.Listener)
	}
	return riversqlite.New(db.SQL)
}

// Migrate brings the queue's tables up to date; it is run by store.Open.
func Migrate(ctx context.Context, db *store.DB) error {
	m, err := rivermigrate.New(driverOf(db), nil)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// New returns a runner that accepts jobs; Start makes it work on them.
func New(c Config) (*Runner, error) {
	if c.Workers <= 0 {
		c.Workers = defaultWorkers
	}
	if c.PartsAtOnce <= 0 {
		c.PartsAtOnce = defaultPartsAtOnce
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	r := &Runner{Config: c, driver: driverOf(c.Store), poster: fetch.Poster(c.Webhooks), hosts: crowd{hosts: map[string]*host{}}, busy: &busy{entries: map[int64]bool{}}}
	workers := river.NewWorkers()
	parse := &worker{Runner: r}
	if err := errors.Join(river.AddWorkerSafely(workers, parse), river.AddWorkerSafely(workers, &partWorker{worker: parse}), river.AddWorkerSafely(workers, &webhookWorker{Runner: r})); err != nil {
		return nil, err
	}
	config := &river.Config{
		Workers:           workers,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: c.Workers}, webhookQueue: {MaxWorkers: webhookWorkers}},
		Logger:            quiet(c.Log),
		JobTimeout:        -1, // the worker keeps its own time
		MaxAttempts:       maxAttempts,
		FetchCooldown:     fetchCooldown,
		FetchPollInterval: pollInterval,
		SoftStopTimeout:   softStop,
		Middleware:        []rivertype.Middleware{r.busy},
	}
	if c.NoWork {
		config.Workers, config.Queues = nil, nil
	}
	queue, err := river.NewClient(r.driver, config)
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	r.queue = queue
	if !c.NoWork {
		r.Observe.Workers(c.Workers)
	}
	return r, nil
}

// Start begins to work. On SQLite the caller holds the data directory's lock, so
// whatever is marked as running was left by a process that is gone; it is run
// again at once. On PostgreSQL that is found out within seconds.
func (r *Runner) Start(ctx context.Context) error {
	if !r.Store.Shared() {
		if err := r.recover(ctx); err != nil {
			return fmt.Errorf("recover jobs: %w", err)
		}
	}
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	if r.NoWork {
		r.tend.Go(func() { r.tendJobs(ctx) })
		return nil
	}
	if err := r.queue.Start(ctx); err != nil {
		r.stop()
		return fmt.Errorf("start the queue: %w", err)
	}
	r.tend.Go(func() { r.tendJobs(ctx) })
	r.tend.Go(func() { r.keepHouse(ctx) })
	return nil
}

// Stop lets running jobs end for a short while, puts back the others, and
// returns when no work is done any more.
func (r *Runner) Stop() {
	if r.stop == nil {
		return
	}
	r.stop()
	if !r.NoWork {
		<-r.queue.Stopped()
	}
	r.tend.Wait()
	r.held.clear()
	r.poster.CloseIdleConnections()
}

// Request is a job to create.
type Request struct {
	Job  store.Job   // without state
	File *store.File // uploaded along with it and not recorded yet, or nil
	// Webhooks are told about the job; those with an id are saved ones.
	Webhooks []store.Webhook
	// Limits are those of the project.
	Limits store.Settings
	// Resend says that an identical request of a moment ago is the same one.
	Resend bool
}

// Create records a job and puts it into the queue, in one step. It returns the
// earlier job and false when this is a request sent again. ErrPages, ErrOpenJobs
// and ErrQueueFull mean that no job is made.
func (r *Runner) Create(ctx context.Context, q Request) (store.Job, bool, error) {
	j := q.Job
	j.CreatedAt = time.Now().UTC()
	var earlier store.Job
	if err := r.admitToQueue(ctx); err != nil { // not within the transaction: it takes a connection of its own
		return store.Job{}, false, err
	}
	err := r.Store.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		if q.comparable() {
			if err = r.Store.SerializeTx(ctx, tx, sameKey(q)); err != nil {
				return err
			}
		}
		if earlier, err = sameJob(ctx, tx, q, j.CreatedAt); err == nil || !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if limited(q.Limits.OpenJobs) { // several at once must not all find room for one
			if err := r.Store.SerializeTx(ctx, tx, "open jobs "+j.ProjectID); err != nil {
				return err
			}
		}
		if err := admitTx(ctx, tx, j.ProjectID, q.Limits); err != nil {
			return err
		}
		if q.File != nil {
			if err := store.AddFileTx(ctx, tx, *q.File); err != nil {
				return err
			}
		}
		inserted, err := r.queue.InsertTx(ctx, tx, parseArgs{ID: j.ID, Trace: r.Observe.Carry(ctx)}, nil)
		if err != nil {
			return fmt.Errorf("enqueue: %w", err)
		}
		j.QueueID = inserted.Job.ID
		if err := store.AddJobTx(ctx, tx, j); err != nil || len(q.Webhooks) == 0 {
			return err
		}
		if err := store.AddJobWebhooksTx(ctx, tx, j.ID, q.Webhooks); err != nil {
			return err
		}
		return r.announce(ctx, tx, j, wire.ParsePending)
	})
	if err != nil {
		return store.Job{}, false, err
	}
	if earlier.ID != "" {
		return earlier, false, nil
	}
	r.depth.queued()
	j.Status, j.UpdatedAt = string(wire.Pending), j.CreatedAt
	return j, true, nil
}

// comparable reports whether the request may be taken for an earlier one.
func (q Request) comparable() bool { return q.Job.IdempotencyKey != "" || q.Resend }

// sameKey is shared by requests that sameJob may take for each other.
func sameKey(q Request) string {
	if key := q.Job.IdempotencyKey; key != "" {
		return "idempotency " + q.Job.ProjectID + " " + key
	}
	return "dedupe " + q.Job.ProjectID + " " + q.Job.DedupeKey
}

// sameJob returns the job that the same request has created before.
func sameJob(ctx context.Context, tx *sql.Tx, q Request, now time.Time) (store.Job, error) {
	if key := q.Job.IdempotencyKey; key != "" {
		j, err := store.IdempotentJobTx(ctx, tx, q.Job.ProjectID, key, now.Add(-idempotencyWindow))
		if err == nil && j.DedupeKey != q.Job.DedupeKey {
			return store.Job{}, ErrKeyReused
		}
		return j, err // with a key of its own, a request is never mistaken for another
	}
	if !q.Resend {
		return store.Job{}, store.ErrNotFound
	}
	return store.RecentJobTx(ctx, tx, q.Job.ProjectID, q.Job.DedupeKey, now.Add(-resendWindow))
}

// Cancel ends a job that is not finished; a running one is told to stop.
func (r *Runner) Cancel(ctx context.Context, project, id string) (store.Job, error) {
	var j store.Job
	err := r.Store.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		if j, err = store.EndJobTx(ctx, tx, project, id, string(wire.Cancelled), ""); err != nil {
			return err
		}
		_, err = r.queue.JobCancelTx(ctx, tx, j.QueueID)
		if err != nil && !errors.Is(err, river.ErrNotFound) {
			return err
		}
		if err := r.endPartsTx(ctx, tx, j.ID); err != nil {
			return err
		}
		return r.announce(ctx, tx, j, wire.ParseCancelled)
	})
	if errors.Is(err, store.ErrNotFound) {
		if _, err := r.Store.Job(ctx, project, id); err != nil {
			return store.Job{}, err
		}
		return store.Job{}, ErrFinal
	}
	r.board.changed(id)
	if err == nil {
		r.endedUnread(j, wire.Cancelled, "", nil)
	}
	if err == nil && j.Split != "" { // what is running removes the rest
		err = r.Blobs.DeleteAll(ctx, Folder(id))
	}
	return j, err
}

// Folder is where a job's blobs are.
func Folder(id string) string { return "jobs/" + id + "/" }

// FileKey is where the bytes of a file are.
func FileKey(id string) string { return "files/" + id }

// quiet keeps the queue's routine messages out of the log.
func quiet(l *slog.Logger) *slog.Logger {
	return slog.New(levelHandler{l.Handler()})
}

type levelHandler struct{ slog.Handler }

func (h levelHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

func (h levelHandler) WithAttrs(a []slog.Attr) slog.Handler {
	return levelHandler{h.Handler.WithAttrs(a)}
}

func (h levelHandler) WithGroup(name string) slog.Handler {
	return levelHandler{h.Handler.WithGroup(name)}
}
