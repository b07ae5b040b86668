package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Webhook is who is told about jobs, and how.
type Webhook struct {
	ID        string // "" for one that came with a job
	ProjectID string
	URL       string
	Secret    string            // signs what is sent, "" for none; as it was sealed
	Headers   map[string]string // their values as they were sealed
	Events    []string          // nil for all
	Format    string
	CreatedAt time.Time
	UpdatedAt time.Time
}

const webhookColumns = `id, project_id, url, secret, headers, events, format, created_at, updated_at`

func scanWebhook(s scanner) (Webhook, error) {
	var h Webhook
	var headers, events string
	var created, updated int64
	if err := s.Scan(&h.ID, &h.ProjectID, &h.URL, &h.Secret, &headers, &events, &h.Format, &created, &updated); err != nil {
		return h, one(err)
	}
	h.CreatedAt, h.UpdatedAt = fromMicros(created), fromMicros(updated)
	return h, h.read(headers, events)
}

func (h *Webhook) read(headers, events string) error {
	if err := json.Unmarshal([]byte(headers), &h.Headers); err != nil {
		return err
	}
	return json.Unmarshal([]byte(events), &h.Events)
}

// lists returns headers and events as they are stored.
func (h *Webhook) lists() (headers, events string, err error) {
	a, err := json.Marshal(h.Headers)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(h.Events)
	return string(a), string(b), err
}

// AddWebhook records a webhook.
func (d *DB) AddWebhook(ctx context.Context, h Webhook) (Webhook, error) {
	headers, events, err := h.lists()
	if err != nil {
		return h, err
	}
	return scanWebhook(d.SQL.QueryRowContext(ctx, `INSERT INTO webhook_config (`+webhookColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING `+webhookColumns,
		h.ID, h.ProjectID, h.URL, h.Secret, headers, events, h.Format, micros(time.Now())))
}

// UpdateWebhook changes a webhook. What is on its way already is not changed.
func (d *DB) UpdateWebhook(ctx context.Context, h Webhook) (Webhook, error) {
	headers, events, err := h.lists()
	if err != nil {
		return h, err
	}
	return scanWebhook(d.SQL.QueryRowContext(ctx, `UPDATE webhook_config SET url = $3, secret = $4, headers = $5, events = $6, format = $7, updated_at = $8
		WHERE project_id = $1 AND id = $2 RETURNING `+webhookColumns, h.ProjectID, h.ID, h.URL, h.Secret, headers, events, h.Format, micros(time.Now())))
}

// Webhook returns a webhook of any project: who asks for another's is told so.
func (d *DB) Webhook(ctx context.Context, id string) (Webhook, error) {
	return scanWebhook(d.SQL.QueryRowContext(ctx, `SELECT `+webhookColumns+` FROM webhook_config WHERE id = $1`, id))
}

// WebhookFilter chooses webhooks of a project, the newest first.
type WebhookFilter struct {
	Project string
	After   *Cursor
	Limit   int // 0 for all
}

// CursorAfterWebhook returns the place behind the webhook.
func CursorAfterWebhook(h Webhook) Cursor { return Cursor{At: micros(h.CreatedAt), ID: h.ID} }

// Webhooks lists webhooks.
func (d *DB) Webhooks(ctx context.Context, f WebhookFilter) ([]Webhook, error) {
	w := where{}
	w.add(`project_id = %s`, f.Project)
	if f.After != nil {
		w.add(`(created_at, id) < (%s, %s)`, f.After.At, f.After.ID)
	}
	query := `SELECT ` + webhookColumns + ` FROM webhook_config WHERE ` + w.String() + ` ORDER BY created_at DESC, id DESC`
	if f.Limit > 0 {
		query += fmt.Sprintf(` LIMIT %d`, f.Limit)
	}
	return collect(ctx, d.SQL, scanWebhook, query, w.args...)
}

// CountWebhooks counts the webhooks of a project.
func (d *DB) CountWebhooks(ctx context.Context, project string) (int, error) {
	var n int
	err := d.SQL.QueryRowContext(ctx, `SELECT count(*) FROM webhook_config WHERE project_id = $1`, project).Scan(&n)
	return n, err
}

// DeleteWebhook removes a webhook and gives up what is on its way to it.
func (d *DB) DeleteWebhook(ctx context.Context, project, id string) error {
	return d.Tx(ctx, func(tx *sql.Tx) error {
		if err := changed(tx.ExecContext(ctx, `DELETE FROM webhook_config WHERE project_id = $1 AND id = $2`, project, id)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE webhook_delivery SET status = 'FAILED', error = 'the webhook was deleted', secret = '', headers = 'null', updated_at = $2, finished_at = $2
			WHERE config_id = $1 AND status = 'PENDING'`, id, micros(time.Now()))
		return err
	})
}

// AddJobWebhooksTx records who is told about a job: saved webhooks by their
// ids, others with all they are.
func AddJobWebhooksTx(ctx context.Context, tx *sql.Tx, job string, list []Webhook) error {
	for i, h := range list {
		if h.ID != "" {
			h = Webhook{ID: h.ID}
		}
		headers, events, err := h.lists()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO job_webhook (job_id, position, config_id, url, secret, headers, events, format) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			job, i, h.ID, h.URL, h.Secret, headers, events, h.Format)
		if err != nil {
			return err
		}
	}
	return nil
}

// JobWebhooksTx returns who is told about a job. Saved webhooks are as they are
// now; those deleted meanwhile are left out.
func JobWebhooksTx(ctx context.Context, tx *sql.Tx, job string) ([]Webhook, error) {
	return collect(ctx, tx, scanWebhook, `SELECT w.id, w.project_id, w.url, w.secret, w.headers, w.events, w.format, w.created_at, w.updated_at
		FROM job_webhook j JOIN webhook_config w ON w.id = j.config_id WHERE j.job_id = $1
		UNION ALL SELECT '', '', url, secret, headers, events, format, 0, 0 FROM job_webhook WHERE job_id = $1 AND config_id = ''`, job)
}
