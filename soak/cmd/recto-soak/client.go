package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"
)

const (
	answerTime = 60 * time.Second       // a request that takes longer is made again
	againAfter = 200 * time.Millisecond // a request that failed
	pollEvery  = 150 * time.Millisecond
	expand     = "text,markdown,items,metadata,markdown_full,text_full,images_content_metadata,xlsx_content_metadata"
)

// client speaks to the service, and is patient with one that is away.
type client struct {
	url     string
	http    *http.Client
	retried func() // told of every request made again
}

func newClient(url string, retried func()) *client {
	return &client{url: url, http: &http.Client{Timeout: answerTime, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, retried: retried}
}

// errRefused is an answer that will not be another at the next try.
var errRefused = errors.New("refused")

// once makes one request.
func (c *client) once(ctx context.Context, method, path, kind string, body []byte, header ...string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, err
	}
	return resp.StatusCode, data, nil
}

// do makes a request until it is answered by other than a 5xx. The statuses in
// fine are answers, too; others than success are errRefused.
func (c *client) do(ctx context.Context, method, path, kind string, body []byte, fine []int, header ...string) (int, []byte, error) {
	for {
		status, data, err := c.once(ctx, method, path, kind, body, header...)
		switch {
		case ctx.Err() != nil:
			return 0, nil, ctx.Err()
		case err == nil && status < 500 && status != http.StatusTooManyRequests:
			if status < 300 {
				return status, data, nil
			}
			for _, f := range fine {
				if f == status {
					return status, data, nil
				}
			}
			return status, data, fmt.Errorf("%w: %s %s: %d %.300s", errRefused, method, path, status, data)
		}
		c.retried()
		select {
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		case <-time.After(againAfter):
		}
	}
}

// form makes an upload.
func form(d *document, fields map[string]string) (kind string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, _ := w.CreateFormFile("file", d.name) // writing to memory never fails
	_, _ = part.Write(d.data)
	for k, v := range fields {
		_ = w.WriteField(k, v)
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// job is what is told of a job.
type job struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Message string `json:"error_message"`
}

func (j job) final() bool {
	return j.Status == "COMPLETED" || j.Status == "FAILED" || j.Status == "CANCELLED"
}

// upload starts a job in one request. A key makes repetitions harmless.
func (c *client) upload(ctx context.Context, t *task, mark, key string) (j job, err error) {
	kind, body := form(t.document, map[string]string{"configuration": string(t.body(mark, nil))})
	_, data, err := c.do(ctx, "POST", "/api/v2/parse/upload", kind, body, nil, "Idempotency-Key", key)
	if err != nil {
		return j, err
	}
	return j, json.Unmarshal(data, &j)
}

// send uploads a file and returns its id.
func (c *client) send(ctx context.Context, d *document) (string, error) {
	kind, body := form(d, map[string]string{"purpose": "parse"})
	_, data, err := c.do(ctx, "POST", "/api/v1/beta/files", kind, body, nil)
	if err != nil {
		return "", err
	}
	var f struct{ ID string }
	return f.ID, json.Unmarshal(data, &f)
}

// parse starts a job for a file that was sent.
func (c *client) parse(ctx context.Context, t *task, file, mark, key string) (j job, err error) {
	_, data, err := c.do(ctx, "POST", "/api/v2/parse", "application/json", t.body(mark, map[string]any{"file_id": file}), nil, "Idempotency-Key", key)
	if err != nil {
		return j, err
	}
	return j, json.Unmarshal(data, &j)
}

// errGone means that the service does not know the job any more.
var errGone = errors.New("the job is not there")

// get asks for a job once it answers.
func (c *client) get(ctx context.Context, id string) (j job, err error) {
	status, data, err := c.do(ctx, "GET", "/api/v2/parse/"+id, "", nil, []int{http.StatusNotFound})
	if err != nil {
		return j, err
	}
	if status == http.StatusNotFound {
		return j, errGone
	}
	var a struct{ Job job }
	err = json.Unmarshal(data, &a)
	return a.Job, err
}

// wait polls until the job has ended.
func (c *client) wait(ctx context.Context, id string) (job, error) {
	for {
		j, err := c.get(ctx, id)
		if err != nil || j.final() {
			return j, err
		}
		select {
		case <-ctx.Done():
			return j, ctx.Err()
		case <-time.After(pollEvery):
		}
	}
}

// answer returns a hash of all that the API gives for a completed job, without
// what must differ: the job itself, its times, and the signatures of links.
func (c *client) answer(ctx context.Context, id string) (string, error) {
	status, data, err := c.do(ctx, "GET", "/api/v2/parse/"+id+"?expand="+expand, "", nil, []int{http.StatusNotFound})
	if err != nil {
		return "", err
	}
	if status == http.StatusNotFound {
		return "", errGone
	}
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		return "", fmt.Errorf("answer for %s: %w", id, err)
	}
	delete(m, "job")
	delete(m, "job_metadata")
	blank(m)
	if data, err = json.Marshal(m); err != nil {
		return "", err
	}
	return hash(data), nil
}

// blank takes links out of an answer.
func blank(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "presigned_url")
		for _, x := range v {
			blank(x)
		}
	case []any:
		for _, x := range v {
			blank(x)
		}
	}
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
