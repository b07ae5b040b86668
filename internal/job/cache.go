package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/store"
	"recto/internal/wire"
)

// cacheKey stands for everything a result depends on: the bytes and the name of
// the document, the options as they take effect, and the engine. What is about
// the job and not about its result (tags, webhooks, time limits) does not count.
func (r *run) cacheKey(d *document) (string, error) {
	q := r.req
	q.FileID, q.SourceURL, q.HTTPProxy, q.ConfigurationID = "", "", "", ""
	q.ClientName, q.UserMetadata, q.DisableCache = "", nil, false
	q.WebhookConfigurations, q.WebhookConfigurationIDs = nil, nil
	q.ProcessingControl.Timeouts = wire.Timeouts{}
	t := r.task(d)
	q.Tier, q.Version = t.EffectiveTier(), r.job.Version
	options, err := json.Marshal(q)
	if err != nil {
		return "", err
	}
	h, content := sha256.New(), sha256.New()
	if _, err := io.Copy(content, io.NewSectionReader(d, 0, d.Size)); err != nil {
		return "", fmt.Errorf("read the document: %w", err)
	}
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%t\x00%q\x00%x\x00%s", engine.Build(), r.Recognizer, r.job.Tier, r.CropEdges, d.Name, content.Sum(nil), options)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fromCache takes over the result of an earlier job, if there is one. The blobs
// are copied, so that deleting one of the two jobs leaves the other whole.
func (r *run) fromCache(ctx context.Context, loaded time.Time) (bool, error) {
	j, err := r.Store.CachedJob(ctx, r.job.ProjectID, r.cached)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look into the cache: %w", err)
	}
	kept := len(r.results) // the source of this job
	keys, err := r.copyResults(ctx, j.ID)
	if errors.Is(err, blob.ErrNotFound) {
		r.results, r.images = r.results[:kept], nil
		return false, nil // deleted meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("copy the results of job %s: %w", j.ID, err)
	}
	if err := r.Blobs.Sync(keys...); err != nil {
		return false, err
	}
	if err := json.Unmarshal([]byte(j.Metadata), &r.meta); err != nil {
		return false, fmt.Errorf("job_metadata of %s: %w", j.ID, err)
	}
	now := time.Now()
	for k, v := range map[string]any{
		"job_is_cache_hit": true, "attempt": r.job.Attempt,
		"timings_ms": map[string]int64{
			"queued": r.started.Sub(r.job.CreatedAt).Milliseconds(),
			"load":   loaded.Sub(r.started).Milliseconds(),
			"store":  now.Sub(loaded).Milliseconds(),
			"total":  now.Sub(r.job.CreatedAt).Milliseconds(),
		},
	} {
		r.meta[k] = v
	}
	return true, nil
}

// copyResults copies the results and pictures of a job and returns their keys.
func (r *run) copyResults(ctx context.Context, from string) ([]string, error) {
	results, err := r.Store.Results(ctx, from)
	if err != nil {
		return nil, err
	}
	images, err := r.Store.Images(ctx, from)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, blob.ErrNotFound
	}
	var keys []string
	for name, x := range results {
		if name == Source {
			continue
		}
		key := Folder(r.job.ID) + name
		if err := r.Blobs.Copy(ctx, key, x.Blob); err != nil {
			return nil, err
		}
		x.Blob = key
		r.results, keys = append(r.results, x), append(keys, key)
	}
	for _, x := range images {
		key := Folder(r.job.ID) + "images/" + x.Name
		if err := r.Blobs.Copy(ctx, key, x.Blob); err != nil {
			return nil, err
		}
		x.Blob = key
		r.images, keys = append(r.images, x), append(keys, key)
	}
	return keys, nil
}
