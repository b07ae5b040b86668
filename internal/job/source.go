package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"

	"recto/internal/blob"
	"recto/internal/fetch"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// unreachable is the code of an address that gives no document.
const unreachable = "SOURCE_URL_UNREACHABLE"

// document is what a job is about. It is never held in memory whole.
type document struct {
	*os.File
	Name string
	Size int64

	release func() // nil for a file of its own
}

// Close gives the file back.
func (d *document) Close() error {
	if d.release == nil {
		return d.File.Close()
	}
	d.release()
	return nil
}

// load opens the document of the job, which the caller closes.
func (r *run) load(ctx context.Context) (*document, error) {
	if r.job.SourceURL != "" {
		return r.fetch(ctx)
	}
	f, err := r.Store.JobFile(ctx, r.job.FileID)
	if err != nil {
		return nil, fmt.Errorf("find file %s: %w", r.job.FileID, err)
	}
	d, err := r.open(ctx, FileKey(f.ID), f.Name)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, &task.Failure{Code: wire.NoDataFoundInFile, Cause: errors.New("the file was deleted")}
	}
	return d, err
}

func (r *run) open(ctx context.Context, key, name string) (*document, error) {
	d := &document{Name: name}
	var err error
	if r.job.Split == "" {
		d.File, err = r.Blobs.File(ctx, key)
	} else { // it is opened again for each part
		d.File, d.release, err = r.held.get(ctx, key, r.Blobs.File)
	}
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	info, err := d.Stat()
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.Size = info.Size()
	return d, nil
}

// fetch downloads the document once and keeps a copy among the results, which
// later attempts read.
func (r *run) fetch(ctx context.Context) (*document, error) {
	key := Folder(r.job.ID) + Source
	d, err := r.open(ctx, key, r.job.Name)
	if errors.Is(err, blob.ErrNotFound) {
		name, e := r.download(ctx, key)
		if e != nil {
			return nil, e
		}
		d, err = r.open(ctx, key, name)
	}
	if err != nil {
		return nil, err
	}
	r.results = append(r.results, store.Result{Name: Source, Blob: key, Size: d.Size, ContentType: sourceType})
	return d, nil
}

// download writes what the address of the job gives to a blob and returns its name.
func (r *run) download(ctx context.Context, key string) (string, error) {
	name, body, err := fetch.Open(ctx, r.job.SourceURL, r.Fetch)
	if err != nil {
		return "", ofAddress(ctx, err)
	}
	defer body.Close()
	writing, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := r.Blobs.Create(writing, key, blob.Kind{ContentType: sourceType, FileName: name, Upload: true})
	if err != nil {
		return "", err
	}
	from := &noted{Reader: body}
	if _, err := io.Copy(w, from); err != nil {
		cancel()
		_ = w.Close() // nothing stays behind
		if from.err != nil {
			return "", ofAddress(ctx, from.err)
		}
		return "", err
	}
	return name, w.Close()
}

// ofAddress turns a failed download into what the client is told.
func ofAddress(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fetch.ErrTooLarge):
		return &task.Failure{Code: wire.DocumentTooLarge, Cause: err}
	}
	return &task.Failure{Code: unreachable, Cause: err}
}

// noted remembers that reading failed.
type noted struct {
	io.Reader
	err error
}

func (n *noted) Read(p []byte) (int, error) {
	k, err := n.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		n.err = err
	}
	return k, err
}

// sourceType is said of a fetched document: what its server says is not to be
// trusted.
const sourceType = "application/octet-stream"

// NameOf returns the file name an address seems to stand for.
func NameOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "document"
	}
	if name := path.Base(u.Path); name != "." && name != "/" {
		return fetch.CleanName(name)
	}
	return "document"
}
