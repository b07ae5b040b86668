// Package blobtest starts a real S3 server, versitygw, for tests, with a bucket
// for each of them.
package blobtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	startTime = 30 * time.Second
	user      = "recto"
	secret    = "recto-test-secret"
)

// errNone means that the server is not built.
var errNone = errors.New("versitygw is not there (make s3)")

var (
	tempDir = os.TempDir() // before tests change TMPDIR
	server  = sync.OnceValues(start)
	made    atomic.Int64
)

// running is the server of this test binary.
type running struct{ dir, addr string }

// S3 returns the address of an empty bucket of the test's own, sets what AWS
// programs need to use it, and skips the test where there is no server.
func S3(t *testing.T) string {
	t.Helper()
	s, err := server()
	if errors.Is(err, errNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", user)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	name := fmt.Sprintf("bucket%d", made.Add(1))
	if err := os.Mkdir(filepath.Join(s.dir, "data", name), 0o700); err != nil { // a bucket is a folder there
		t.Fatal(err)
	}
	return "s3://" + name + "?endpoint=" + url.QueryEscape("http://"+s.addr)
}

// script runs the server until its standard input is closed, which happens when
// the test binary ends, however it ends.
const script = `dir=$1 bin=$2 addr=$3
mkdir "$dir/data"
"$bin" --port "$addr" posix "$dir/data" >"$dir/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -9 "$server"
wait "$server"
rm -rf "$dir"
`

func start() (running, error) {
	bin, err := program()
	if err != nil {
		return running{}, err
	}
	dir, err := os.MkdirTemp(tempDir, "recto-s3-")
	if err != nil {
		return running{}, err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return running{}, err
	}
	s := running{dir, l.Addr().String()}
	if err := l.Close(); err != nil {
		return s, err
	}
	cmd := exec.CommandContext(context.Background(), "sh", "-c", script, "sh", dir, bin, s.addr)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+user, "ROOT_SECRET_KEY="+secret)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := cmd.StdinPipe(); err != nil { // open as long as this process lives
		return s, err
	}
	if err := cmd.Start(); err != nil {
		return s, err
	}
	go func() { _ = cmd.Wait() }() // it ends after this process; waiting keeps the pipe from being collected
	for deadline := time.Now().Add(startTime); ; time.Sleep(20 * time.Millisecond) {
		c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", s.addr)
		if err == nil {
			return s, c.Close()
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			return s, fmt.Errorf("versitygw does not start: %w\n%s", err, log)
		}
	}
}

// program finds the server in PATH, or where make builds tools.
func program() (string, error) {
	if file, err := exec.LookPath("versitygw"); err == nil {
		return file, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		file := filepath.Join(dir, ".cache", "tools", "versitygw")
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", errNone
}
