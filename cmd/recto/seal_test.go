package main

import (
	"os"
	"path/filepath"
	"testing"

	"recto/internal/job"
	"recto/internal/store"
)

// TestSealKey opens a database with the right key, another one, and none.
func TestSealKey(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Migrate: job.Migrate})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		f    SealFlags
		good bool
	}{
		{"none at first", SealFlags{}, true},
		{"a short one", SealFlags{SecretKey: "short"}, false},
		{"the first", SealFlags{SecretKey: "0123456789abcdef"}, true},
		{"the same in a file", SealFlags{SecretKeyFile: file}, true},
		{"both", SealFlags{SecretKey: "0123456789abcdef", SecretKeyFile: file}, false},
		{"another", SealFlags{SecretKey: "0123456789abcdeg"}, false},
		{"none", SealFlags{}, false},
		{"a file that is not there", SealFlags{SecretKeyFile: file + "x"}, false},
	} {
		if b, err := c.f.box(t.Context(), db); (err == nil) != c.good {
			t.Errorf("%s: %v, %v, want good: %t", c.name, b.Keyed(), err, c.good)
		}
	}
}
