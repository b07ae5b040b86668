package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"recto/internal/blob"
	"recto/internal/store"
	"recto/internal/task"
	"recto/internal/wire"
)

// ErrNoResult means that a job has no such result, or not yet.
var ErrNoResult = errors.New("result not found")

// ErrExpired means that the results of a job were removed because of their age.
var ErrExpired = errors.New("the results were removed")

// Finished is a completed job, to be read in the shape of v1. What v1 shows is
// made of the stored results of v2, page by page.
type Finished struct {
	Job      store.Job
	Metadata map[string]any
	Results  map[string]store.Result

	runner *Runner
	legacy *wire.Legacy
}

// Finished returns what is known of a job's results, ErrNoResult or
// ErrExpired.
func (r *Runner) Finished(ctx context.Context, j store.Job) (*Finished, error) {
	if j.Status != string(wire.Completed) {
		return nil, ErrNoResult
	}
	if !j.ExpiredAt.IsZero() {
		return nil, ErrExpired
	}
	var q wire.StoredRequest
	if err := json.Unmarshal([]byte(j.Config), &q); err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", j.ID, err)
	}
	f := &Finished{Job: j, Metadata: map[string]any{}, runner: r, legacy: &wire.Legacy{}}
	if q.Legacy != nil {
		f.legacy = q.Legacy
	}
	if j.Metadata != "" {
		if err := json.Unmarshal([]byte(j.Metadata), &f.Metadata); err != nil {
			return nil, fmt.Errorf("job_metadata of %s: %w", j.ID, err)
		}
	}
	var err error
	f.Results, err = r.Store.Results(ctx, j.ID)
	return f, err
}

// Text returns the text of all pages.
func (f *Finished) Text(ctx context.Context) (string, error) {
	pages, err := f.open(ctx, task.TextJSON)
	if err != nil {
		return "", err
	}
	defer pages.Close()
	out := f.legacy.Joiner()
	for pages.d.More() {
		var p wire.TextPage
		if err := pages.d.Decode(&p); err != nil {
			return "", err
		}
		out.Add(p.PageNumber, p.Text)
	}
	return out.String(), nil
}

// Markdown returns the markdown of all pages.
func (f *Finished) Markdown(ctx context.Context) (string, error) {
	pages, err := f.open(ctx, task.MarkdownJSON)
	if err != nil {
		return "", err
	}
	defer pages.Close()
	out := f.legacy.Joiner()
	for pages.d.More() {
		var p wire.MarkdownPage
		if err := pages.d.Decode(&p); err != nil {
			return "", err
		}
		out.Add(p.PageNumber, f.legacy.PageMarkdown(p))
	}
	return out.String(), nil
}

// Pages is the pages of a job, opened: nothing can be missing any more.
type Pages struct {
	f      *Finished
	parts  [4]*pageReader // text, markdown, items, metadata
	lines  *pageReader    // grounded items, nil when there are none
	images map[int][]wire.LegacyImage
}

// OpenPages opens the pages; the caller closes them.
func (f *Finished) OpenPages(ctx context.Context) (*Pages, error) {
	p := &Pages{f: f, images: map[int][]wire.LegacyImage{}}
	list, err := f.runner.Store.Images(ctx, f.Job.ID)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		p.images[i.Page] = append(p.images[i.Page], wire.LegacyImage{
			Name: i.Name, X: hundredths(i.Box.X0), Y: hundredths(i.Box.Y0), Width: hundredths(i.Box.W()), Height: hundredths(i.Box.H()),
			OriginalWidth: i.WidthPx, OriginalHeight: i.HeightPx, Type: wire.LegacyImageTypes[wire.ImageCategory(i.Category)],
		})
	}
	for i, name := range []string{task.TextJSON, task.MarkdownJSON, task.ItemsJSON, task.MetadataJSON} {
		if p.parts[i], err = f.open(ctx, name); err != nil {
			p.Close()
			return nil, err
		}
	}
	if err := p.openLines(ctx); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// openLines opens the grounded items, when there are some.
