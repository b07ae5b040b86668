package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/ocr"
	"recto/internal/ocr/tesswasm"
)

// checkStorage uses the bucket as the server would. Without one there is only the
// folder, of which checkFolder says whether it can be written to.
func (c *DoctorCmd) checkStorage(ctx context.Context, dir string) finding {
	f := finding{Name: "storage", State: fine}
	if c.Storage == "" {
		f.Detail = "files in " + filepath.Join(dir, "blobs")
		return f
	}
	name, _, _ := strings.Cut(c.Storage, "?")
	err := blob.CheckAddress(c.Storage)
	if err == nil {
		err = c.tryBucket(ctx)
	}
	f.Detail = name + ": an object can be written, read, linked to and deleted"
	if err != nil {
		f.State, f.Detail = broken, name+": "+err.Error()
		f.Advice = "is the S3 server up, does the bucket exist, and are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY those of a user who may read, write, list and delete?"
		if strings.Contains(err.Error(), "link") {
			f.Advice = "can this machine reach --public-s3-endpoint, and is it the same S3 server? Without it links lead to Recto"
		}
	}
	return f
}

func (c *DoctorCmd) tryBucket(ctx context.Context) error {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	b, err := blob.Open(ctx, blob.Config{Address: c.Storage, PublicEndpoint: c.PublicS3Endpoint, Route: "/download", Key: key})
	if err != nil {
		return err
	}
	return errors.Join(b.Try(ctx), b.Close())
}

// checkChildren starts a child process as the server would.
func (c *DoctorCmd) checkChildren(ctx context.Context) finding {
	f := finding{Name: "child processes", State: fine}
	if c.Sandbox == "off" {
		f.State, f.Detail, f.Advice = missing, "turned off by --sandbox off: a document can bring the server down", "leave --sandbox on"
		return f
	}
	p, begun := &parts{}, time.Now()
	defer p.close()
	reader, err := c.engine(ctx, nil)
	if err != nil {
		reader = nil // told already
	}
	c.Children = 1
	if _, err := c.processor(ctx, engine.Config{OCR: reader}, c.OCRData, 1, p, slog.New(slog.DiscardHandler)); err != nil {
		f.State, f.Detail = broken, err.Error()
		f.Advice = "the folder for caches ($XDG_CACHE_HOME or ~/.cache) must be writable; docs/security.md says what children need"
		return f
	}
	f.Detail = fmt.Sprintf("start in %d ms, confined by %s", time.Since(begun).Milliseconds(), strings.Join(p.pool.Confined, ", "))
	if len(p.pool.Absent) > 0 {
		f.Advice = "they are confined less than they could be (docs/security.md): " + strings.Join(p.pool.Absent, "; ")
	}
	return f
}

// checkInside says whether this program has a text recognition of its own.
func (c *DoctorCmd) checkInside() finding {
	const name = "tesseract inside"
	e, err := tesswasm.New(wasmConfig(c.OCRData))
	switch {
	case err == nil:
		return finding{name, fine, e.Name() + ", packs " + strings.Join(e.Languages(), " "), ""}
	case errors.Is(err, ocr.ErrNoEngine):
		return finding{name, missing, err.Error(), "optional where tesseract is installed; make build fetches it"}
	}
	return finding{name, broken, err.Error(), "is --ocr-data a folder with NAME.traineddata?"}
}
