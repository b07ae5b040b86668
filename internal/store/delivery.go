package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// States of a delivery; the last two are final.
const (
	DeliveryPending   = "PENDING"
	DeliveryDelivered = "DELIVERED"
	DeliveryFailed    = "FAILED"
)

// Delivery is one event on its way to one receiver.
type Delivery struct {
	ID         string
	ProjectID  string
	JobID      string
	WebhookID  string // "" for a webhook that came with the job
	EventID    string // the same for all receivers of the event
	Event      string
	URL        string
	Secret     string // until the delivery has ended, as are the headers
	Headers    map[string]string
	Format     string
	Body       string // JSON
	Status     string
	Attempts   int64
	HTTPStatus int64 // of the last attempt, 0 when there was no answer
	Error      string
	QueueID    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt time.Time
}

const deliveryColumns = `id, project_id, job_id, config_id, event_id, event, url, secret, headers, format, body,
	status, attempts, http_status, error, queue_id, created_at, updated_at, finished_at`

func scanDelivery(s scanner) (Delivery, error) {
	var d Delivery
	var headers string
	var created, updated, finished int64
	err := s.Scan(&d.ID, &d.ProjectID, &d.JobID, &d.WebhookID, &d.EventID, &d.Event, &d.URL, &d.Secret, &headers, &d.Format, &d.Body,
		&d.Status, &d.Attempts, &d.HTTPStatus, &d.Error, &d.QueueID, &created, &updated, &finished)
	if err != nil {
		return d, one(err)
	}
	d.CreatedAt, d.UpdatedAt, d.FinishedAt = fromMicros(created), fromMicros(updated), fromMicros(finished)
	return d, json.Unmarshal([]byte(headers), &d.Headers)
}

// AddDeliveryTx records a pending delivery.
func AddDeliveryTx(ctx context.Context, tx *sql.Tx, d Delivery) error {
	headers, err := json.Marshal(d.Headers)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO webhook_delivery (`+deliveryColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'PENDING', 0, 0, '', $12, $13, $13, 0)`,
		d.ID, d.ProjectID, d.JobID, d.WebhookID, d.EventID, d.Event, d.URL, d.Secret, string(headers), d.Format, d.Body, d.QueueID, micros(d.CreatedAt))
	return err
}

// Delivery returns a delivery.
func (d *DB) Delivery(ctx context.Context, id string) (Delivery, error) {
	return scanDelivery(d.SQL.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE id = $1`, id))
}

// NoteAttemptTx records how an attempt went. A final state wipes the secrets.
func NoteAttemptTx(ctx context.Context, tx *sql.Tx, d Delivery) error {
	now := micros(time.Now())
	if d.Status == DeliveryPending {
		return changed(tx.ExecContext(ctx, `UPDATE webhook_delivery SET attempts = $2, http_status = $3, error = $4, updated_at = $5
			WHERE id = $1 AND status = 'PENDING'`, d.ID, d.Attempts, d.HTTPStatus, d.Error, now))
	}
	return changed(tx.ExecContext(ctx, `UPDATE webhook_delivery SET status = $6, attempts = $2, http_status = $3, error = $4, secret = '', headers = 'null',
		updated_at = $5, finished_at = $5 WHERE id = $1 AND status = 'PENDING'`, d.ID, d.Attempts, d.HTTPStatus, d.Error, now, d.Status))
}

// PendingDeliveries lists deliveries that have not changed since the time.
func (d *DB) PendingDeliveries(ctx context.Context, before time.Time) ([]Delivery, error) {
	return collect(ctx, d.SQL, scanDelivery, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE status = 'PENDING' AND updated_at < $1
		ORDER BY updated_at LIMIT 1000`, micros(before))
}

// ForgetDeliveries removes some deliveries that ended before the time.
func (d *DB) ForgetDeliveries(ctx context.Context, before time.Time) error {
	_, err := d.SQL.ExecContext(ctx, `DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery
		WHERE status IN ('DELIVERED', 'FAILED') AND updated_at < $1 LIMIT 1000)`, micros(before))
	return err
}

// DeliveryFilter chooses deliveries of a project, the newest first. Zero fields
// do not count.
type DeliveryFilter struct {
	Project string
	Webhook string
	Job     string
	After   *Cursor
	Limit   int
}

// CursorAfterDelivery returns the place behind the delivery.
func CursorAfterDelivery(d Delivery) Cursor { return Cursor{At: micros(d.CreatedAt), ID: d.ID} }

// Deliveries lists deliveries.
func (d *DB) Deliveries(ctx context.Context, f DeliveryFilter) ([]Delivery, error) {
	w := where{}
	w.add(`project_id = %s`, f.Project)
	if f.Webhook != "" {
		w.add(`config_id = %s`, f.Webhook)
	}
	if f.Job != "" {
		w.add(`job_id = %s`, f.Job)
	}
	if f.After != nil {
		w.add(`(created_at, id) < (%s, %s)`, f.After.At, f.After.ID)
	}
	query := fmt.Sprintf(`SELECT %s FROM webhook_delivery WHERE %s ORDER BY created_at DESC, id DESC LIMIT %d`, deliveryColumns, w.String(), f.Limit)
	return collect(ctx, d.SQL, scanDelivery, query, w.args...)
}
