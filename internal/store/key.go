package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// Key gives access to a project. Only a hash of the secret is stored.
type Key struct {
	ID         string
	ProjectID  string
	Project    string // its name
	Name       string
	Admin      bool   // reaches all projects and may manage them
	Prefix     string // how the secret begins, to tell keys apart
	CreatedAt  time.Time
	LastUsedAt time.Time
	RevokedAt  time.Time
}

// keyPrefix is what clients expect a key to begin with.
const keyPrefix = "llx-"

// shownPrefix is how much of a secret is kept in clear.
const shownPrefix = len(keyPrefix) + 6

// usedEvery is how often the time of last use is written down.
const usedEvery = time.Minute

// CreateKey makes a key and returns its secret, which cannot be had again.
func (d *DB) CreateKey(ctx context.Context, projectID, name string) (Key, string, error) {
	return d.createKey(ctx, Key{ProjectID: projectID, Name: name})
}

// CreateAdminKey makes a key that reaches all projects. The one given is that
// of requests that name none.
func (d *DB) CreateAdminKey(ctx context.Context, projectID, name string) (Key, string, error) {
	return d.createKey(ctx, Key{ProjectID: projectID, Name: name, Admin: true})
}

func (d *DB) createKey(ctx context.Context, k Key) (Key, string, error) {
	b := make([]byte, 24)
	rand.Read(b) // never fails
	secret := keyPrefix + hex.EncodeToString(b)
	err := d.insertKey(ctx, &k, secret)
	return k, secret, err
}

// shortestKey is the least length of a secret made elsewhere, in characters
// after the prefix: 128 bits when they are hexadecimal digits.
const shortestKey = 32

// ImportKey makes a key of a secret that was made elsewhere. One that is known
// already stays as it is: revoked, too.
func (d *DB) ImportKey(ctx context.Context, projectID, name, secret string) error {
	random, ok := strings.CutPrefix(secret, keyPrefix)
	if !ok || len(random) < shortestKey || strings.ContainsFunc(random, isNoKeyCharacter) {
		return fmt.Errorf("a key is %q and %d or more letters and digits, chosen by chance: echo %s$(openssl rand -hex 24)", keyPrefix, shortestKey, keyPrefix)
	}
	return d.insertKey(ctx, &Key{ProjectID: projectID, Name: name}, secret)
}

func isNoKeyCharacter(r rune) bool {
	return r >= unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
}

// insertKey stores a key unless its secret is known.
func (d *DB) insertKey(ctx context.Context, k *Key, secret string) error {
	k.ID, k.Prefix, k.CreatedAt = uuid.NewString(), secret[:shownPrefix], time.Now().UTC()
	_, err := d.SQL.ExecContext(ctx, `INSERT INTO api_key (id, project_id, name, admin, prefix, hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (hash) DO NOTHING`,
		k.ID, k.ProjectID, k.Name, k.Admin, k.Prefix, hashKey(secret), micros(k.CreatedAt))
	return err
}

// hashKey needs no salt and no stretching: secrets are 192 random bits, or 128 and
// more where they came from elsewhere.
func hashKey(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

const keyColumns = `k.id, k.project_id, p.name, k.name, k.admin, k.prefix, k.created_at, k.last_used_at, k.revoked_at
	FROM api_key k JOIN project p ON p.id = k.project_id`

func scanKey(s scanner) (Key, error) {
	var k Key
	var created, used, revoked int64
	err := s.Scan(&k.ID, &k.ProjectID, &k.Project, &k.Name, &k.Admin, &k.Prefix, &created, &used, &revoked)
	k.CreatedAt, k.LastUsedAt, k.RevokedAt = fromMicros(created), fromMicros(used), fromMicros(revoked)
	return k, one(err)
}

// Keys lists all keys, the newest first.
func (d *DB) Keys(ctx context.Context) ([]Key, error) {
	return collect(ctx, d.SQL, scanKey, `SELECT `+keyColumns+` ORDER BY k.created_at DESC, k.id`)
}

// HasKeys reports whether there is any key that is not revoked.
func (d *DB) HasKeys(ctx context.Context) (bool, error) {
	var n int
	err := d.SQL.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM api_key WHERE revoked_at = 0 LIMIT 1) AS k`).Scan(&n)
	return n > 0, err
}

// KeyOf returns the live key a secret belongs to, and notes that it was used.
func (d *DB) KeyOf(ctx context.Context, secret string) (Key, error) {
	k, err := scanKey(d.SQL.QueryRowContext(ctx, `SELECT `+keyColumns+` WHERE k.hash = $1 AND k.revoked_at = 0`, hashKey(secret)))
	if err != nil {
		return k, err
	}
	if now := time.Now(); now.Sub(k.LastUsedAt) > usedEvery {
		_, err = d.SQL.ExecContext(ctx, `UPDATE api_key SET last_used_at = $2 WHERE id = $1`, k.ID, micros(now))
		if IsFull(err) {
			err = nil // there is no room to note it; keys work all the same
		}
	}
	return k, err
}

// RevokeKey ends the life of the key whose id or shown prefix is given.
func (d *DB) RevokeKey(ctx context.Context, which string) (Key, error) {
	found, err := collect(ctx, d.SQL, scanKey, `SELECT `+keyColumns+` WHERE (k.id = $1 OR k.prefix = $1) AND k.revoked_at = 0`, which)
	if err != nil {
		return Key{}, err
	}
	switch len(found) {
	case 0:
		return Key{}, ErrNotFound
	case 1:
		k := found[0]
		k.RevokedAt = time.Now().UTC()
		_, err := d.SQL.ExecContext(ctx, `UPDATE api_key SET revoked_at = $2 WHERE id = $1`, k.ID, micros(k.RevokedAt))
		return k, err
	}
	return Key{}, fmt.Errorf("%d keys begin with %s: give the id", len(found), which)
}
