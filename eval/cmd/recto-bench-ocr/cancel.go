package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"recto/eval/processes"
)

const (
	startTimeout = 2 * time.Minute // until the first page is recognized, on a busy machine
	endTimeout   = time.Minute     // a cancel that takes longer has failed
	// workBefore is how long pages are recognized before a cancel, times 0, 1, 2 …:
	// it comes at different places of a page.
	workBefore = 700 * time.Millisecond
)

// cancels measures how long cancelled parses live on.
func cancels(ctx context.Context, o options, s scan, dir string) error {
	terminal, err := cancelTerminal(ctx, o, s)
	if err != nil {
		return fmt.Errorf("cancel at the terminal: %w", err)
	}
	fmt.Printf("cancel at the terminal: nothing runs %v after the interrupt\n", terminal)
	server, err := cancelServer(ctx, o, s, dir)
	if err != nil {
		return fmt.Errorf("cancel of a job: %w", err)
	}
	fmt.Printf("cancel of a job: no tesseract runs %v after the request\n", server)
	for _, took := range slices.Concat(terminal, server) {
		if took > mostCancel {
			return fmt.Errorf("a cancel took %v, more than %v", took, mostCancel)
		}
	}
	return nil
}

// cancelTerminal interrupts parses and returns how long each was gone after.
func cancelTerminal(ctx context.Context, o options, s scan) ([]time.Duration, error) {
	var took []time.Duration
	for i := range o.cancels {
		cmd := exec.CommandContext(ctx, o.recto, "parse", "--quiet", "--ocr", "tesseract", s.pdf)
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		running, err := recognizing(ctx, cmd.Process.Pid, time.Duration(i)*workBefore)
		if err != nil {
			return nil, errors.Join(err, cmd.Process.Kill(), ignoreExit(cmd.Wait()))
		}
		start := time.Now()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return nil, errors.Join(err, ignoreExit(cmd.Wait()))
		}
		if err := ignoreExit(cmd.Wait()); err != nil {
			return nil, err
		}
		if err := ended(ctx, func() bool { return !slices.ContainsFunc(running, processes.Process.Runs) }); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start).Round(time.Millisecond))
	}
	return took, nil
}

// ignoreExit takes out what an interrupted program says at its end.
func ignoreExit(err error) error {
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil
	}
	return err
}

// recognizing waits until a descendant of a process recognizes a page, and a
// moment more. It returns all descendants.
func recognizing(ctx context.Context, pid int, more time.Duration) ([]processes.Process, error) {
	timeout := time.After(startTimeout)
	for {
		all := processes.Below(pid)
		if slices.ContainsFunc(all, recognizes) {
			if more == 0 {
				return all, nil
			}
			time.Sleep(more)
			more = 0
			continue // the next page may just be drawn
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timeout:
			return nil, fmt.Errorf("no page was recognized within %v", startTimeout)
		case <-time.After(lookEvery):
		}
	}
}

func recognizes(p processes.Process) bool { return p.Name == "tesseract" }

// ended waits until something is over.
func ended(ctx context.Context, over func() bool) error {
	timeout := time.After(endTimeout)
	for !over() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout:
			return fmt.Errorf("it goes on after %v", endTimeout)
		case <-time.After(lookEvery / 3):
		}
	}
	return nil
}

// cancelServer cancels jobs of a server and returns how long a tesseract ran
// after each.
func cancelServer(ctx context.Context, o options, s scan, dir string) (took []time.Duration, err error) {
	cmd := exec.CommandContext(ctx, o.recto, "serve", "--addr", "127.0.0.1:0", "--data-dir", filepath.Join(dir, "data"), "--ocr", "tesseract")
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), ignoreExit(cmd.Wait()))
	}()
	url := ""
	lines := bufio.NewScanner(said)
	for url == "" && lines.Scan() {
		var line struct{ Msg, URL string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			url = line.URL
		}
	}
	if url == "" {
		return nil, errors.New("the server did not start")
	}
	go func() { _, _ = io.Copy(io.Discard, said) }() // ends with the server
	for i := range o.cancels {
		id, err := upload(ctx, url, s.pdf)
		if err != nil {
			return nil, err
		}
		if _, err := recognizing(ctx, cmd.Process.Pid, time.Duration(i)*workBefore); err != nil {
			return nil, err
		}
		start := time.Now()
		var job struct{ Status string }
		if err := post(ctx, url+"/api/v2/parse/"+id+"/cancel", "application/json", nil, &job); err != nil {
			return nil, err
		}
		last := start // when one ran: there is none for a moment between two pages
		if err := ended(ctx, func() bool {
			if slices.ContainsFunc(processes.Below(cmd.Process.Pid), recognizes) {
				last = time.Now()
			}
			return time.Since(last) > mostCancel
		}); err != nil {
			return nil, err
		}
		took = append(took, last.Sub(start).Round(time.Millisecond))
	}
	return took, nil
}

// upload starts a job and returns its id.
func upload(ctx context.Context, url, file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", filepath.Base(file))
	if err != nil {
		return "", err
	}
	if _, err := part.Write(data); err != nil {
		return "", err
	}
	if err := errors.Join(form.WriteField("configuration", `{"tier": "cost_effective", "version": "latest", "disable_cache": true}`), form.Close()); err != nil {
		return "", err
	}
	var job struct{ ID string }
	err = post(ctx, url+"/api/v2/parse/upload", form.FormDataContentType(), &b, &job)
	return job.ID, err
}

// post sends a request and reads its answer.
func post(ctx context.Context, url, kind string, body io.Reader, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s: %s: %s", url, resp.Status, data)
	}
	return json.Unmarshal(data, answer)
}
