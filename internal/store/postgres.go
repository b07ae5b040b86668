package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// maxPostgresConns is for one process; the server's default allows a hundred
	// in all, which is enough for a few servers and a few workers.
	maxPostgresConns = 12
	// idleLife closes connections that a burst of requests left behind.
	idleLife = 5 * time.Minute
)

// openPostgres connects to a server; nothing is migrated yet.
func openPostgres(ctx context.Context, address string) (*DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector{stdlib.GetConnector(*config)})
	db.SetMaxOpenConns(maxPostgresConns)
	db.SetMaxIdleConns(maxPostgresConns)
	db.SetConnMaxIdleTime(idleLife)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	// The queue takes one connection out of this pool to be woken by it.
	pool, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	pool.MinConns, pool.MinIdleConns, pool.MaxConns = 0, 0, 1
	listener, err := pgxpool.NewWithConfig(ctx, pool)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &DB{SQL: db, Listener: listener}, nil
}

// connector makes connections whose texts are cleaned.
type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	std, ok := made.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("connection is a %T", made), made.Close())
	}
	return conn{std}, nil
}

// conn takes out of texts what SQLite stores and PostgreSQL refuses: zero bytes
// and what is no UTF-8. Names of files and search terms have both.
type conn struct{ *stdlib.Conn }

// CheckNamedValue is called for every parameter.
func (c conn) CheckNamedValue(v *driver.NamedValue) error {
	if s, ok := v.Value.(string); ok {
		v.Value = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	}
	return c.Conn.CheckNamedValue(v)
}

// whileLocked runs f while no other process runs it on this database. A process
// that dies gives the lock back with its connection.
func (d *DB) whileLocked(ctx context.Context, name string, f func() error) error {
	c, err := d.SQL.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lockID(name)); err != nil {
		return err
	}
	err = f()
	_, e := c.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lockID(name))
	return errors.Join(err, e)
}

// Alone runs f unless another process is at it, which is no error. On SQLite
// there is no other.
func (d *DB) Alone(ctx context.Context, name string, f func() error) error {
	if !d.Shared() {
		return f()
	}
	c, err := d.SQL.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	var free bool
	if err := c.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, lockID(name)).Scan(&free); err != nil || !free {
		return err
	}
	err = f()
	_, e := c.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lockID(name))
	return errors.Join(err, e)
}

// SerializeTx makes transactions with the same key wait for each other. Those of
// SQLite do so anyway.
func (d *DB) SerializeTx(ctx context.Context, tx *sql.Tx, key string) error {
	if !d.Shared() {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockID(key))
	return err
}

// lockID is the number by which PostgreSQL knows a lock.
func lockID(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("recto " + name)) // never fails
	return int64(h.Sum64())
}

// collate makes texts sort by their bytes, as in SQLite, whatever the language
// of the database: ids end the order of lists, and pages of lists go on behind
// a name. It changes columns that were made since the last time.
func (d *DB) collate(ctx context.Context) error {
	type column struct{ table, name string }
	scan := func(s scanner) (c column, err error) { return c, s.Scan(&c.table, &c.name) }
	list, err := collect(ctx, d.SQL, scan, `SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS NULL
		AND table_name NOT LIKE 'river%' AND table_name NOT LIKE 'goose%' ORDER BY table_name, ordinal_position`)
	if err != nil {
		return err
	}
	for _, c := range list {
		statement := fmt.Sprintf(`ALTER TABLE %s ALTER COLUMN %s TYPE text COLLATE "C"`, pgx.Identifier{c.table}.Sanitize(), pgx.Identifier{c.name}.Sanitize())
		if _, err := d.SQL.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// Codes of PostgreSQL's errors.
const (
	uniqueViolation = "23505"
	noConnections   = "53300"
	diskFull        = "53100"
)

// passing are the codes of what may be over at the next try: lost races, locks,
// a server that restarts.
var passing = []string{"40001", "40P01", "55P03", noConnections, "57P01", "57P02", "57P03"}

func isPassing(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains(passing, e.Code)
}

func isFullServer(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == diskFull
}

// taken turns a name that two requests took at once into ErrTaken.
func taken(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == uniqueViolation {
		return ErrTaken
	}
	return err
}
