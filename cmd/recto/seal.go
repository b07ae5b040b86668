package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"recto/internal/seal"
	"recto/internal/store"
)

// SealFlags name the key that secrets in the database are sealed with.
type SealFlags struct {
	SecretKey     string `help:"Key that seals secrets of webhooks and passwords of documents in the database, 16 characters or more. Give it by the environment, other users of the machine see flags." env:"RECTO_SECRET_KEY"`
	SecretKeyFile string `help:"File with that key." type:"path" env:"RECTO_SECRET_KEY_FILE"`
}

// sealSample is sealed by the first process with a key, so that later ones with
// another key, or none, do not start.
const sealSample = "recto"

// box returns what seals, or says that the database was sealed with another key.
func (f SealFlags) box(ctx context.Context, db *store.DB) (seal.Box, error) {
	key := f.SecretKey
	if f.SecretKeyFile != "" {
		if key != "" {
			return seal.Box{}, errors.New("give --secret-key or --secret-key-file, not both")
		}
		data, err := os.ReadFile(f.SecretKeyFile)
		if err != nil {
			return seal.Box{}, fmt.Errorf("read the secret key: %w", err)
		}
		if key = strings.TrimSpace(string(data)); key == "" {
			return seal.Box{}, fmt.Errorf("%s is empty", f.SecretKeyFile)
		}
	}
	b, err := seal.New(key)
	if err != nil {
		return b, err
	}
	var sample string
	if b.Keyed() {
		sample, err = db.Keep(ctx, "seal", b.Seal(sealSample))
	} else if sample, err = db.Kept(ctx, "seal"); errors.Is(err, store.ErrNotFound) {
		return b, nil
	}
	if err != nil {
		return b, err
	}
	if text, err := b.Open(sample); err != nil || text != sealSample {
		return b, errors.New("secrets in the database are sealed with another key: give the one that was used, RECTO_SECRET_KEY or RECTO_SECRET_KEY_FILE")
	}
	return b, nil
}
