package blob

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/blob/blobtest"
)

func TestTry(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // Open sets it
	dir := t.TempDir()
	files, err := Open(t.Context(), Config{Dir: dir, Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	if err := files.Try(t.Context()); err != nil {
		t.Errorf("files: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "blobs", "*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := files.Reach(t.Context()); err != nil {
		t.Errorf("Reach() = %v", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "blobs")); err != nil {
		t.Fatal(err)
	}
	if err := files.Reach(t.Context()); err == nil {
		t.Error("a folder that is gone is reached")
	}

	address := blobtest.S3(t)
	endpoint, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	at := endpoint.Query().Get("endpoint")
	for public, want := range map[string]string{"": "", at: "", "http://127.0.0.1:1": "signed link"} {
		s3, err := Open(t.Context(), Config{Address: address, PublicEndpoint: public, Route: "/download", Key: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		defer s3.Close()
		err = s3.Try(t.Context())
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Signature")) {
			t.Errorf("S3 for clients at %q: %v, want %q", public, err, want)
		}
		if err := s3.Reach(t.Context()); err != nil {
			t.Errorf("Reach() = %v", err)
		}
		o, _ := s3.bucket.List(nil).Next(t.Context())
		if o != nil {
			t.Errorf("left behind: %s", o.Key)
		}
	}
}
