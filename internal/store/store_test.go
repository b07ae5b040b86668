package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"recto/internal/store/storetest"
)

// everywhere runs a test on SQLite and on PostgreSQL.
func everywhere(t *testing.T, test func(*testing.T, Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Config{Dir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { test(t, Config{Address: storetest.Postgres(t)}) })
}

func open(t *testing.T, c Config) *DB {
	t.Helper()
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestOpenAtOnce(t *testing.T) {
	everywhere(t, testOpenAtOnce)
}

func testOpenAtOnce(t *testing.T, c Config) {
	var wg sync.WaitGroup
	projects := make(chan string, 4)
	for range 4 {
		wg.Go(func() {
			db, err := Open(context.Background(), c)
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
	everywhere(t, testKeysAreHashed)
}

func testKeysAreHashed(t *testing.T, c Config) {
	ctx := t.Context()
	db, err := Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
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
	var hash string
	if err := db.SQL.QueryRowContext(ctx, `SELECT hash FROM api_key WHERE id = $1`, k.ID).Scan(&hash); err != nil || hash == "" || strings.Contains(hash, secret) {
		t.Errorf("hash = %q, %v", hash, err)
	}
	if c.Dir == "" {
		return // nobody looks into the server's files
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(c.Dir, "recto.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if data, err := os.ReadFile(f); err != nil || strings.Contains(string(data), secret) {
			t.Errorf("%s holds the secret, or %v", f, err)
		}
	}
}
