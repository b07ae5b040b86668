package main

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// outcome is what became of one document.
type outcome struct {
	name, job   string
	status      string // of the job
	code        string // why it failed
	message     string
	pages       int
	failedPages int
	took        time.Duration // from the accepted upload to the end
	err         error         // the service did not keep its promises
}

// job is what the API says of one.
type job struct {
	Job struct {
		ID, Status   string
		ErrorMessage string `json:"error_message"`
	}
	Markdown *struct {
		Pages []struct {
			Success bool
		}
	}
	Metadata struct {
		ErrorCode   string `json:"error_code"`
		Pages       int    `json:"job_pages"`
		FailedPages []int  `json:"failed_pages"`
	} `json:"job_metadata"`
}

// send uploads a document, waits for its job and looks at the results.
func (s *server) send(ctx context.Context, o options, file string) (x outcome) {
	x.name = filepath.Base(file)
	x.err = func() error {
		var accepted struct{ ID string }
		if err := s.upload(ctx, o, file, &accepted); err != nil {
			return err
		}
		x.job = accepted.ID
		begun := time.Now()
		var j job
		for {
			if err := s.get(ctx, "/api/v2/parse/"+x.job+"?wait=60&expand=job_metadata", &j); err != nil {
				return err
			}
			x.took = time.Since(begun)
			x.status, x.message, x.code = j.Job.Status, j.Job.ErrorMessage, j.Metadata.ErrorCode
			x.pages, x.failedPages = j.Metadata.Pages, len(j.Metadata.FailedPages)
			if x.status != "PENDING" && x.status != "RUNNING" {
				break
			}
			if x.took > 2*time.Hour {
				return fmt.Errorf("the job does not end: %s", x.status)
			}
		}
		if x.status != "COMPLETED" {
			return nil
		}
		if err := s.get(ctx, "/api/v2/parse/"+x.job+"?expand=markdown&expand=items&expand=text&expand=metadata", &j); err != nil {
			return err
		}
		if j.Markdown == nil || len(j.Markdown.Pages) != x.pages {
			return fmt.Errorf("%d pages were parsed and others are in the result", x.pages)
		}
		return nil
	}()
	return x
}

func (s *server) upload(ctx context.Context, o options, file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", filepath.Base(file))
	if err != nil {
		return err
	}
	if _, err := part.Write(data); err != nil {
		return err
	}
	configuration := fmt.Sprintf(`{"tier":"cost_effective","version":"latest","processing_control":{"timeouts":{"base_in_seconds":%.0f,"extra_time_per_page_in_seconds":%.0f}}}`,
		o.base.Seconds(), o.perPage.Seconds())
	if err := w.WriteField("configuration", configuration); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/v2/parse/upload", &form)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return do(req, into)
}