func (p *Pages) openLines(ctx context.Context) error {
	stored, ok := p.f.Results[task.Grounded]
	if !ok {
		return nil
	}
	file, err := p.f.runner.Blobs.Open(ctx, stored.Blob)
	if err != nil {
		return err
	}
	p.lines = &pageReader{file, json.NewDecoder(file)} // a page a line, without a list around them
	return nil
}

func hundredths(f float64) float64 { return math.Round(f*100) / 100 }

// WriteJSON writes the pages as a JSON list behind the lead.
func (p *Pages) WriteJSON(w io.Writer, lead string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if _, err := io.WriteString(w, lead+"["); err != nil {
		return err
	}
	for first := true; p.parts[0].d.More(); first = false {
		src := wire.LegacySource{Tier: p.f.Job.Tier}
		for i, into := range []any{&src.Text, &src.Markdown, &src.Items, &src.Metadata} {
			if err := p.parts[i].d.Decode(into); err != nil {
				return err
			}
		}
		if p.lines != nil {
			if err := p.lines.d.Decode(&src.Grounded); err != nil {
				return err
			}
		}
		src.Images = p.images[src.Text.PageNumber]
		if !first {
			if _, err := io.WriteString(w, ","); err != nil {
				return err
			}
		}
		if err := e.Encode(p.f.legacy.Page(src)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]")
	return err
}

// Close closes what is open.
func (p *Pages) Close() {
	for _, part := range p.parts {
		if part != nil {
			part.Close()
		}
	}
	if p.lines != nil {
		p.lines.Close()
	}
}

// maxResultMessage bounds each part of a message that has the result in it: the
// message is made in memory.
const maxResultMessage = 32 << 20

var errLongMessage = errors.New("the result is too large for a message: fetch it from the server")

// resultMessage is what webhook_url of v1 is sent: the whole result. It is made
// for every attempt anew, so that no copy waits in the database.
func (r *Runner) resultMessage(ctx context.Context, d store.Delivery) ([]byte, error) {
	j, err := r.Store.Job(ctx, d.ProjectID, d.JobID)
	if err != nil {
		return nil, fmt.Errorf("find the job: %w", err)
	}
	f, err := r.Finished(ctx, j)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{task.TextJSON, task.MarkdownJSON, task.ItemsJSON} {
		if f.Results[name].Size > maxResultMessage {
			return nil, errLongMessage
		}
	}
	m := wire.LegacyMessage{Images: []string{}}
	if m.Text, err = f.Text(ctx); err != nil {
		return nil, err
	}
	if m.Markdown, err = f.Markdown(ctx); err != nil {
		return nil, err
	}
	pages, err := f.OpenPages(ctx)
	if err != nil {
		return nil, err
	}
	defer pages.Close()
	var list bytes.Buffer
	if err := pages.WriteJSON(&list, ""); err != nil {
		return nil, err
	}
	m.Pages = list.Bytes()
	images, err := r.Store.Images(ctx, j.ID)
	for _, i := range images {
		m.Images = append(m.Images, i.Name)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// pageReader reads the pages of a stored result one by one.
type pageReader struct {
	file *blob.Reader
	d    *json.Decoder
}

func (f *Finished) open(ctx context.Context, name string) (*pageReader, error) {
	stored, ok := f.Results[name]
	if !ok {
		return nil, ErrNoResult
	}
	file, err := f.runner.Blobs.Open(ctx, stored.Blob)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, ErrNoResult // the job was deleted meanwhile
	}
	if err != nil {
		return nil, err
	}
	p := &pageReader{file, json.NewDecoder(file)}
	if err := p.enter(); err != nil {
		p.Close()
		return nil, fmt.Errorf("%s of %s: %w", name, f.Job.ID, err)
	}
	return p, nil
}

// enter goes to the first page.
func (p *pageReader) enter() error {
	if _, err := p.d.Token(); err != nil {
		return err
	}
	for p.d.More() {
		key, err := p.d.Token()
		if err != nil {
			return err
		}
		if key == "pages" {
			_, err := p.d.Token()
			return err
		}
		var skipped json.RawMessage
		if err := p.d.Decode(&skipped); err != nil {
			return err
		}
	}
	return errors.New("there are no pages")
}

// Close closes the result.
func (p *pageReader) Close() { p.file.Close() }
