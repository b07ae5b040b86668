package main

import (
	"context"
	"fmt"

	"recto/internal/store"
)

// KeyFlags name a key that was made elsewhere.
type KeyFlags struct {
	InitialKey string `help:"A key that is made at the start if it was never seen, for machines nobody types at: llx- and 32 characters or more." env:"RECTO_INITIAL_KEY"`
}

// makeKey makes the key, if one is named, in the project of those who name none.
func (f KeyFlags) makeKey(ctx context.Context, db *store.DB) error {
	if f.InitialKey == "" {
		return nil
	}
	p, err := db.ProjectNamed(ctx, "")
	if err == nil {
		err = db.ImportKey(ctx, p.ID, "initial", f.InitialKey)
	}
	if err != nil {
		return fmt.Errorf("RECTO_INITIAL_KEY: %w", err)
	}
	return nil
}
