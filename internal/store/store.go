// Package store keeps projects, keys, files, jobs and what their results are
// called, in SQL. It is the only door to the database drivers. One schema and
// one set of statements serve SQLite and PostgreSQL: numbered parameters, no
// dialect of either. The bytes themselves are package blob's business, running
// jobs is package job's.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNotFound means that there is no such row, or not in this project.
var ErrNotFound = errors.New("not found")

// maxConns is enough to keep readers from queueing behind the one writer
// SQLite allows.
const maxConns = 8

// busyTimeout is how long a writer waits for another one.
const busyTimeout = 10 * time.Second

//go:embed migrations/*.sql
var migrations embed.FS

// DB is the database. Its methods are safe for concurrent use.
type DB struct {
	SQL          *sql.DB
	Organization Organization
	// Listener is for the queue, which is woken through a connection of its own;
	// nil for SQLite.
	Listener *pgxpool.Pool
}

// Shared reports whether other processes may work on the database: it is
// PostgreSQL. On SQLite one process does.
func (d *DB) Shared() bool { return d.Listener != nil }

// Config says where the database is.
type Config struct {
	Dir string // the data directory; without an address the database is recto.db within
	// Address of a PostgreSQL server and database, postgres://…; "" for SQLite.
	Address string
	// Migrate brings tables of others up to date (the queue's), under the same lock.
	Migrate func(context.Context, *DB) error
}

// CheckAddress says what is wrong with the address of a database.
func CheckAddress(address string) error {
	if address == "" || strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return nil
	}
	return errors.New("the database is given as postgres://USER:PASSWORD@HOST/NAME, or not at all for SQLite in the data directory")
}

// Open opens the database, creates it when it does not exist, and brings its
// tables up to date. Neither goose nor the queue locks its migrations, and two
// processes starting on one new database would both create the tables.
func Open(ctx context.Context, c Config) (*DB, error) {
	if err := CheckAddress(c.Address); err != nil {
		return nil, err
	}
	if c.Address != "" {
		d, err := openPostgres(ctx, c.Address)
		if err != nil {
			return nil, err
		}
		err = d.whileLocked(ctx, "migrate", func() error { return d.migrate(ctx, c) })
		if err != nil {
			return nil, errors.Join(fmt.Errorf("migrate the database: %w", err), d.Close())
		}
		return d, nil
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	l, err := lock(filepath.Join(c.Dir, "migrate.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, fmt.Errorf("lock migrations: %w", err)
	}
	defer l.Close()

	dsn := fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate",
		filepath.Join(c.Dir, "recto.db"), busyTimeout.Milliseconds())
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(maxConns)
	d := &DB{SQL: db}
	if err := d.migrate(ctx, c); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate the database: %w", err), db.Close())
	}
	return d, nil
}

// Place names the database in messages, without a password.
func (c Config) Place() string {
	if c.Address == "" {
		return filepath.Join(c.Dir, "recto.db")
	}
	u, err := url.Parse(c.Address)
	if err != nil {
		return "the database"
	}
	return "postgres://" + u.Host + u.Path
}

func (d *DB) migrate(ctx context.Context, c Config) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if d.Shared() {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, d.SQL, dir)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	if d.Shared() {
		if err := d.collate(ctx); err != nil {
			return err
		}
	}
	if c.Migrate != nil {
		if err := c.Migrate(ctx, d); err != nil {
			return err
		}
	}
	return d.found(ctx)
}

// found makes what every database has: an organization and a default project.
func (d *DB) found(ctx context.Context) error {
	now := micros(time.Now())
	_, err := d.Project(ctx, "")
	if errors.Is(err, ErrNotFound) {
		_, err = d.SQL.ExecContext(ctx, `INSERT INTO project (id, name, is_default, created_at, updated_at) VALUES ($1, $2, true, $3, $3)`,
			uuid.NewString(), "Default", now)
	}
	if err != nil {
		return err
	}
	_, err = d.SQL.ExecContext(ctx, `INSERT INTO organization (id, name, created_at) SELECT $1, $2, CAST($3 AS bigint) WHERE NOT EXISTS (SELECT 1 FROM organization)`,
		uuid.NewString(), "Default", now)
	if err != nil {
		return err
	}
	var created int64
	o := &d.Organization
	err = d.SQL.QueryRowContext(ctx, `SELECT id, name, created_at FROM organization`).Scan(&o.ID, &o.Name, &created)
	o.CreatedAt = fromMicros(created)
	return err
}

// Close closes the database.
func (d *DB) Close() error {
	if d.Listener != nil {
		d.Listener.Close()
	}
	return d.SQL.Close()
}

// Tx runs f in one transaction, which is rolled back when f returns an error.
func (d *DB) Tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.SQL.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to roll back after a commit
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// ErrInUse means that another server works on the data directory.
var ErrInUse = errors.New("the data directory is in use by another server")

// Lock is the right to run jobs on a data directory.
type Lock struct{ file *os.File }

// TakeLock takes the right, or returns ErrInUse. The system gives it back when
// the process dies, however it dies.
func TakeLock(dir string) (*Lock, error) {
	f, err := lock(filepath.Join(dir, "server.lock"), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	if err != nil {
		return nil, err
	}
	return &Lock{f}, nil
}

// Release gives the right back.
func (l *Lock) Release() error { return l.file.Close() }

func lock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// IsBusy reports whether an error says that another writer kept the database to
// itself for too long, or that its server restarts; trying again may help.
func IsBusy(err error) bool {
	if isPassing(err) {
		return true
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// IsFull reports whether an error says that the disk of the database is full.
func IsFull(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_FULL
	}
	return isFullServer(err)
}

// queryer is a database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// scanner is a row of either kind.
type scanner interface{ Scan(...any) error }

// one turns the absence of a row into ErrNotFound.
func one(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// changed returns ErrNotFound when a statement changed nothing.
func changed(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// collect reads all rows with one scan function.
func collect[T any](ctx context.Context, q queryer, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// micros is how times are stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
