package job

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path"

	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/fetch"
	"recto/internal/store"
	"recto/internal/wire"
)

// unreachable is the code of an address that gives no document.
const unreachable = "SOURCE_URL_UNREACHABLE"

// load returns the document of the job.
func (r *run) load(ctx context.Context) (engine.Source, error) {
	if r.job.SourceURL != "" {
		return r.fetch(ctx)
	}
	f, err := r.Store.JobFile(ctx, r.job.FileID)
	if err != nil {
		return engine.Source{}, fmt.Errorf("find file %s: %w", r.job.FileID, err)
	}
	data, err := r.Blobs.Read(ctx, FileKey(f.ID), f.Size)
	if errors.Is(err, blob.ErrNotFound) {
		return engine.Source{}, &failure{wire.NoDataFoundInFile, errors.New("the file was deleted")}
	}
	if err != nil {
		return engine.Source{}, fmt.Errorf("read file: %w", err)
	}
	return engine.Source{Name: f.Name, Data: data}, nil
}

// fetch downloads the document once and keeps a copy among the results, which
// later attempts read.
func (r *run) fetch(ctx context.Context) (engine.Source, error) {
	key := Folder(r.job.ID) + Source
	name := r.job.Name
	data, err := r.Blobs.Read(ctx, key, math.MaxInt64)
	if err != nil {
		name, data, err = fetch.Get(ctx, r.job.SourceURL, r.Fetch)
		switch {
		case err != nil && ctx.Err() != nil:
			return engine.Source{}, ctx.Err()
		case errors.Is(err, fetch.ErrTooLarge):
			return engine.Source{}, &failure{wire.DocumentTooLarge, err}
		case err != nil:
			return engine.Source{}, &failure{unreachable, err}
		}
		err = r.Blobs.Write(ctx, key, data, blob.Kind{ContentType: sourceType, FileName: name})
	}
	r.results = append(r.results, store.Result{Name: Source, Blob: key, Size: int64(len(data)), ContentType: sourceType})
	return engine.Source{Name: name, Data: data}, err
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
		return name
	}
	return "document"
}
