package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Configuration is a named set of options for later requests.
type Configuration struct {
	ID          string
	ProjectID   string
	Name        string
	ProductType string
	Parameters  string // JSON, or what it was sealed into
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

const configurationColumns = `id, project_id, name, product_type, parameters, created_at, updated_at`

func scanConfiguration(s scanner) (Configuration, error) {
	var c Configuration
	var created, updated int64
	err := s.Scan(&c.ID, &c.ProjectID, &c.Name, &c.ProductType, &c.Parameters, &created, &updated)
	c.CreatedAt, c.UpdatedAt = fromMicros(created), fromMicros(updated)
	return c, one(err)
}

// SaveConfiguration records a configuration, or replaces the parameters of the
// one of that name and kind, which keeps its id.
func (d *DB) SaveConfiguration(ctx context.Context, c Configuration) (Configuration, error) {
	return scanConfiguration(d.SQL.QueryRowContext(ctx, `INSERT INTO configuration (`+configurationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (project_id, product_type, name) DO UPDATE SET parameters = excluded.parameters, updated_at = excluded.updated_at
		RETURNING `+configurationColumns, c.ID, c.ProjectID, c.Name, c.ProductType, c.Parameters, micros(time.Now())))
}

// CountOtherConfigurations counts the configurations of a project but for that of
// a name.
func (d *DB) CountOtherConfigurations(ctx context.Context, project, name string) (int, error) {
	var n int
	err := d.SQL.QueryRowContext(ctx, `SELECT count(*) FROM configuration WHERE project_id = $1 AND name <> $2`, project, name).Scan(&n)
	return n, err
}

// UpdateConfiguration changes name and parameters, or returns ErrTaken.
func (d *DB) UpdateConfiguration(ctx context.Context, c Configuration) (Configuration, error) {
	err := d.Tx(ctx, func(tx *sql.Tx) error {
		var holder string
		err := one(tx.QueryRowContext(ctx, `SELECT id FROM configuration WHERE project_id = $1 AND product_type = $2 AND name = $3`,
			c.ProjectID, c.ProductType, c.Name).Scan(&holder))
		if err == nil && holder != c.ID {
			return ErrTaken
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		c, err = scanConfiguration(tx.QueryRowContext(ctx, `UPDATE configuration SET name = $3, parameters = $4, updated_at = $5
			WHERE project_id = $1 AND id = $2 RETURNING `+configurationColumns, c.ProjectID, c.ID, c.Name, c.Parameters, micros(time.Now())))
		return err
	})
	return c, taken(err)
}

// Configuration returns a configuration of any project: who asks for another's
// is told so.
func (d *DB) Configuration(ctx context.Context, id string) (Configuration, error) {
	return scanConfiguration(d.SQL.QueryRowContext(ctx, `SELECT `+configurationColumns+` FROM configuration WHERE id = $1`, id))
}

// DeleteConfiguration removes a configuration. Jobs keep what they took from it.
func (d *DB) DeleteConfiguration(ctx context.Context, project, id string) error {
	return changed(d.SQL.ExecContext(ctx, `DELETE FROM configuration WHERE project_id = $1 AND id = $2`, project, id))
}

// ConfigurationFilter chooses configurations of a project. Zero fields do not count.
type ConfigurationFilter struct {
	Project      string
	Name         string
	ProductTypes []string
	After        *Cursor
	Limit        int
}

// CursorAfterConfiguration returns the place behind the configuration.
func CursorAfterConfiguration(c Configuration) Cursor {
	return Cursor{At: micros(c.CreatedAt), ID: c.ID}
}

// Configurations lists configurations, the newest first.
func (d *DB) Configurations(ctx context.Context, f ConfigurationFilter) ([]Configuration, error) {
	w := where{}
	w.add(`project_id = %s`, f.Project)
	if f.Name != "" {
		w.add(`name = %s`, f.Name)
	}
	if f.ProductTypes != nil {
		w.in("product_type", f.ProductTypes)
	}
	if f.After != nil {
		w.add(`(created_at, id) < (%s, %s)`, f.After.At, f.After.ID)
	}
	query := fmt.Sprintf(`SELECT %s FROM configuration WHERE %s ORDER BY created_at DESC, id DESC LIMIT %d`, configurationColumns, w.String(), f.Limit)
	return collect(ctx, d.SQL, scanConfiguration, query, w.args...)
}
