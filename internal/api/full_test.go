package api

import (
	"bytes"
	"io"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/blob"
	"recto/internal/blob/blobtest"
)

// TestFullDisk sends files that would leave less of the disk than is to be kept,
// with and without saying how large they are.
func TestFullDisk(t *testing.T) {
	dir := blobtest.SmallDisk(t, 48)
	b := start(t, settings{dir: dir, blob: func(c *blob.Config) { c.KeepFree = 24 << 20 }})
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if err := w.WriteField("purpose", "parse"); err != nil {
		t.Fatal(err)
	}
	p, err := w.CreateFormFile("file", "a.pdf")
	if err == nil {
		_, err = p.Write(bytes.Repeat([]byte("x"), 40<<20))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	clean := func(r reply) {
		t.Helper()
		r.want(t, 507)
		if !strings.Contains(string(r.body), "disk is full") || r.header.Get("X-Should-Retry") != "false" {
			t.Errorf("%v %s", r.header, r.body)
		}
		if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) != 0 {
			t.Errorf("temporary files %v", left)
		}
		if left, _ := os.ReadDir(filepath.Join(dir, "blobs", "files")); len(left) != 0 {
			t.Errorf("files %v", left)
		}
	}
	// Without a length it is found out on the way. A client that sends on while it
	// is told so would not see the answer, so the pipe ends as soon as nobody reads.
	clean(b.send("POST", "/api/v1/beta/files", w.FormDataContentType(), io.MultiReader(bytes.NewReader(form.Bytes()))))
	clean(b.send("POST", "/api/v2/parse/upload", w.FormDataContentType(), bytes.NewReader(form.Bytes())))
	b.wait(b.parse(samplePDF(t, 1), ""), "") // small ones are welcome
}
