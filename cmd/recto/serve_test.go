package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-pdf/fpdf"
)

// TestMain lets the servers of the tests start children: they run their own file.
func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], childArgs) {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestProgram is the program itself: program starts the test binary again with
// only this test and the arguments to use.
func TestProgram(t *testing.T) {
	args := os.Getenv("RECTO_TEST_ARGS")
	if args == "" {
		t.Skip("started by other tests")
	}
	if err := json.Unmarshal([]byte(args), &os.Args); err != nil {
		t.Fatal(err)
	}
	main()
	os.Exit(0) // before the test framework prints its verdict
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	list, err := json.Marshal(append([]string{"recto"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), os.Args[0], "-test.run=^TestProgram$")
	cmd.Env = append(os.Environ(), "RECTO_TEST_ARGS="+string(list))
	cmd.Stderr = t.Output()
	return cmd
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// startServer starts the server and waits until it answers.
func startServer(t *testing.T, addr, dir string) *exec.Cmd {
	t.Helper()
	cmd := program(t, "serve", "--addr", addr, "--data-dir", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kill(cmd) })
	eventually(t, func() bool {
		status, _ := ask(t, "GET", "http://"+addr+"/healthz", "", nil)
		return status == 200
	})
	return cmd
}

// kill is kill -9 and waits for the end; errors mean that it was dead already.
func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// ask sends a request and returns the answer; status 0 means that there was none.
func ask(t *testing.T, method, url, contentType string, body io.Reader, header ...string) (status int, data []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	data, err = io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil
	}
	return resp.StatusCode, data
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("nothing happened for a minute")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// manyPages draws a document that takes a while.
func manyPages(t *testing.T, pages int) []byte {
	t.Helper()
	f := fpdf.New("P", "pt", "Letter", "")
	f.SetFont("Times", "", 9)
	for n := range pages {
		f.AddPage()
		for line := range 60 {
			f.Text(60, 50+11*float64(line), fmt.Sprintf("Page %d, line %d: the quick brown fox jumps over the lazy dog, again and again.", n+1, line+1))
		}
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestKilledServerFinishesItsJobs(t *testing.T) {
	if testing.Short() {
		t.Skip("parses a long document twice")
	}
	addr, dir := freeAddr(t), t.TempDir()
	server := startServer(t, addr, dir)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "long.pdf")
	if err == nil {
		_, err = part.Write(manyPages(t, 600))
	}
	if err := errors.Join(err, w.WriteField("configuration", `{"tier":"cost_effective","version":"latest"}`), w.Close()); err != nil {
		t.Fatal(err)
	}
	status, body := ask(t, "POST", "http://"+addr+"/api/v2/parse/upload", w.FormDataContentType(), &form)
	var job struct{ ID string }
	if err := json.Unmarshal(body, &job); err != nil || job.ID == "" {
		t.Fatalf("create: %d %s, %v", status, body, err)
	}

	// A client that keeps polling, whatever happens to the server.
	type answer struct {
		Job      struct{ Status string }
		Metadata struct {
			Attempt int
			Pages   int `json:"job_pages"`
		} `json:"job_metadata"`
	}
	poll := func() (a answer) {
		_, body := ask(t, "GET", "http://"+addr+"/api/v2/parse/"+job.ID+"?expand=job_metadata", "", nil)
		if body != nil && json.Unmarshal(body, &a) != nil {
			t.Errorf("poll gives %s", body)
		}
		return a
	}
	eventually(t, func() bool { return poll().Job.Status == "RUNNING" })
	kill(server)
	restarted := time.Now()
	startServer(t, addr, dir)
	var last answer
	eventually(t, func() bool {
		last = poll()
		return last.Job.Status != "" && last.Job.Status != "RUNNING" && last.Job.Status != "PENDING"
	})
	if last.Job.Status != "COMPLETED" || last.Metadata.Pages != 600 || last.Metadata.Attempt != 2 {
		t.Errorf("after kill and restart the job is %+v, want COMPLETED, 600 pages, attempt 2", last)
	}
	t.Logf("completed %v after the restart", time.Since(restarted).Round(time.Millisecond))
}

func TestServerStopsCleanly(t *testing.T) {
	addr, dir := freeAddr(t), t.TempDir()
	server := startServer(t, addr, dir)
	second := program(t, "serve", "--addr", freeAddr(t), "--data-dir", dir)
	second.Stderr = nil
	if out, err := second.CombinedOutput(); err == nil || !strings.Contains(string(out), "in use") {
		t.Errorf("a second server on the same data says %q, %v", out, err)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("still there ten seconds after SIGTERM")
	}
}

func TestServerRefusesToBeOpenToAll(t *testing.T) {
	dir := t.TempDir()
	refused := program(t, "serve", "--addr", "0.0.0.0:0", "--data-dir", dir)
	refused.Stderr = nil
	out, err := refused.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "recto keys create") {
		t.Errorf("serve on 0.0.0.0 without keys says %q, %v, want a refusal", out, err)
	}
	secret, err := program(t, "keys", "create", "test", "--data-dir", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSpace(string(secret))
	if !strings.HasPrefix(key, "llx-") {
		t.Fatalf("keys create prints %q, want the key alone", secret)
	}
	addr := freeAddr(t)
	startServer(t, strings.Replace(addr, "127.0.0.1", "0.0.0.0", 1), dir)
	get := func(key string) int {
		status, _ := ask(t, "GET", "http://"+addr+"/api/v2/parse", "", nil, "Authorization", "Bearer "+key)
		return status
	}
	if got := get(key); got != 200 {
		t.Errorf("with the key: %d, want 200", got)
	}
	if got := get("llx-wrong"); got != 401 {
		t.Errorf("with a wrong key: %d, want 401", got)
	}
	list, err := program(t, "keys", "list", "--data-dir", dir).Output()
	if err != nil || !strings.Contains(string(list), key[:10]) || strings.Contains(string(list), key) {
		t.Errorf("keys list = %s, %v, want the beginning of the key and no more", list, err)
	}
	if err := program(t, "keys", "revoke", key[:10], "--data-dir", dir).Run(); err != nil {
		t.Error(err)
	}
	if got := get(key); got != 401 {
		t.Errorf("with a revoked key: %d, want 401", got)
	}
	var exit *exec.ExitError
	if err := program(t, "keys", "revoke", "llx-nothing", "--data-dir", dir).Run(); !errors.As(err, &exit) {
		t.Errorf("revoking nothing = %v, want a failure", err)
	}
}

func TestPrecedenceOfSettings(t *testing.T) {
	dir := t.TempDir()
	fromFile, fromEnv, fromFlag := filepath.Join(dir, "file"), filepath.Join(dir, "env"), filepath.Join(dir, "flag")
	config := filepath.Join(dir, "recto.yaml")
	if err := os.WriteFile(config, []byte("keys:\n  list:\n    data-dir: "+fromFile+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		env  []string
		args []string
	}{
		{fromFile, nil, []string{"--config", config}},
		{fromFile, []string{"RECTO_CONFIG=" + config}, nil},
		{fromEnv, []string{"RECTO_CONFIG=" + config, "RECTO_DATA_DIR=" + fromEnv}, nil},
		{fromFlag, []string{"RECTO_CONFIG=" + config, "RECTO_DATA_DIR=" + fromEnv}, []string{"--data-dir", fromFlag}},
	} {
		cmd := program(t, append([]string{"keys", "list"}, c.args...)...)
		cmd.Env = append(cmd.Env, c.env...)
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(c.want, "recto.db")); err != nil {
			t.Errorf("env %v, flags %v: %v", c.env, c.args, err)
		}
		os.RemoveAll(c.want)
	}
}

// TestSilentClient opens a connection and never ends the head of its request.
func TestSilentClient(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for ten seconds")
	}
	ctx, stop := context.WithCancel(t.Context())
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l, http.NotFoundHandler(), slog.New(slog.DiscardHandler)) }()
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET / HTTP/1.1\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(3 * headerTimeout)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is still open")
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
