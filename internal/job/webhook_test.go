package job

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"recto/internal/doc"
	"recto/internal/engine"
	"recto/internal/fetch"
	"recto/internal/format"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// message is one request a receiver got.
type message struct {
	header http.Header
	body   string
	wire.WebhookMessage
}

// receiver is a web server that remembers what it got.
type receiver struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	got    []message
	answer func(n int, w http.ResponseWriter) // to request n, counted from 0
}

func newReceiver(t *testing.T, answer func(n int, w http.ResponseWriter)) *receiver {
	r := &receiver{t: t, answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	data, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	m := message{header: req.Header, body: string(data)}
	text := data
	if strings.HasPrefix(m.body, `"`) {
		var inner string
		if err := json.Unmarshal(data, &inner); err != nil {
			r.t.Errorf("body %s: %v", data, err)
		}
		text = []byte(inner)
	}
	if err := json.Unmarshal(text, &m.WebhookMessage); err != nil || req.Method != http.MethodPost {
		r.t.Errorf("%s with body %s: %v", req.Method, data, err)
	}
	r.mu.Lock()
	n := len(r.got)
	r.got = append(r.got, m)
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(n, w)
	}
}

func (r *receiver) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// events lists what came, sorted: messages under way at once overtake each other.
func (r *receiver) events() string {
	var list []string
	for _, m := range r.messages() {
		list = append(list, strings.TrimPrefix(string(m.EventType), "parse."))
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// ended waits until all messages about a job have been delivered or given up,
// and returns what is known of them, the oldest first.
func (h *home) ended(job string, count int) []store.Delivery {
	h.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		list, err := h.db.Deliveries(h.t.Context(), store.DeliveryFilter{Project: h.project, Job: job, Limit: 1000})
		if err != nil {
			h.t.Fatal(err)
		}
		if len(list) == count && !slices.ContainsFunc(list, func(d store.Delivery) bool { return d.Status == store.DeliveryPending }) {
			slices.Reverse(list)
			return list
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%d deliveries, want %d that have ended: %+v", len(list), count, list)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// parserFunc is an engine of one function.
type parserFunc func(context.Context, engine.Source, engine.Options) (*engine.Result, error)

func (f parserFunc) Parse(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
	return f(ctx, s, o)
}

func pages(bad ...error) parserFunc {
	return func(context.Context, engine.Source, engine.Options) (*engine.Result, error) {
		res := &engine.Result{Format: format.PDF, Doc: &doc.Document{}}
		for i, err := range bad {
			res.Doc.Pages = append(res.Doc.Pages, &doc.Page{Number: i + 1, Width: 10, Height: 10, Err: err})
			res.Text = append(res.Text, "x")
		}
		return res, nil
	}
}

func TestWebhookEvents(t *testing.T) {
	bad := errors.New("bad page")
	for _, c := range []struct {
		name   string
		engine task.Parser
		want   string
	}{
		{"success", pages(nil, nil), "pending running success"},
		{"partial success", pages(nil, bad), "partial_success pending running"},
		{"error", pages(bad), "error pending running"},
	} {
		t.Run(c.name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, h *home) {
				to := newReceiver(t, nil)
				r := h.runner(c.engine)
				h.start(r)
				j := h.create(r, store.Webhook{URL: to.URL})
				for _, d := range h.ended(j.ID, 3) {
					if d.Status != store.DeliveryDelivered || d.Attempts != 1 || d.HTTPStatus != 200 || d.Error != "" {
						t.Errorf("delivery = %+v", d)
					}
				}
				if got := to.events(); got != c.want {
					t.Errorf("events = %q, want each of %q once", got, c.want)
				}
			})
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		everywhere(t, func(t *testing.T, h *home) {
			to, g := newReceiver(t, nil), newGate()
			r := h.runner(g)
			h.start(r)
			j := h.create(r, store.Webhook{URL: to.URL})
			<-g.started
			if _, err := r.Cancel(t.Context(), h.project, j.ID); err != nil {
				t.Fatal(err)
			}
			h.ended(j.ID, 3)
			if got := to.events(); got != "cancelled pending running" {
				t.Errorf("events = %q", got)
			}
		})
	})
}

func TestWebhookMessages(t *testing.T) {
	everywhere(t, testWebhookMessages)
}

func testWebhookMessages(t *testing.T, h *home) {
	to := newReceiver(t, nil)
	r := h.runner(pages(nil))
	saved, err := h.db.AddWebhook(t.Context(), store.Webhook{
		ID: uuid.NewString(), ProjectID: h.project, URL: to.URL + "/saved", Secret: "pssst", Format: "json",
		Headers: map[string]string{"X-Team": "records", "Authorization": "Bearer abc"}, Events: []string{"parse.success", "extract.error"},
	})
	if err != nil {
		t.Fatal(err)
	}
	before := float64(time.Now().UnixMicro()) / 1e6
	h.start(r)
	j := h.create(r, saved, store.Webhook{URL: to.URL, Secret: "hush", Events: []string{"parse.success"}})
	list := h.ended(j.ID, 2)
	if list[0].EventID != list[1].EventID {
		t.Errorf("one event has the ids %s and %s", list[0].EventID, list[1].EventID)
	}
	for _, d := range list {
		if d.Secret != "" || d.Headers != nil {
			t.Errorf("the secrets of an ended delivery stay: %+v", d)
		}
	}
	for _, m := range to.messages() {
		own := m.header.Get("X-Team") == ""
		secret := "pssst"
		if own {
			secret = "hush"
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(m.body))
		if got, want := m.header.Get("LC-Signature"), "sha256="+hex.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("signature %s, want %s", got, want)
		}
		if own != strings.HasPrefix(m.body, `"{\"event_id\":`) || own == strings.HasPrefix(m.body, `{"event_id":`) {
			t.Errorf("format string: %v, body %s", own, m.body)
		}
		id := wire.ID(wire.JobPrefix, j.ID)
		if m.EventType != "parse.success" || m.EventID != list[0].EventID || m.Data != (wire.WebhookData{ID: id, JobID: id}) ||
			m.Timestamp < before || m.Timestamp > before+60 {
			t.Errorf("message = %+v", m.WebhookMessage)
		}
		for name, want := range map[string]string{
			"Content-Type": "application/json", "User-Agent": webhookAgent,
			"X-Webhook-Event-ID": m.EventID, "X-Webhook-Event-Type": "parse.success",
		} {
			if got := m.header.Get(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		if !own && m.header.Get("Authorization") != "Bearer abc" {
			t.Errorf("headers = %v", m.header)
		}
	}
	if n := len(to.messages()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

// TestWebhookReceiverIsDown breaks the connection off, then refuses, then works.
func TestWebhookReceiverIsDown(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for two retries")
	}
	everywhere(t, testWebhookReceiverIsDown)
}

func testWebhookReceiverIsDown(t *testing.T, h *home) {
	var times []time.Time
	to := newReceiver(t, func(n int, w http.ResponseWriter) {
		times = append(times, time.Now())
		switch n {
		case 0:
			panic(http.ErrAbortHandler)
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.WriteHeader(http.StatusAccepted)
		}
	})
	r := h.runner(pages(nil))
	h.start(r)
	j := h.create(r, store.Webhook{URL: to.URL, Secret: "hush", Events: []string{"parse.success"}})
	d := h.ended(j.ID, 1)[0]
	if d.Status != store.DeliveryDelivered || d.Attempts != 3 || d.HTTPStatus != 202 {
		t.Errorf("delivery = %+v, want delivered at the third attempt", d)
	}
	got := to.messages()
	for _, m := range got[1:] {
		if m.body != got[0].body || m.header.Get("LC-Signature") != got[0].header.Get("LC-Signature") || m.EventID != d.EventID {
			t.Errorf("an attempt differs from the first:\n%s\n%s", m.body, got[0].body)
		}
	}
	for i, wait := range []time.Duration{webhookWait, 2 * webhookWait} {
		if gap := times[i+1].Sub(times[i]); gap < wait-50*time.Millisecond || gap > wait+10*time.Second {
			t.Errorf("attempt %d came %v after the one before, want about %v", i+2, gap, wait)
		}
	}
}

func TestWebhookIsGivenUp(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for retries")
	}
	everywhere(t, testWebhookIsGivenUp)
}

func testWebhookIsGivenUp(t *testing.T, h *home) {
	elsewhere := newReceiver(t, nil)
	to := newReceiver(t, func(_ int, w http.ResponseWriter) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	r := h.runner(pages(nil))
	h.start(r)
	only := []string{"parse.success"}
	gone := httptest.NewServer(nil)
	gone.Close()
	j := h.create(r, store.Webhook{URL: to.URL, Events: only},
		store.Webhook{URL: "http://user:pass@" + strings.TrimPrefix(gone.URL, "http://") + "/secret-path", Events: only},
		store.Webhook{URL: "http://[::1]:80/", Events: only})
	for _, d := range h.ended(j.ID, 3) {
		if d.Status != store.DeliveryFailed || d.Attempts != 3 || d.Error == "" || strings.Contains(d.Error, "pass") || strings.Contains(d.Error, "secret-path") {
			t.Errorf("delivery = %+v, want failed after three attempts and an error without the address", d)
		}
		if strings.Contains(d.URL, "::1") && d.Error != fetch.ErrBlocked.Error() {
			t.Errorf("outside the allowed networks: %s, want %v", d.Error, fetch.ErrBlocked)
		}
	}
	if n := len(elsewhere.messages()); n != 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
	if n := len(to.messages()); n != 3 {
		t.Errorf("%d attempts, want 3", n)
	}
	h.waitFor(j.ID, wire.Completed) // whatever its receivers do
}

// TestWebhookOutlivesTheServer stops the server between two attempts.
func TestWebhookOutlivesTheServer(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a retry")
	}
	everywhere(t, testWebhookOutlivesTheServer)
}

func testWebhookOutlivesTheServer(t *testing.T, h *home) {
	first := make(chan struct{})
	to := newReceiver(t, func(n int, w http.ResponseWriter) {
		if n == 0 {
			w.WriteHeader(http.StatusBadGateway)
			close(first)
		}
	})
	r := h.runner(pages(nil))
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	j := h.create(r, store.Webhook{URL: to.URL, Events: []string{"parse.success"}})
	<-first
	r.Stop()
	h.start(h.runner(pages(nil)))
	d := h.ended(j.ID, 1)[0]
	got := to.messages()
	if d.Status != store.DeliveryDelivered || len(got) != 2 || got[0].EventID != got[1].EventID {
		t.Errorf("after a restart %+v, %d messages", d, len(got))
	}
}

// TestDeletedWebhook gives up what is on its way, and is not told any more.
func TestDeletedWebhook(t *testing.T) {
	everywhere(t, testDeletedWebhook)
}

func testDeletedWebhook(t *testing.T, h *home) {
	ctx := t.Context()
	to := newReceiver(t, nil)
	r := h.runner(pages(nil)) // not started: nothing is sent yet
	saved, err := h.db.AddWebhook(ctx, store.Webhook{ID: uuid.NewString(), ProjectID: h.project, URL: to.URL, Secret: "hush"})
	if err != nil {
		t.Fatal(err)
	}
	j := h.create(r, saved)
	if err := h.db.DeleteWebhook(ctx, h.project, saved.ID); err != nil {
		t.Fatal(err)
	}
	h.start(r)
	h.waitFor(j.ID, wire.Completed)
	if d := h.ended(j.ID, 1)[0]; d.Status != store.DeliveryFailed || d.Secret != "" || len(to.messages()) != 0 {
		t.Errorf("delivery = %+v, %d messages, want it given up", d, len(to.messages()))
	}
}

// TestLostDelivery has the queue forget a message.
func TestLostDelivery(t *testing.T) {
	everywhere(t, testLostDelivery)
}

func testLostDelivery(t *testing.T, h *home) {
	ctx := t.Context()
	r := h.runner(pages(nil))
	j := h.create(r, store.Webhook{URL: "http://127.0.0.1:1", Events: []string{"parse.pending"}})
	if _, err := h.db.SQL.ExecContext(ctx, `DELETE FROM river_job WHERE kind = 'webhook'`); err != nil {
		t.Fatal(err)
	}
	if err := r.sweep(ctx, time.Now()); err != nil {
		t.Fatal(err)
	}
	if d := h.ended(j.ID, 1)[0]; d.Status != store.DeliveryFailed {
		t.Errorf("delivery = %+v, want it failed", d)
	}
	if err := h.db.ForgetDeliveries(ctx, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	h.ended(j.ID, 0)
}

// TestSlowReceiver has more messages for a receiver that does not answer than
// there are workers, and one for another.
func TestSlowReceiver(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for messages that wait")
	}
	everywhere(t, testSlowReceiver)
}

func testSlowReceiver(t *testing.T, h *home) {
	release := make(chan struct{})
	slow := newReceiver(t, func(int, http.ResponseWriter) { <-release })
	let := sync.OnceFunc(func() { close(release) })
	t.Cleanup(let)
	quick := newReceiver(t, nil)
	r := h.runner(pages(nil))
	many := slices.Repeat([]store.Webhook{{URL: slow.URL, Events: []string{"parse.success"}}}, webhookWorkers+8)
	first := h.create(r, many...)
	h.start(r)
	h.waitFor(first.ID, wire.Completed)
	second := h.create(r, store.Webhook{URL: quick.URL, Events: []string{"parse.success"}})
	h.ended(second.ID, 1)
	if n := len(slow.messages()); n > webhookShare {
		t.Errorf("%d messages under way to one host, want at most %d", n, webhookShare)
	}
	let()
	for _, d := range h.ended(first.ID, len(many)) {
		if d.Status != store.DeliveryDelivered || d.Attempts != 1 {
			t.Errorf("delivery = %+v, want it delivered at the first attempt: waiting is none", d)
		}
	}
	if n := len(slow.messages()); n != len(many) {
		t.Errorf("%d messages came, want %d", n, len(many))
	}
}

// TestManyMessages has more messages than may be under way at once, for a
// receiver that answers: they must not get into each other's way.
func TestManyMessages(t *testing.T) {
	everywhere(t, testManyMessages)
}

func testManyMessages(t *testing.T, h *home) {
	to := newReceiver(t, nil)
	r := h.runner(pages(nil))
	many := slices.Repeat([]store.Webhook{{URL: to.URL}}, 2*webhookWorkers)
	j := h.create(r, many...)
	h.start(r)
	for _, d := range h.ended(j.ID, 3*len(many)) {
		if d.Status != store.DeliveryDelivered || d.Attempts != 1 {
			t.Errorf("delivery = %+v, want it delivered at once", d)
		}
	}
	if n := len(to.messages()); n != 3*len(many) {
		t.Errorf("%d messages came, want %d", n, 3*len(many))
	}
}
