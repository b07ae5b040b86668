package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Check says what is wrong with the database of a data directory: that it cannot
// be read, written, or is damaged. It changes nothing, also beside a running
// server. One that does not exist yet is os.ErrNotExist.
func Check(ctx context.Context, dir string) error {
	file := filepath.Join(dir, "recto.db")
	if _, err := os.Stat(file); err != nil {
		return err
	}
	dsn := url.URL{Scheme: "file", Opaque: url.PathEscape(file), RawQuery: fmt.Sprintf("mode=rw&_pragma=busy_timeout(%d)&_txlock=immediate", busyTimeout.Milliseconds())}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil) // immediate: it asks for the right to write
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	var verdict string
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM project").Scan(new(int)); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if err := tx.Rollback(); err != nil { // the examination below holds up no writer
		return err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if verdict != "ok" {
		return errors.New(verdict)
	}
	return nil
}
