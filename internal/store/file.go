package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// File is an uploaded document.
type File struct {
	ID             string
	ProjectID      string
	Name           string
	Size           int64
	SHA256         string
	ContentType    string
	FileType       string // extension without the dot, lower case
	Purpose        string
	ExternalFileID string
	ByHand         bool // uploaded as a file, not along with a job
	CreatedAt      time.Time
	DeletedAt      time.Time
}

const fileColumns = `id, project_id, name, size, sha256, content_type, file_type, purpose, external_file_id, by_hand, created_at, deleted_at`

func scanFile(s scanner) (File, error) {
	var f File
	var created, deleted int64
	err := s.Scan(&f.ID, &f.ProjectID, &f.Name, &f.Size, &f.SHA256, &f.ContentType, &f.FileType, &f.Purpose, &f.ExternalFileID, &f.ByHand, &created, &deleted)
	f.CreatedAt, f.DeletedAt = fromMicros(created), fromMicros(deleted)
	return f, one(err)
}

// AddFile records an uploaded file.
func (d *DB) AddFile(ctx context.Context, f File) error { return addFile(ctx, d.SQL, f) }

// AddFileTx records an uploaded file along with other changes.
func AddFileTx(ctx context.Context, tx *sql.Tx, f File) error { return addFile(ctx, tx, f) }

func addFile(ctx context.Context, q queryer, f File) error {
	_, err := q.ExecContext(ctx, `INSERT INTO file (`+fileColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)`,
		f.ID, f.ProjectID, f.Name, f.Size, f.SHA256, f.ContentType, f.FileType, f.Purpose, f.ExternalFileID, f.ByHand, micros(f.CreatedAt))
	return err
}

// File returns a file of the project that was not deleted.
func (d *DB) File(ctx context.Context, project, id string) (File, error) {
	return scanFile(d.SQL.QueryRowContext(ctx, `SELECT `+fileColumns+` FROM file WHERE project_id = $1 AND id = $2 AND deleted_at = 0`, project, id))
}

// JobFile returns the file a job reads, even when it was deleted meanwhile.
func (d *DB) JobFile(ctx context.Context, id string) (File, error) {
	return scanFile(d.SQL.QueryRowContext(ctx, `SELECT `+fileColumns+` FROM file WHERE id = $1`, id))
}

// DeleteFile hides a file. Its bytes may go once UnusedFiles names it.
func (d *DB) DeleteFile(ctx context.Context, project, id string) error {
	return changed(d.SQL.ExecContext(ctx, `UPDATE file SET deleted_at = $3 WHERE project_id = $1 AND id = $2 AND deleted_at = 0`, project, id, micros(time.Now())))
}

// UnusedFiles lists some deleted files that no unfinished job needs any more.
func (d *DB) UnusedFiles(ctx context.Context) ([]string, error) {
	return collect(ctx, d.SQL, scanText, `SELECT id FROM file WHERE deleted_at > 0 AND NOT EXISTS
		(SELECT 1 FROM parse_job WHERE parse_job.file_id = file.id AND status IN ('PENDING', 'RUNNING')) LIMIT 1000`)
}

// ForgetFile removes the row of a deleted file.
func (d *DB) ForgetFile(ctx context.Context, id string) error {
	_, err := d.SQL.ExecContext(ctx, `DELETE FROM file WHERE id = $1 AND deleted_at > 0`, id)
	return err
}

// FileFilter chooses files of a project. Zero fields do not count.
type FileFilter struct {
	Project        string
	IDs            []string // nil for all, empty for none
	Name           string
	ExternalFileID string
	OnlyByHand     bool

	Order Order
	After *Cursor // the last file already seen
	Limit int
}

// Order is how a list of files is sorted; ids break ties in the same direction.
type Order struct {
	By   string // "created_at", "name" or "id"
	Desc bool
}

// Cursor is a place in a sorted list.
type Cursor struct {
	Key string `json:"k,omitempty"` // the sort field when it is text
	At  int64  `json:"t,omitempty"` // the sort field when it is a time
	ID  string `json:"i"`
}

// CursorAfter returns the place behind the file.
func (o Order) CursorAfter(f File) Cursor {
	switch o.By {
	case "name":
		return Cursor{Key: f.Name, ID: f.ID}
	case "id":
		return Cursor{Key: f.ID, ID: f.ID}
	}
	return Cursor{At: micros(f.CreatedAt), ID: f.ID}
}

// Files lists files.
func (d *DB) Files(ctx context.Context, f FileFilter) ([]File, error) {
	w := where{}
	w.add(`project_id = %s`, f.Project)
	w.add(`deleted_at = %s`, 0)
	if f.IDs != nil {
		w.in("id", f.IDs)
	}
	if f.Name != "" {
		w.add(`name = %s`, f.Name)
	}
	if f.ExternalFileID != "" {
		w.add(`external_file_id = %s`, f.ExternalFileID)
	}
	if f.OnlyByHand {
		w.add(`by_hand = %s`, true)
	}
	op, dir := ">", "ASC"
	if f.Order.Desc {
		op, dir = "<", "DESC"
	}
	by := "created_at"
	if f.Order.By == "name" || f.Order.By == "id" {
		by = f.Order.By
	}
	if c := f.After; c != nil && by == "created_at" {
		w.add(`(created_at, id) `+op+` (%s, %s)`, c.At, c.ID)
	} else if c != nil {
		w.add(`(`+by+`, id) `+op+` (%s, %s)`, c.Key, c.ID)
	}
	query := fmt.Sprintf(`SELECT %s FROM file WHERE %s ORDER BY %s %s, id %s LIMIT %d`, fileColumns, w.String(), by, dir, dir, f.Limit)
	return collect(ctx, d.SQL, scanFile, query, w.args...)
}

// where builds a condition with numbered parameters.
type where struct {
	parts []string
	args  []any
}

// add adds a condition; every %s in it becomes the next parameter.
func (w *where) add(cond string, args ...any) {
	marks := make([]any, len(args))
	for i, a := range args {
		w.args = append(w.args, a)
		marks[i] = fmt.Sprintf("$%d", len(w.args))
	}
	w.parts = append(w.parts, fmt.Sprintf(cond, marks...))
}

func (w *where) in(column string, values []string) {
	if len(values) == 0 {
		w.parts = append(w.parts, "1 = 0")
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.add(column+` IN (`+strings.TrimSuffix(strings.Repeat("%s, ", len(values)), ", ")+`)`, args...)
}

func (w *where) String() string { return strings.Join(w.parts, " AND ") }
