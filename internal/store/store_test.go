package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestOpenAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	projects := make(chan string, 4)
	for range 4 {
		wg.Go(func() {
			db, err := Open(context.Background(), Config{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			p, err := db.Project(context.Background(), "")
			if err != nil {
				t.Error(err)
			}
			projects <- p.ID
		})
	}
	wg.Wait()
	close(projects)
	first := <-projects
	for id := range projects {
		if id != first {
			t.Errorf("default projects %s and %s on one database", first, id)
		}
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	l, err := TakeLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := TakeLock(dir); !errors.Is(err, ErrInUse) {
		t.Errorf("second TakeLock = %v, want ErrInUse", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := TakeLock(dir)
	if err != nil {
		t.Fatalf("TakeLock after Release = %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

func TestKeysAreHashed(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	db, err := Open(ctx, Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	p, err := db.ProjectNamed(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := db.ProjectNamed(ctx, "one"); err != nil || again != p {
		t.Errorf("ProjectNamed again = %v, %v, want %v", again, err, p)
	}
	k, secret, err := db.CreateKey(ctx, p.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := db.KeyOf(ctx, secret); err != nil || got.ID != k.ID || got.ProjectID != p.ID {
		t.Errorf("KeyOf(secret) = %v, %v, want %s", got, err, k.ID)
	}
	for _, wrong := range []string{"", secret[:len(secret)-1], strings.ToUpper(secret), hashKey(secret)} {
		if _, err := db.KeyOf(ctx, wrong); !errors.Is(err, ErrNotFound) {
			t.Errorf("KeyOf(%q) = %v, want ErrNotFound", wrong, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "recto.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if data, err := os.ReadFile(f); err != nil || strings.Contains(string(data), secret) {
			t.Errorf("%s holds the secret, or %v", f, err)
		}
	}
}
