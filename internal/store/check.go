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

// Check says what is wrong with a database: that it cannot be reached, read,
// written, or is damaged. It changes nothing, also beside a running server. One
// that does not exist yet is os.ErrNotExist.
func Check(ctx context.Context, c Config) error {
	if err := CheckAddress(c.Address); err != nil {
		return err
	}
	if c.Address != "" {
		return checkPostgres(ctx, c.Address)
	}
	file := filepath.Join(c.Dir, "recto.db")
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

func checkPostgres(ctx context.Context, address string) error {
	d, err := openPostgres(ctx, address)
	if err != nil {
		return err
	}
	defer d.Close()
	var there, readOnly bool
	err = d.SQL.QueryRowContext(ctx, `SELECT to_regclass('project') IS NOT NULL, current_setting('transaction_read_only') = 'on'`).Scan(&there, &readOnly)
	switch {
	case err != nil:
		return fmt.Errorf("read: %w", err)
	case readOnly:
		return errors.New("write: the server only lets read, it may be a standby")
	case !there:
		return os.ErrNotExist
	}
	if err := d.SQL.QueryRowContext(ctx, "SELECT count(*) FROM project").Scan(new(int)); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	// Nothing is changed, but the right to is asked for.
	if _, err := d.SQL.ExecContext(ctx, "UPDATE parse_job SET status = status WHERE 1 = 0"); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
