package blob

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"recto/internal/blob/blobtest"
)

// TestSizes writes blobs in memory, in a file, in parts, and at the edges.
func TestSizes(t *testing.T) {
	for _, more := range []string{"", "&request_checksum_calculation=when_required&response_checksum_validation=when_required"} {
		testSizes(t, blobtest.S3(t)+more)
	}
}

func testSizes(t *testing.T, address string) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := Open(t.Context(), Config{Dir: t.TempDir(), Address: address, Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	data := make([]byte, 2*partBytes+5)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data) // never fails
	for _, size := range []int{0, 1, heldBytes, heldBytes + 1, partBytes, partBytes + 1, len(data)} {
		w, err := s.Create(t.Context(), "files/x", Kind{ContentType: "application/pdf", FileName: "x.pdf"})
		if err != nil {
			t.Fatal(err)
		}
		for rest := data[:size]; len(rest) > 0; {
			n, err := w.Write(rest[:min(len(rest), 100_000)])
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		got, err := s.Read(t.Context(), "files/x", int64(len(data)))
		if err != nil || !bytes.Equal(got, data[:size]) {
			t.Errorf("of %d bytes %d came back, or others: %v", size, len(got), err)
		}
		r, err := s.Open(t.Context(), "files/x")
		if err != nil {
			t.Fatal(err)
		}
		if d, err := s.Disposition(t.Context(), "files/x"); err != nil || d != "attachment; filename=x.pdf" || r.ContentType() != "application/pdf" {
			t.Errorf("%d bytes are %s, %q, %v", size, r.ContentType(), d, err)
		}
		r.Close()
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}

// TestCancelledParts: nothing stays of a blob of which parts were stored.
func TestCancelledParts(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := Open(t.Context(), Config{Dir: t.TempDir(), Address: blobtest.S3(t), Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	w, err := s.Create(ctx, "files/half", Kind{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 2*partBytes+1)); err != nil {
		t.Fatal(err)
	}
	uploads := func() int {
		list, err := s.writing.client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &s.writing.bucket})
		if err != nil {
			t.Fatal(err)
		}
		return len(list.Uploads)
	}
	if n := uploads(); n != 1 {
		t.Fatalf("%d uploads in parts are under way, want 1", n)
	}
	cancel()
	if err := w.Close(); err == nil {
		t.Error("a cancelled write ends without an error")
	}
	if n := uploads(); n != 0 {
		t.Errorf("%d uploads in parts stay", n)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}
