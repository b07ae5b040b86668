package blob

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	t.Setenv("TMPDIR", "") // Open sets it; give it back after the test
	s, err := Open(dir, "/download")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestWriteReadDelete(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	if err := s.Write(ctx, "jobs/1/a.txt", []byte("hello"), Kind{ContentType: "text/plain"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync("jobs/1/a.txt"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Read(ctx, "jobs/1/a.txt", 5); err != nil || string(got) != "hello" {
		t.Errorf("Read = %q, %v, want hello", got, err)
	}
	if _, err := s.Read(ctx, "jobs/1/a.txt", 4); err == nil {
		t.Error("Read of a blob above the limit gave no error")
	}
	if err := s.DeleteAll(ctx, "jobs/1/"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(ctx, "jobs/1/a.txt"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Open after DeleteAll = %v, want ErrNotFound", err)
	}
	if err := s.Delete(ctx, "jobs/1/a.txt"); err != nil {
		t.Errorf("Delete of nothing = %v, want nil", err)
	}
}

func TestSignedURL(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := open(t, dir)
	signed, err := s.SignedURL(ctx, "files/x", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	stale, err := s.SignedURL(ctx, "files/x", -2*time.Second)
	if err == nil {
		t.Log("negative life is accepted", stale)
	}
	again := open(t, dir) // a restart
	cases := []struct{ name, url, method, want string }{
		{"good", signed, "GET", "files/x"},
		{"head", signed, "HEAD", "files/x"},
		{"other method", signed, "DELETE", ""},
		{"other key", strings.Replace(signed, "files%2Fx", "files%2Fy", 1), "GET", ""},
		{"later expiry", strings.Replace(signed, "expiry=1", "expiry=2", 1), "GET", ""},
		{"other method signed over", strings.Replace(signed, "method=GET", "method=PUT", 1), "PUT", ""},
		{"nothing", "/download", "GET", ""},
	}
	for _, c := range cases {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.SignedKey(ctx, u, c.method)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: SignedKey(%s, %s) = %q, %v, want %q", c.name, c.url, c.method, got, err, c.want)
		}
	}
}

func TestTemporaryFilesStayInTheDataDirectory(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := open(t, dir)
	w, err := s.Create(ctx, "files/big", Kind{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, bytes.NewReader(make([]byte, 1<<20))); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 1 {
		t.Errorf("%d files in tmp while writing, want 1", len(left))
	}
	open(t, dir) // as after a crash
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
		t.Errorf("%d files in tmp after a restart, want 0", len(left))
	}
}
