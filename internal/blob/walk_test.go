package blob

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"recto/internal/blob/blobtest"
)

// TestSweepUploads leaves an upload to S3 unfinished, as a killed server does.
func TestSweepUploads(t *testing.T) {
	s, err := Open(t.Context(), Config{Dir: t.TempDir(), Address: blobtest.S3(t), Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var client *s3.Client
	if !s.bucket.As(&client) {
		t.Fatal("the bucket has no client")
	}
	for _, key := range []string{"files/a", "jobs/b/text.json", "others/c"} {
		if _, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &s.name, Key: &key}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		before time.Time
		want   int
	}{{time.Now().Add(-time.Hour), 0}, {time.Now().Add(time.Hour), 2}, {time.Now().Add(time.Hour), 0}} {
		if n, err := s.SweepTemp(t.Context(), c.before); err != nil || n != c.want {
			t.Errorf("SweepTemp = %d, %v, want %d: what is ours and old", n, err, c.want)
		}
	}
	left, err := client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &s.name})
	if err != nil || len(left.Uploads) != 1 {
		t.Errorf("%d uploads are left, %v, want that of somebody else", len(left.Uploads), err)
	}
}

// TestWalkFindsHalves has what a crash leaves between the two files of a blob.
func TestWalkFindsHalves(t *testing.T) {
	t.Setenv("TMPDIR", "") // Open sets it; give it back after the test
	dir := t.TempDir()
	s, err := Open(t.Context(), Config{Dir: dir, Route: "/download"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Write(t.Context(), "files/whole", []byte("x"), Kind{ContentType: "a/b"}); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "blobs", "files", "half"+attributes)
	if err := os.WriteFile(half, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var keys []string
	list := func() []string {
		keys = nil
		if err := s.Walk(t.Context(), "files/", func(o Object) error { keys = append(keys, o.Key); return nil }); err != nil {
			t.Fatal(err)
		}
		return keys
	}
	if got := list(); !slices.Equal(got, []string{"files/half", "files/whole"}) {
		t.Errorf("Walk finds %v", got)
	}
	if err := s.Delete(t.Context(), "files/half"); err != nil {
		t.Error(err)
	}
	if got := list(); !slices.Equal(got, []string{"files/whole"}) {
		t.Errorf("after Delete Walk finds %v", got)
	}
	if err := s.Walk(t.Context(), "nothing/", func(Object) error { t.Error("something in nothing"); return nil }); err != nil {
		t.Errorf("Walk of nothing = %v", err)
	}
}
