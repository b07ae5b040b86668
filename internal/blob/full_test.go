package blob

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"recto/internal/blob/blobtest"
)

func openSmall(t *testing.T, megabytes int, keep int64) (*Store, string) {
	t.Helper()
	t.Setenv("TMPDIR", "") // Open sets it; give it back after the test
	dir := blobtest.SmallDisk(t, megabytes)
	s, err := Open(t.Context(), Config{Dir: dir, Route: "/download", KeepFree: keep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, dir
}

// fill writes megabytes to a blob and returns the first error.
func fill(t *testing.T, s *Store, key string, k Kind, megabytes int) error {
	t.Helper()
	w, err := s.Create(t.Context(), key, k)
	if err != nil {
		return err
	}
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	for range megabytes {
		if _, err = w.Write(chunk); err != nil {
			break
		}
	}
	if e := w.Close(); (e == nil) != (err == nil) { // closing must not make half a blob appear
		t.Errorf("Close = %v after the error %v", e, err)
	}
	return err
}

// TestFullDisk writes more than there is room for, over a blob that is whole.
func TestFullDisk(t *testing.T) {
	s, dir := openSmall(t, 8, 0)
	if err := s.Write(t.Context(), "jobs/a", []byte("whole"), Kind{}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"jobs/a", "jobs/b"} {
		if err := fill(t, s, key, Kind{}, 16); !errors.Is(err, ErrFull) {
			t.Errorf("%s: %v, want ErrFull", key, err)
		}
	}
	if data, err := s.Read(t.Context(), "jobs/a", 10); err != nil || string(data) != "whole" {
		t.Errorf("the blob that was there = %q, %v", data, err)
	}
	if there, err := s.Exists(t.Context(), "jobs/b"); err != nil || there {
		t.Errorf("half a blob is there: %t, %v", there, err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
		t.Errorf("temporary files %v", left)
	}
	if err := s.Write(t.Context(), "jobs/c", bytes.Repeat([]byte("x"), 16<<20), Kind{}); !errors.Is(err, ErrFull) {
		t.Errorf("Write = %v, want ErrFull", err)
	}
	if err := fill(t, s, "jobs/d", Kind{}, 4); err != nil {
		t.Errorf("after all that there is no room for 4 of 8 MB: %v", err)
	}
}

// TestUploadsLeaveRoom has uploads stop before the disk is full, and results go on.
func TestUploadsLeaveRoom(t *testing.T) {
	s, dir := openSmall(t, 64, 24<<20)
	if err := fill(t, s, "files/a", Kind{Upload: true}, 64); !errors.Is(err, ErrFull) {
		t.Errorf("upload of unknown size: %v, want ErrFull", err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
		t.Errorf("temporary files %v", left)
	}
	if err := fill(t, s, "files/b", Kind{Upload: true, Size: 30 << 20}, 30); err != nil {
		t.Errorf("30 MB into 40: %v", err)
	}
	w, err := s.Create(t.Context(), "files/c", Kind{Upload: true, Size: 6 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CheckRoom(6 << 20); !errors.Is(err, ErrFull) {
		t.Errorf("6 MB beside an upload of 6 MB into 10: %v, want ErrFull", err)
	}
	if _, err := w.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckRoom(6 << 20); err != nil {
		t.Errorf("6 MB into 9, when nothing else is under way: %v", err)
	}
	if err := fill(t, s, "jobs/d", Kind{}, 20); err != nil {
		t.Errorf("a result of 20 MB into the room kept free: %v", err)
	}
}

// TestUsualRoom is what is kept free when nothing is said.
func TestUsualRoom(t *testing.T) {
	s, _ := openSmall(t, 40, -1)
	if s.room.keep != 2<<20 {
		t.Errorf("%d bytes of a disk of 40 MB are kept free, want a twentieth", s.room.keep)
	}
	if free, ok := s.FreeRoom(); !ok || free < 30<<20 || free > 38<<20 {
		t.Errorf("FreeRoom = %d, %t, want 38 MB and what is used less", free, ok)
	}
}

// TestSync watches what is told to outlive a power cut: file, what the library
// keeps beside it, and each folder up to the storage's own.
func TestSync(t *testing.T) {
	t.Setenv("TMPDIR", "")
	dir := t.TempDir()
	s, err := Open(t.Context(), Config{Dir: dir, Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Write(t.Context(), "jobs/a/text.json", []byte("x"), Kind{ContentType: "application/json"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	s.syncFile = func(name string) error {
		rel, err := filepath.Rel(dir, name)
		got = append(got, filepath.ToSlash(rel))
		return errors.Join(err, syncFile(name))
	}
	if err := s.Sync("jobs/a/text.json"); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := []string{"blobs", "blobs/jobs", "blobs/jobs/a", "blobs/jobs/a/text.json", "blobs/jobs/a/text.json.attrs"}
	if !slices.Equal(got, want) {
		t.Errorf("synced %s, want %s", strings.Join(got, " "), strings.Join(want, " "))
	}
	if err := s.Sync("jobs/a/none.json"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Sync of nothing = %v, want an error", err)
	}
}
