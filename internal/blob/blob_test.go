package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recto/internal/blob/blobtest"
)

func open(t *testing.T, dir, address string) *Store {
	t.Helper()
	t.Setenv("TMPDIR", "") // Open sets it; give it back after the test
	s, err := Open(t.Context(), Config{Dir: dir, Address: address, Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// everywhere runs a test on files and on S3.
func everywhere(t *testing.T, test func(t *testing.T, dir, address string)) {
	t.Helper()
	t.Run("files", func(t *testing.T) { test(t, t.TempDir(), "") })
	t.Run("s3", func(t *testing.T) { test(t, t.TempDir(), blobtest.S3(t)) })
}

func TestWriteReadDelete(t *testing.T) { everywhere(t, testWriteReadDelete) }

func testWriteReadDelete(t *testing.T, dir, address string) {
	s, ctx := open(t, dir, address), t.Context()
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
	r, err := s.Open(ctx, "jobs/1/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Seek(2, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(r); err != nil || string(rest) != "llo" || r.ContentType() != "text/plain" {
		t.Errorf("from the third byte on %q of %s, %v", rest, r.ContentType(), err)
	}
	f, err := s.File(ctx, "jobs/1/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if all, err := io.ReadAll(f); err != nil || string(all) != "hello" {
		t.Errorf("File has %q, %v", all, err)
	}
	if _, err := s.File(ctx, "jobs/1/none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("File of nothing = %v, want ErrNotFound", err)
	}
	if err := s.Copy(ctx, "jobs/1/b.txt", "jobs/1/a.txt"); err != nil {
		t.Fatal(err)
	}
	if d, err := s.Disposition(ctx, "jobs/1/b.txt"); err != nil || d != "attachment; filename=a.txt" {
		t.Errorf("Disposition of a copy = %q, %v", d, err)
	}
	if err := s.Copy(ctx, "jobs/1/c.txt", "jobs/1/none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Copy of nothing = %v, want ErrNotFound", err)
	}
	gone, cancel := context.WithCancel(ctx)
	w, err := s.Create(gone, "jobs/1/half", Kind{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 6<<20)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := w.Close(); err == nil {
		t.Error("a cancelled write ends without an error")
	}
	if _, err := s.Open(ctx, "jobs/1/half"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Open of a cancelled write = %v, want ErrNotFound", err)
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

func TestSignedURL(t *testing.T) { everywhere(t, testSignedURL) }

func testSignedURL(t *testing.T, dir, address string) {
	ctx := t.Context()
	s := open(t, dir, address)
	signed, err := s.SignedURL(ctx, "files/x", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	stale, err := s.SignedURL(ctx, "files/x", -2*time.Second)
	if err == nil {
		t.Log("negative life is accepted", stale)
	}
	again := open(t, dir, address) // a restart
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
	s := open(t, dir, "")
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
	open(t, dir, "") // as after a crash
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
		t.Errorf("%d files in tmp after a restart, want 0", len(left))
	}
}

// TestPublicEndpoint has clients fetch from the S3 server itself.
func TestPublicEndpoint(t *testing.T) {
	address, ctx := blobtest.S3(t), t.Context()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, Config{Dir: t.TempDir(), Address: address, PublicEndpoint: u.Query().Get("endpoint"), Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Write(ctx, "files/x", []byte("hello"), Kind{FileName: "x.txt", ContentType: "text/plain"}); err != nil {
		t.Fatal(err)
	}
	get := func(link string) (int, string, string) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(body), r.Header.Get("Content-Disposition")
	}
	link, err := s.SignedURL(ctx, "files/x", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if code, body, d := get(link); code != 200 || body != "hello" || d != "attachment; filename=x.txt" {
		t.Errorf("%s gives %d %q %q", link, code, body, d)
	}
	if code, _, _ := get(strings.Replace(link, "files/x", "files/y", 1)); code != 403 {
		t.Errorf("an altered link gives %d, want 403", code)
	}
}

func TestWrongBucket(t *testing.T) {
	address := blobtest.S3(t)
	for _, wrong := range []string{"https://x", "s3://", "s3://a/b", strings.Replace(address, "s3://", "s3://other", 1)} {
		if _, err := Open(t.Context(), Config{Dir: t.TempDir(), Address: wrong, Route: "/download"}); err == nil {
			t.Errorf("Open(%s) gives no error", wrong)
		}
	}
}
