package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// ErrTaken means that another one has the name already.
var ErrTaken = errors.New("the name is taken")

// ErrDefault means that the default project was to be deleted.
var ErrDefault = errors.New("the default project cannot be deleted")

// Organization is what all projects of a server belong to; there is one.
type Organization struct {
	ID        string
	Name      string
	CreatedAt time.Time
}

// Project owns files and jobs; keys give access to exactly one.
type Project struct {
	ID        string
	Name      string
	Default   bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

const projectColumns = `id, name, is_default, created_at, updated_at`

func scanProject(s scanner) (Project, error) {
	var p Project
	var created, updated int64
	err := s.Scan(&p.ID, &p.Name, &p.Default, &created, &updated)
	p.CreatedAt, p.UpdatedAt = fromMicros(created), fromMicros(max(created, updated))
	return p, one(err)
}

// Project returns the project with the id, or the default one for "".
func (d *DB) Project(ctx context.Context, id string) (Project, error) {
	if id == "" {
		return scanProject(d.SQL.QueryRowContext(ctx, `SELECT `+projectColumns+` FROM project WHERE is_default`))
	}
	return scanProject(d.SQL.QueryRowContext(ctx, `SELECT `+projectColumns+` FROM project WHERE id = $1 AND deleted_at = 0`, id))
}

// ProjectNamed returns the project of that name and creates it when there is
// none; "" is the default project.
func (d *DB) ProjectNamed(ctx context.Context, name string) (Project, error) {
	if name == "" {
		return d.Project(ctx, "")
	}
	if _, err := d.AddProject(ctx, name); err != nil && !errors.Is(err, ErrTaken) {
		return Project{}, err
	}
	return scanProject(d.SQL.QueryRowContext(ctx, `SELECT `+projectColumns+` FROM project WHERE name = $1`, name))
}

// AddProject creates a project, or returns ErrTaken.
func (d *DB) AddProject(ctx context.Context, name string) (Project, error) {
	p, err := scanProject(d.SQL.QueryRowContext(ctx, `INSERT INTO project (id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (name) DO NOTHING RETURNING `+projectColumns, uuid.NewString(), name, micros(time.Now())))
	if errors.Is(err, ErrNotFound) {
		return p, ErrTaken
	}
	return p, err
}

// RenameProject gives a project another name, or returns ErrTaken.
func (d *DB) RenameProject(ctx context.Context, id, name string) (Project, error) {
	var p Project
	err := d.Tx(ctx, func(tx *sql.Tx) error {
		var holder string
		err := one(tx.QueryRowContext(ctx, `SELECT id FROM project WHERE name = $1`, name).Scan(&holder))
		if err == nil && holder != id {
			return ErrTaken
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		p, err = scanProject(tx.QueryRowContext(ctx, `UPDATE project SET name = $2, updated_at = $3 WHERE id = $1 AND deleted_at = 0 RETURNING `+projectColumns,
			id, name, micros(time.Now())))
		return err
	})
	return p, taken(err)
}

// ProjectFilter chooses projects. Zero fields do not count.
type ProjectFilter struct {
	ID    string
	Name  string
	After *Cursor
	Limit int // 0 for all
}

// CursorAfterProject returns the place behind the project.
func CursorAfterProject(p Project) Cursor { return Cursor{At: micros(p.CreatedAt), ID: p.ID} }

// Projects lists projects, the oldest first.
func (d *DB) Projects(ctx context.Context, f ProjectFilter) ([]Project, error) {
	w := where{}
	w.add(`deleted_at = %s`, 0)
	if f.ID != "" {
		w.add(`id = %s`, f.ID)
	}
	if f.Name != "" {
		w.add(`name = %s`, f.Name)
	}
	if f.After != nil {
		w.add(`(created_at, id) > (%s, %s)`, f.After.At, f.After.ID)
	}
	query := `SELECT ` + projectColumns + ` FROM project WHERE ` + w.String() + ` ORDER BY created_at, id`
	if f.Limit > 0 {
		query += fmt.Sprintf(` LIMIT %d`, f.Limit)
	}
	return collect(ctx, d.SQL, scanProject, query, w.args...)
}

// DeleteProject hides a project, frees its name and ends its keys. What it
// owned goes when PurgeProjectTx is called for it.
func (d *DB) DeleteProject(ctx context.Context, id string) error {
	now := micros(time.Now())
	return d.Tx(ctx, func(tx *sql.Tx) error {
		var isDefault bool
		err := tx.QueryRowContext(ctx, `SELECT is_default FROM project WHERE id = $1 AND deleted_at = 0`, id).Scan(&isDefault)
		if err != nil {
			return one(err)
		}
		if isDefault {
			return ErrDefault
		}
		if _, err := tx.ExecContext(ctx, `UPDATE api_key SET revoked_at = $2 WHERE project_id = $1 AND revoked_at = 0`, id, now); err != nil {
			return err
		}
		return changed(tx.ExecContext(ctx, `UPDATE project SET deleted_at = $2, name = 'deleted ' || id WHERE id = $1`, id, now))
	})
}

// DeletedProjects lists the projects that wait for PurgeProjectTx.
func (d *DB) DeletedProjects(ctx context.Context) ([]string, error) {
	scan := func(s scanner) (id string, err error) { return id, s.Scan(&id) }
	return collect(ctx, d.SQL, scan, `SELECT id FROM project WHERE deleted_at > 0`)
}

// Leftovers are what a purged project leaves outside the database.
type Leftovers struct {
	Jobs  []string
	Files []string
	Queue []int64 // entries of its unfinished jobs
}

// PurgeProjectTx removes a deleted project with everything it owned.
func PurgeProjectTx(ctx context.Context, tx *sql.Tx, id string) (Leftovers, error) {
	var l Leftovers
	text := func(s scanner) (v string, err error) { return v, s.Scan(&v) }
	number := func(s scanner) (n int64, err error) { return n, s.Scan(&n) }
	var err error
	if l.Jobs, err = collect(ctx, tx, text, `SELECT id FROM parse_job WHERE project_id = $1`, id); err != nil {
		return l, err
	}
	if l.Files, err = collect(ctx, tx, text, `SELECT id FROM file WHERE project_id = $1`, id); err != nil {
		return l, err
	}
	if l.Queue, err = collect(ctx, tx, number, `SELECT queue_id FROM parse_job WHERE project_id = $1 AND status IN ('PENDING', 'RUNNING')`, id); err != nil {
		return l, err
	}
	for _, table := range jobTables {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE job_id IN (SELECT id FROM parse_job WHERE project_id = $1)`, id); err != nil {
			return l, err
		}
	}
	for _, table := range projectTables {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE project_id = $1`, id); err != nil {
			return l, err
		}
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM project WHERE id = $1 AND deleted_at > 0`, id)
	return l, err
}

// projectTables hold what belongs to a project, jobTables what belongs to a
// job, in an order that respects their references.
var (
	projectTables = []string{"configuration", "webhook_config", "webhook_delivery", "parse_job", "file", "api_key"}
	jobTables     = []string{"result", "image", "cached_result", "job_webhook"}
)
