package store

import (
	"context"
	"database/sql"
	"encoding/json"
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
	Settings  Settings
	CreatedAt time.Time
	UpdatedAt time.Time
}

const projectColumns = `id, name, is_default, settings, created_at, updated_at`

func scanProject(s scanner) (Project, error) {
	var p Project
	var created, updated int64
	var settings string
	if err := s.Scan(&p.ID, &p.Name, &p.Default, &settings, &created, &updated); err != nil {
		return p, one(err)
	}
	p.CreatedAt, p.UpdatedAt = fromMicros(created), fromMicros(max(created, updated))
	if settings == "" {
		return p, nil
	}
	return p, json.Unmarshal([]byte(settings), &p.Settings)
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
// owned goes with DropJobTx, DropFile and, in the end, DropProjectTx.
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

// DeletedProjects lists the projects that wait for being removed.
func (d *DB) DeletedProjects(ctx context.Context) ([]string, error) {
	return collect(ctx, d.SQL, scanText, `SELECT id FROM project WHERE deleted_at > 0`)
}

// Leftover is a job of a deleted project.
type Leftover struct {
	ID    string
	Queue int64
	Live  bool // not finished
}

// ProjectJobs lists some jobs of a project.
func (d *DB) ProjectJobs(ctx context.Context, project string, limit int) ([]Leftover, error) {
	scan := func(s scanner) (l Leftover, err error) { return l, s.Scan(&l.ID, &l.Queue, &l.Live) }
	return collect(ctx, d.SQL, scan, `SELECT id, queue_id, status IN ('PENDING', 'RUNNING') FROM parse_job WHERE project_id = $1 LIMIT $2`, project, limit)
}

// DropJobTx removes a job of a deleted project whatever its state, and returns
// the queue's entries of its messages. What still works on it finds it gone.
func DropJobTx(ctx context.Context, tx *sql.Tx, id string) ([]int64, error) {
	return eraseRowsTx(ctx, tx, id)
}

// ProjectFiles lists some files of a project, also deleted ones.
func (d *DB) ProjectFiles(ctx context.Context, project string, limit int) ([]string, error) {
	return collect(ctx, d.SQL, scanText, `SELECT id FROM file WHERE project_id = $1 LIMIT $2`, project, limit)
}

// DropFile removes the row of a file of a deleted project.
func (d *DB) DropFile(ctx context.Context, id string) error {
	_, err := d.SQL.ExecContext(ctx, `DELETE FROM file WHERE id = $1`, id)
	return err
}

// DropProjectTx removes a deleted project when it has no jobs and files any more.
func DropProjectTx(ctx context.Context, tx *sql.Tx, id string) error {
	for _, table := range projectTables {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE project_id = $1`, id); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM project WHERE id = $1 AND deleted_at > 0`, id)
	return err
}

func scanText(s scanner) (v string, err error) { return v, s.Scan(&v) }

// jobTables hold what belongs to a job. projectTables hold what belongs to a
// project and to no job or file.
var (
	jobTables     = []string{"part", "result", "image", "cached_result", "job_webhook", "webhook_delivery"}
	projectTables = []string{"configuration", "webhook_config", "webhook_delivery", "page_count", "api_key"}
)
