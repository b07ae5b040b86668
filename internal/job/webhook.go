package job

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"recto/internal/fetch"
	"recto/internal/observe"
	"recto/internal/store"
	"recto/internal/wire"
)

// How messages are delivered; upstream's numbers.
const (
	webhookAttempts = 3
	webhookTimeout  = 30 * time.Second
	webhookWait     = time.Second // before the second attempt; it doubles with every further one
	webhookAgent    = "llamaindex-webhook-service/1.0"
)

const (
	// webhookQueue keeps slow receivers from holding up the parsing.
	webhookQueue   = "webhook"
	webhookWorkers = 32
	// webhookShare is how many messages of a project may be under way to one
	// host: a receiver that never answers must not hold up those of others.
	webhookShare = 4
	// webhookPatience is how long a message keeps its worker while it waits for
	// its turn: long enough for a receiver that answers.
	webhookPatience = 250 * time.Millisecond
	// Then it makes room and comes back, the later the more of them there are:
	// together they ask a hundred times a second, whatever their number.
	snoozeEach  = 10 * time.Millisecond
	shortSnooze = 500 * time.Millisecond
	longSnooze  = time.Minute
	// webhookMemory is how long ended deliveries can be looked at.
	webhookMemory = 30 * 24 * time.Hour
)

// announce records that a job has come to a turn, for every receiver that wants
// to know, in the transaction that makes it so.
func (r *Runner) announce(ctx context.Context, tx *sql.Tx, j store.Job, event wire.WebhookEvent) error {
	hooks, err := store.JobWebhooksTx(ctx, tx, j.ID)
	if err != nil || len(hooks) == 0 {
		return err
	}
	now := time.Now().UTC()
	id := wire.ID(wire.JobPrefix, j.ID)
	message := wire.WebhookMessage{
		EventID: uuid.NewString(), EventType: event,
		Timestamp: float64(now.UnixMicro()) / 1e6, Data: wire.WebhookData{ID: id, JobID: id},
	}
	body, err := json.Marshal(message)
	if err != nil {
		return err
	}
	for _, h := range hooks {
		if h.Events != nil && !slices.Contains(h.Events, string(event)) {
			continue
		}
		d := store.Delivery{
			ID: uuid.NewString(), ProjectID: j.ProjectID, JobID: j.ID, WebhookID: h.ID, EventID: message.EventID, Event: string(event),
			URL: h.URL, Secret: h.Secret, Headers: h.Headers, Format: h.Format, Body: string(body), CreatedAt: now,
		}
		inserted, err := r.queue.InsertTx(ctx, tx, webhookArgs{ID: d.ID, Trace: r.Observe.Carry(ctx)}, &river.InsertOpts{Queue: webhookQueue, MaxAttempts: webhookAttempts})
		if err != nil {
			return err
		}
		d.QueueID = inserted.Job.ID
		if err := store.AddDeliveryTx(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

// webhookArgs is what the queue knows of a delivery.
type webhookArgs struct {
	ID    string `json:"id"`
	Trace string `json:"trace,omitempty"` // of what it tells about
}

// Kind names the delivery in the queue.
func (webhookArgs) Kind() string { return "webhook" }

// webhookWorker delivers messages.
type webhookWorker struct {
	river.WorkerDefaults[webhookArgs]
	*Runner
}

// Timeout leaves room to note how it went.
func (*webhookWorker) Timeout(*river.Job[webhookArgs]) time.Duration { return 2 * webhookTimeout }

// NextRetry doubles the wait with every attempt.
func (*webhookWorker) NextRetry(j *river.Job[webhookArgs]) time.Time {
	return time.Now().Add(webhookWait << (j.Attempt - 1))
}

// Work makes one attempt.
func (w *webhookWorker) Work(ctx context.Context, rj *river.Job[webhookArgs]) error {
	d, err := w.Store.Delivery(ctx, rj.Args.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.Status != store.DeliveryPending {
		return nil // given up meanwhile
	}
	if err != nil {
		return err
	}
	host := d.ProjectID + " " + hostOf(d.URL)
	if wait := w.hosts.enter(ctx, host, d.ID); wait > 0 {
		return river.JobSnooze(wait) // no attempt
	}
	ctx, span := w.Observe.Begin(w.Observe.Carried(ctx, rj.Args.Trace), observe.Taking, "webhook", observe.Text("recto.job", d.JobID), observe.Text("recto.event", d.Event))
	defer span.End()
	began := time.Now()
	status, failed := w.send(ctx, d)
	w.hosts.leave(host)
	if failed != nil && ctx.Err() != nil {
		return failed // the server stops; the attempt does not count
	}
	d.Attempts, d.HTTPStatus, d.Error, d.Status = int64(rj.Attempt), int64(status), "", store.DeliveryDelivered
	if failed != nil {
		d.Error, d.Status = failed.Error(), store.DeliveryPending
		if rj.Attempt >= rj.MaxAttempts {
			d.Status = store.DeliveryFailed
			w.Log.Warn("webhook not delivered", "delivery", d.ID, "job", d.JobID, "event", d.Event, "host", hostOf(d.URL), "attempts", d.Attempts, "err", failed)
		}
	}
	w.Observe.Delivery(outcomeOf(d), time.Since(began))
	if failed != nil {
		span.Failed(d.Status)
	}
	// It has been sent, or not: that is noted even when the server stops now.
	return errors.Join(w.note(context.WithoutCancel(ctx), rj, d), again(d, failed))
}

// outcomeOf says how an attempt went, for the numbers.
func outcomeOf(d store.Delivery) string {
	switch d.Status {
	case store.DeliveryDelivered:
		return observe.Delivered
	case store.DeliveryFailed:
		return observe.GivenUp
	}
	return observe.Retried
}

// again is why the queue should try another time, nil when it should not.
func again(d store.Delivery, failed error) error {
	if d.Status == store.DeliveryPending {
		return failed
	}
	return nil
}

// note records how an attempt went, and the end of the queue entry with it.
func (w *webhookWorker) note(ctx context.Context, rj *river.Job[webhookArgs], d store.Delivery) error {
	err := w.Store.Tx(ctx, func(tx *sql.Tx) error {
		if err := store.NoteAttemptTx(ctx, tx, d); err != nil || d.Status == store.DeliveryPending {
			return err
		}
		_, err := river.JobCompleteTx[riverdriver.Driver[*sql.Tx]](ctx, tx, rj)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil // given up while it was under way
	}
	return err
}

// send posts a message. It looks the same at every attempt.
func (r *Runner) send(ctx context.Context, d store.Delivery) (status int, err error) {
	body := []byte(d.Body)
	switch d.Format {
	case string(wire.FormatJSON):
	case string(wire.FormatResult):
		if body, err = r.resultMessage(ctx, d); err != nil {
			return 0, err
		}
	default:
		if body, err = json.Marshal(d.Body); err != nil {
			return 0, err
		}
	}
	secret, err := r.Seal.Open(d.Secret)
	if err != nil {
		return 0, err
	}
	headers, err := r.Seal.OpenAll(d.Headers)
	if err != nil {
		return 0, err
	}
	h := http.Header{"User-Agent": {webhookAgent}, "Content-Type": {"application/json"}}
	for name, value := range headers {
		h.Set(name, value)
	}
	// The names are spelled as receivers know them, for those that care.
	h["X-Webhook-Event-ID"], h["X-Webhook-Event-Type"] = []string{d.EventID}, []string{d.Event}
	if secret != "" {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body) // never fails
		h["LC-Signature"] = []string{"sha256=" + hex.EncodeToString(mac.Sum(nil))}
	}
	ctx, cancel := context.WithTimeout(ctx, webhookTimeout)
	defer cancel()
	return fetch.Post(ctx, r.poster, d.URL, h, body)
}

// crowd keeps the messages under way to each host few.
type crowd struct {
	mu    sync.Mutex
	hosts map[string]*host
}

// host is one receiver of a project.
type host struct {
	busy   int
	parked map[string]bool // messages that shall come back
	left   chan struct{}   // closed and renewed when one leaves
}

// enter waits a little for room, or says how long the message should stay away.
func (c *crowd) enter(ctx context.Context, name, message string) time.Duration {
	patience := time.NewTimer(webhookPatience)
	defer patience.Stop()
	for {
		c.mu.Lock()
		h := c.hosts[name]
		if h == nil {
			h = &host{parked: map[string]bool{}, left: make(chan struct{})}
			c.hosts[name] = h
		}
		if h.busy < webhookShare {
			h.busy++
			delete(h.parked, message)
			c.mu.Unlock()
			return 0
		}
		left := h.left
		c.mu.Unlock()
		select {
		case <-left:
			continue
		case <-ctx.Done():
		case <-patience.C:
		}
		c.mu.Lock()
		h.parked[message] = true
		wait := min(max(time.Duration(len(h.parked))*snoozeEach, shortSnooze), longSnooze)
		c.mu.Unlock()
		return wait/2 + rand.N(wait) // so that they do not come back all at once
	}
}

func (c *crowd) leave(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hosts[name]
	h.busy--
	close(h.left)
	h.left = make(chan struct{})
	if h.busy == 0 && len(h.parked) == 0 {
		delete(c.hosts, name)
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// sweepDeliveries ends deliveries the queue has forgotten, and forgets those
// that ended long ago.
func (r *Runner) sweepDeliveries(ctx context.Context, before time.Time) error {
	pending, err := r.Store.PendingDeliveries(ctx, before)
	if err != nil {
		return err
	}
	for _, d := range pending {
		q, err := r.queue.JobGet(ctx, d.QueueID)
		if err != nil && !errors.Is(err, river.ErrNotFound) {
			return err
		}
		if q != nil && q.State != rivertype.JobStateDiscarded && q.State != rivertype.JobStateCancelled && q.State != rivertype.JobStateCompleted {
			continue
		}
		d.Status, d.Error = store.DeliveryFailed, "the server ended during the last attempt"
		err = r.Store.Tx(ctx, func(tx *sql.Tx) error { return store.NoteAttemptTx(ctx, tx, d) })
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return r.Store.ForgetDeliveries(ctx, time.Now().Add(-webhookMemory))
}
