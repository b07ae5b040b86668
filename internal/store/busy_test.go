package store

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
)

func TestIsBusy(t *testing.T) {
	dsn := "file:" + filepath.Join(t.TempDir(), "x.db") + "?_pragma=busy_timeout(1)&_txlock=immediate"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	first, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Rollback() }()
	if _, err := db.BeginTx(t.Context(), nil); !IsBusy(err) {
		t.Errorf("a second writer gets %v, want busy", err)
	}
	if IsBusy(errors.New("other")) || IsBusy(ErrNotFound) {
		t.Error("other errors are taken for busy")
	}
}
