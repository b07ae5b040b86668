package sandbox

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

func TestStats(t *testing.T) {
	var mu sync.Mutex
	var ended []Reason
	p := startPool(t, Config{Size: 2, Recycle: 1, Ended: func(r Reason) { mu.Lock(); defer mu.Unlock(); ended = append(ended, r) }})
	waitFor(t, "two idle children", func() bool { return p.Stats().Idle == 2 })
	c, release, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := p.Stats()
	if s.Idle != 1 || s.Busy != 1 || s.Started != 2 {
		t.Errorf("with one at work: %+v", s)
	}
	if memoryKnown && (s.Largest < 100<<10 || s.Memory < s.Largest || s.Memory > 1<<30) {
		t.Errorf("memory: %+v", s)
	}
	if err := p.Check(); err != nil {
		t.Errorf("Check() = %v", err)
	}
	if err := c.Start([]byte("cat"), document(t, "x")); err != nil {
		t.Fatal(err)
	}
	if _, death := hear(c); death != nil {
		t.Fatal(death)
	}
	release()
	if _, death := ask(t, p, "panic", ""); death == nil {
		t.Fatal("it survived a panic")
	}
	waitFor(t, "two new children", func() bool { s := p.Stats(); return s.Idle == 2 && s.Started == 4 })
	mu.Lock()
	defer mu.Unlock()
	if slices.Sort(ended); !slices.Equal(ended, []Reason{Crash, Recycled}) {
		t.Errorf("ended: %v", ended)
	}
}

// TestCheck takes away what children are started from, and gives it back.
func TestCheck(t *testing.T) {
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "program")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	p, err := Start(t.Context(), Config{Command: []string{link, "child"}, Env: []string{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	close := sync.OnceFunc(p.Close)
	t.Cleanup(close)
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if _, death := ask(t, p, "panic", ""); death == nil {
		t.Fatal("it survived a panic")
	}
	waitFor(t, "a failed check", func() bool { return p.Check() != nil })
	if err := p.Check(); !strings.Contains(err.Error(), "do not start") {
		t.Errorf("Check() = %v", err)
	}
	if s := p.Stats(); s.Idle+s.Busy != 0 {
		t.Errorf("without children: %+v", s)
	}
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a check that succeeds", func() bool { return p.Check() == nil && p.Stats().Idle == 1 })
	close()
	if err := p.Check(); err == nil {
		t.Error("a closed pool is well")
	}
}
