package job

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/observe"
	"recto/internal/store"
	"recto/internal/wire"
)

// told is what job_metadata says of a job that its line in the log repeats. A
// child process wrote it: it is checked before it is believed.
type told struct {
	Pages  int    `json:"job_pages"`
	Format string `json:"format"`
	Hit    bool   `json:"job_is_cache_hit"`
}

// formats are the kinds of files that may be told.
var formats = []format.Format{format.PDF, format.PNG, format.JPEG, format.GIF, format.BMP, format.WEBP, format.TIFF, format.SVG, format.HEIC}

// codes are the errors that may be told.
var codes = []string{
	"", wire.NoDataFoundInFile, wire.PDFIsProtected, wire.PDFIsBroken, wire.UnsupportedFileType, wire.DocumentTooLarge,
	wire.TooManyPages, wire.TimedOut, wire.InternalError, unreachable,
}

func readTold(meta []byte) told {
	var t told
	if json.Unmarshal(meta, &t) != nil || !slices.Contains(formats, format.Format(t.Format)) {
		t.Format = "unknown"
	}
	t.Pages = max(t.Pages, 0)
	return t
}

func knownCode(code string) string {
	if slices.Contains(codes, code) {
		return code
	}
	return "OTHER"
}

// ended writes the one line the log has of a job, and counts it. Neither has
// anything of what the document says.
func (r *run) ended(ctx context.Context, s wire.Status, meta []byte) {
	t, now := readTold(meta), time.Now()
	work := r.task(&document{Name: r.job.Name})
	tier := string(work.EffectiveTier())
	took := map[string]time.Duration{
		"fetch": r.fetched, "read": r.report.Steps[engine.Opening] + r.report.Steps[engine.Reading], "recognize": r.report.Steps[engine.Recognizing],
		"draw": r.report.Steps[engine.Showing], "layout": r.report.Layout.Took, "render": r.report.Render.Took, "store": r.stored,
	}
	results := int64(0)
	for _, x := range r.results {
		if x.Name != Source {
			results += x.Size
		}
	}
	blobs := map[string]bool{}
	for _, x := range r.images {
		if !blobs[x.Blob] {
			results += x.Size
		}
		blobs[x.Blob] = true
	}
	e := observe.JobEnd{
		State: string(s), Asked: r.job.Tier, Code: knownCode(r.code), Took: now.Sub(r.started), Document: r.size, Results: results, Stages: map[string]time.Duration{},
	}
	if !t.Hit { // its pages were read for another job
		e.Tier, e.Pages, e.Recognized, e.FailedRead = tier, t.Pages, min(r.report.Recognized, t.Pages), min(r.badPages, t.Pages)
	}
	var stages []any
	for _, name := range []string{"fetch", "read", "recognize", "draw", "layout", "render", "store"} {
		if took[name] > 0 {
			e.Stages[name] = took[name]
			stages = append(stages, name, took[name].Milliseconds())
		}
	}
	r.Observe.Ended(e)
	r.span.About(observe.Text("recto.state", string(s)), observe.Text("recto.kind", t.Format), observe.Number("recto.pages", t.Pages))
	line := []any{
		"job", r.job.ID, "project", r.job.ProjectID, "state", s, "kind", t.Format, "bytes", r.size,
		"pages", t.Pages, "ocr_pages", e.Recognized, "failed_pages", e.FailedRead, "tier", tier, "attempts", r.job.Attempt, "cached", t.Hit,
		"wait_ms", r.started.Sub(r.job.CreatedAt).Milliseconds(), "took_ms", e.Took.Milliseconds(), slog.Group("stages_ms", stages...),
	}
	if id := r.Observe.TraceID(ctx); id != "" {
		line = append(line, "trace", id)
	}
	level := slog.LevelInfo
	if r.code != "" {
		r.span.Failed(e.Code)
		line = append(line, "code", e.Code, "err", withoutAddress(r.code, r.cause))
		if r.code == wire.InternalError {
			level = slog.LevelError
		}
	}
	r.Log.Log(ctx, level, "job ended", line...)
}

// withoutAddress is the cause of a failure without the address a document was to
// come from, which may hold a secret.
func withoutAddress(code string, cause error) error {
	if code != unreachable {
		return cause
	}
	if inner := errors.Unwrap(cause); inner != nil {
		return inner
	}
	return errors.New("the address gives no document")
}

// endedUnread is ended for a job that came to its end otherwise than by an attempt
// of this process: it was cancelled, or given up.
func (r *Runner) endedUnread(j store.Job, s wire.Status, code string, cause error) {
	r.Observe.Ended(observe.JobEnd{State: string(s), Asked: j.Tier, Code: code})
	line := []any{"job", j.ID, "project", j.ProjectID, "state", s, "tier", j.Tier, "attempts", j.Attempt}
	if j.StartedAt.IsZero() {
		line = append(line, "wait_ms", time.Since(j.CreatedAt).Milliseconds())
	} else {
		line = append(line, "wait_ms", j.StartedAt.Sub(j.CreatedAt).Milliseconds(), "took_ms", time.Since(j.StartedAt).Milliseconds())
	}
	level := slog.LevelInfo
	if code != "" {
		level, line = slog.LevelError, append(line, "code", code, "err", cause)
	}
	r.Log.Log(context.Background(), level, "job ended", line...)
}
