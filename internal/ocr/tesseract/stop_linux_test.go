package tesseract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"recto/internal/ocr"
)

// slow is a picture that takes long: speckles, of which layout analysis makes
// hundreds of thousands of letters.
func slow() image.Image {
	img := image.NewGray(image.Rect(0, 0, 2400, 3200))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = 255
		if r.Float64() < 0.04 {
			img.Pix[i] = 0
		}
	}
	return img
}

// readSlow recognizes the slow picture.
func readSlow(ctx context.Context, t *testing.T) error {
	e, err := Find(ctx)
	if err != nil {
		t.Skip(err)
	}
	_, err = e.Recognize(ctx, slow(), ocr.Options{Languages: e.Languages()[:1]})
	return err
}

// children lists the processes named tesseract that a process has started.
func children(t *testing.T, parent int) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for _, f := range stats {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state parent ...
		end := bytes.LastIndexByte(b, ')')
		fields := strings.Fields(string(b[end+1:]))
		if bytes.Contains(b[:end], []byte("(tesseract")) && fields[0] != "Z" && fields[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
			out = append(out, pid)
		}
	}
	return out
}

// wait waits until f holds, for at most the time.
func wait(t *testing.T, limit time.Duration, what string, f func() bool) {
	t.Helper()
	for began := time.Now(); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > limit {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}

// TestCancel: a canceled recognition ends within a second, and its process with
// it.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the job was canceled")
	done := make(chan error, 1)
	go func() { done <- readSlow(ctx, t) }()
	wait(t, 20*time.Second, "the program starts", func() bool { return len(children(t, os.Getpid())) > 0 || len(done) > 0 })
	time.Sleep(300 * time.Millisecond) // in the midst of it
	if len(done) > 0 {
		t.Fatalf("the slow picture was read before it could be canceled: %v", <-done)
	}
	began := time.Now()
	cancel(why)
	err := <-done
	if late := time.Since(began); late > time.Second || !errors.Is(err, why) {
		t.Errorf("canceled: %v after %v, want %v within a second", err, late, why)
	}
	if left := children(t, os.Getpid()); len(left) > 0 {
		t.Errorf("processes %v survive", left)
	}
}

// TestKilled: when we are killed, the program dies too. The test runs itself as
// the one to be killed.
func TestKilled(t *testing.T) {
	if os.Getenv("RECTO_TEST_KILLED") != "" {
		fmt.Println(readSlow(t.Context(), t))
		return
	}
	if _, err := Find(t.Context()); err != nil {
		t.Skip(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "RECTO_TEST_KILLED=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var started []int
	// Find asks questions with processes of its own, which are soon over.
	wait(t, 20*time.Second, "the program reads", func() bool {
		started = children(t, cmd.Process.Pid)
		if len(started) != 1 {
			return false
		}
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", started[0]))
		return err == nil && strings.HasSuffix(string(line), "tsv\x00")
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	wait(t, time.Second, fmt.Sprintf("process %d ends", started[0]), func() bool {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", started[0]))
		return err != nil || bytes.Contains(b, []byte(") Z "))
	})
}
