package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"recto/internal/store"
)

// KeysCmd manages the keys of the API, also while a server runs.
type KeysCmd struct {
	Create CreateKeyCmd `cmd:"" help:"Make a key and print it; it is shown this once."`
	List   ListKeysCmd  `cmd:"" help:"List keys."`
	Revoke RevokeKeyCmd `cmd:"" help:"Make a key worthless."`
}

// CreateKeyCmd makes a key.
type CreateKeyCmd struct {
	DataFlags `embed:""`

	Name    string `arg:"" optional:"" help:"What the key is for." default:"default"`
	Project string `help:"Project the key gives access to; made when there is none of that name."`
	Admin   bool   `help:"Let the key reach all projects and manage them; --project is what it works on when a request names none."`
}

// Run prints the secret alone on standard output, for scripts.
func (c *CreateKeyCmd) Run() error {
	return withStore(c.DataFlags, func(ctx context.Context, db *store.DB) error {
		p, err := db.ProjectNamed(ctx, c.Project)
		if err != nil {
			return err
		}
		create := db.CreateKey
		if c.Admin {
			create = db.CreateAdminKey
		}
		k, secret, err := create(ctx, p.ID, c.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "Key %s for project %s (%s). Keep it: it is stored as a hash and cannot be shown again.\n", k.ID, p.Name, p.ID)
		fmt.Println(secret)
		return nil
	})
}

// ListKeysCmd lists keys.
type ListKeysCmd struct {
	DataFlags `embed:""`
}

// Run prints a table.
func (c *ListKeysCmd) Run() error {
	return withStore(c.DataFlags, func(ctx context.Context, db *store.DB) error {
		keys, err := db.Keys(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tBEGINS\tNAME\tPROJECT\tREACHES\tCREATED\tLAST USED\tREVOKED")
		for _, k := range keys {
			reaches := "its project"
			if k.Admin {
				reaches = "all projects"
			}
			fmt.Fprintf(w, "%s\t%s…\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Prefix, k.Name, k.Project, reaches, day(k.CreatedAt), day(k.LastUsedAt), day(k.RevokedAt))
		}
		return w.Flush()
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("2006-01-02 15:04")
}

// RevokeKeyCmd revokes a key.
type RevokeKeyCmd struct {
	DataFlags `embed:""`

	Key string `arg:"" help:"Id of the key, or what it begins with, as listed."`
}

// Run revokes at once: every request looks its key up.
func (c *RevokeKeyCmd) Run() error {
	return withStore(c.DataFlags, func(ctx context.Context, db *store.DB) error {
		k, err := db.RevokeKey(ctx, c.Key)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no live key %s", c.Key)
		}
		if err != nil {
			return err
		}
		fmt.Printf("Revoked %s (%s).\n", k.ID, k.Name)
		return nil
	})
}

func withStore(f DataFlags, do func(context.Context, *store.DB) error) error {
	at, err := f.store()
	if err != nil {
		return err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, at)
	if err != nil {
		return fmt.Errorf("open %s: %w", at.Place(), err)
	}
	return errors.Join(do(ctx, db), db.Close())
}
