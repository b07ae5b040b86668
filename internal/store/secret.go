package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
)

// secretSize is the length of a secret in bytes.
const secretSize = 32

// Keep returns what is stored under the name, which is the value when there was
// nothing yet.
func (d *DB) Keep(ctx context.Context, name, value string) (kept string, err error) {
	if _, err := d.SQL.ExecContext(ctx, `INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, value); err != nil {
		return "", err
	}
	return d.Kept(ctx, name)
}

// Kept returns what is stored under the name, or ErrNotFound.
func (d *DB) Kept(ctx context.Context, name string) (value string, err error) {
	err = d.SQL.QueryRowContext(ctx, `SELECT value FROM secret WHERE name = $1`, name).Scan(&value)
	return value, one(err)
}

// Secret returns the random bytes of that name, the same to every process on the
// database. They are made when they are first asked for.
func (d *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	made := make([]byte, secretSize)
	rand.Read(made) // never fails
	kept, err := d.Keep(ctx, name, hex.EncodeToString(made))
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(kept)
}
