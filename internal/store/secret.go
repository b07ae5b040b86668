package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
)

// secretSize is the length of a secret in bytes.
const secretSize = 32

// Secret returns the random bytes of that name, the same to every process on the
// database. They are made when they are first asked for.
func (d *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	made := make([]byte, secretSize)
	rand.Read(made) // never fails
	if _, err := d.SQL.ExecContext(ctx, `INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, hex.EncodeToString(made)); err != nil {
		return nil, err
	}
	var kept string
	if err := d.SQL.QueryRowContext(ctx, `SELECT value FROM secret WHERE name = $1`, name).Scan(&kept); err != nil {
		return nil, err
	}
	return hex.DecodeString(kept)
}
