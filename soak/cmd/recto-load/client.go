package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"
)

// client makes requests and takes their time.
type client struct {
	url  string
	http *http.Client
}

func newClient(url string) *client {
	return &client{url, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}}
}

// ask makes one request and reads its answer.
func (c *client) ask(ctx context.Context, method, path, kind string, body io.Reader, answer any) (time.Duration, error) {
	start := time.Now()
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return 0, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	took := time.Since(start)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %.300s", method, path, resp.StatusCode, data)
	}
	if err != nil || answer == nil {
		return took, err
	}
	return took, json.Unmarshal(data, answer)
}

// request is what every job asks for.
func request(file string) string {
	id := ""
	if file != "" {
		id = `"file_id": "` + file + `", `
	}
	return `{` + id + `"tier": "cost_effective", "version": "latest", "disable_cache": true}`
}

// form is an upload of a small document.
func form(data []byte, fields map[string]string) (kind string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, _ := w.CreateFormFile("file", "page.pdf") // writing to memory never fails
	_, _ = part.Write(data)
	for k, v := range fields {
		_ = w.WriteField(k, v)
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

type named struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// send uploads a small document and returns its id.
func (c *client) send(ctx context.Context, data []byte) (string, error) {
	kind, body := form(data, map[string]string{"purpose": "parse"})
	var f named
	_, err := c.ask(ctx, "POST", "/api/v1/beta/files", kind, bytes.NewReader(body), &f)
	return f.ID, err
}
