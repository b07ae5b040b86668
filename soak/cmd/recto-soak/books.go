package main

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"

	"recto/internal/store"
)

// books is what the database says.
type books struct {
	jobs   []jobRow
	blobs  map[string]bool // keys that rows name
	queued int             // entries of the queue that are not finished
}

type jobRow struct {
	id, status, idempotencyKey string
	attempt                    int
}

func readBooks(ctx context.Context, c store.Config) (b *books, err error) {
	db, err := store.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b = &books{blobs: map[string]bool{}}
	err = each(ctx, db.SQL, `SELECT id, status, idempotency_key, attempt FROM parse_job`, func(r *sql.Rows) error {
		var j jobRow
		defer func() { b.jobs = append(b.jobs, j) }()
		return r.Scan(&j.id, &j.status, &j.idempotencyKey, &j.attempt)
	})
	key := func(prefix string) func(r *sql.Rows) error {
		return func(r *sql.Rows) error {
			var k string
			err := r.Scan(&k)
			b.blobs[prefix+k] = true
			return err
		}
	}
	return b, errors.Join(err,
		each(ctx, db.SQL, `SELECT blob FROM result`, key("")),
		each(ctx, db.SQL, `SELECT blob FROM image`, key("")),
		each(ctx, db.SQL, `SELECT id FROM file`, key("files/")),
		db.SQL.QueryRowContext(ctx, `SELECT count(*) FROM river_job WHERE state NOT IN ('completed', 'cancelled', 'discarded') AND queue <> 'webhook'`).Scan(&b.queued))
}

func each(ctx context.Context, db *sql.DB, query string, f func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// countFiles counts the files below a folder.
func countFiles(dir string) (n int, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	return n, err
}
