package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the child, too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		if err := Serve(prepare); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const frameAnswer = 'a'

func prepare(_ *Conn, hello []byte) (Handler, Access, error) {
	var access Access
	switch string(hello) {
	case "programs":
		access = Access{Files: []string{"/usr", "/bin", "/lib", "/lib64", "/dev/null"}, Programs: true}
	case "broken":
		return nil, access, errors.New("nothing works")
	}
	return func(c *Conn, work []byte, file *os.File) error {
		switch string(work) {
		case "send-descriptor":
			return c.send(frameAnswer, []byte("take this"), file)
		case "send-too-much":
			_, err := c.sock.Write([]byte{frameAnswer, 255, 255, 255, 255})
			return err
		}
		answer, err := do(string(work), file)
		if err != nil {
			answer = "error: " + err.Error()
		}
		return c.Write(frameAnswer, []byte(answer))
	}, access, nil
}

// do is what the child of the tests can do.
func do(work string, file *os.File) (string, error) {
	what, arg, _ := strings.Cut(work, " ")
	switch what {
	case "cat":
		data, err := io.ReadAll(file)
		return fmt.Sprint(os.Getpid(), " ", string(data)), err
	case "panic":
		panic("the work is too hard")
	case "spin":
		for {
			runtime.Gosched()
		}
	case "take":
		var all [][]byte
		for {
			b := make([]byte, 16<<20)
			for i := range b {
				b[i] = byte(i)
			}
			all = append(all, b)
			if len(all) > 1000 {
				return "", nil
			}
		}
	case "read":
		_, err := os.ReadFile(arg)
		return "read", err
	case "write":
		return "written", os.WriteFile(arg, []byte("x"), 0o600)
	case "write-descriptor":
		_, err := file.WriteAt([]byte("x"), 0)
		return "written", err
	case "dial":
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", arg)
		if err == nil {
			err = conn.Close()
		}
		return "connected", err
	case "run":
		out, err := exec.CommandContext(context.Background(), "/bin/sh", "-c", arg).CombinedOutput()
		return string(out), err
	case "env":
		return strings.Join(os.Environ(), " "), nil
	case "kill":
		return "killed", syscall.Kill(1, 0)
	}
	return "", errors.New("unknown work")
}

func startPool(t *testing.T, c Config) *Pool {
	t.Helper()
	c.Command, c.Env = []string{os.Args[0], "child"}, []string{"A=b"}
	c.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func document(t *testing.T, content string) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "document")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// ask has a child do one piece of work.
func ask(t *testing.T, p *Pool, work, content string) (string, *Death) {
	t.Helper()
	c, release, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := c.Start([]byte(work), document(t, content)); err != nil {
		t.Fatal(err)
	}
	return hear(c)
}

func hear(c *Child) (string, *Death) {
	answer := ""
	for {
		kind, body, err := c.Read()
		if err != nil {
			return "", c.Lost(err)
		}
		if Done(kind) {
			return answer, nil
		}
		answer = string(body)
	}
}

func TestWorkAndRecycling(t *testing.T) {
	p := startPool(t, Config{Recycle: 2})
	seen := map[string]int{}
	for i := range 6 {
		content := fmt.Sprint("content ", i, strings.Repeat(".", 1<<20))
		got, death := ask(t, p, "cat", content)
		pid, rest, _ := strings.Cut(got, " ")
		if death != nil || rest != content {
			t.Fatalf("cat %d gave %.40q, %v", i, got, death)
		}
		if !p.namespaces.Load() {
			seen[pid]++
		}
	}
	for pid, n := range seen {
		if n != 2 {
			t.Errorf("process %s did %d pieces of work, want 2", pid, n)
		}
	}
	if n := p.Started(); n < 3 {
		t.Errorf("%d children were started, want at least 3", n)
	}
}

func TestDeaths(t *testing.T) {
	p := startPool(t, Config{Memory: 256 << 20})
	_, death := ask(t, p, "panic", "")
	if death == nil || death.Reason != Crash || !strings.Contains(death.Output, "too hard") {
		t.Errorf("a panic is %+v, want a crash with its output", death)
	}
	begun := time.Now()
	_, death = ask(t, p, "take", "")
	if memoryKnown && (death == nil || death.Reason != Memory) {
		t.Errorf("taking memory is %+v after %s, want death by memory", death, time.Since(begun))
	}
	c, release, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start([]byte("spin"), document(t, "")); err != nil {
		t.Fatal(err)
	}
	begun = time.Now()
	c.Kill(Stopped, "enough")
	c.Kill(Crash, "later reasons do not count")
	if death := c.Wait(); death.Reason != Stopped || time.Since(begun) > time.Second {
		t.Errorf("a killed child is %+v after %s", death, time.Since(begun))
	}
	release()
	if got, death := ask(t, p, "cat", "still here"); death != nil || !strings.HasSuffix(got, "still here") {
		t.Errorf("after the deaths: %q, %v", got, death)
	}
}

// TestIdleDeath has a child die while it waits for work.
func TestIdleDeath(t *testing.T) {
	p := startPool(t, Config{})
	c, release, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-c.gone
	if got, death := ask(t, p, "cat", "x"); death != nil {
		t.Errorf("after an idle death: %q, %v", got, death)
	}
}

func TestBrokenChild(t *testing.T) {
	_, err := Start(t.Context(), Config{
		Command: []string{os.Args[0], "child"}, Hello: []byte("broken"), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err == nil || !strings.Contains(err.Error(), "nothing works") {
		t.Errorf("err = %v, want what the child says", err)
	}
}

// TestConfined tries to get out. What the system does not offer is not tried.
func TestConfined(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("nothing confines children here")
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, hello := range []string{"", "programs"} {
		for _, namespaces := range []bool{true, false} {
			t.Run(fmt.Sprintf("%q namespaces %v", hello, namespaces), func(t *testing.T) {
				p := startPool(t, Config{Hello: []byte(hello), Programs: hello != ""})
				if !namespaces {
					p.namespaces.Store(false)
					c, release, err := p.Get(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					c.Kill(Stopped, "the next is without")
					<-c.gone
					release()
				}
				for _, work := range []string{
					"read " + secret, "read /etc/passwd", "read /proc/self/environ", "write " + secret, "write /tmp/recto-sandbox-test",
					"write-descriptor", "dial " + l.Addr().String(), "dial [::1]:80",
				} {
					if hello == "programs" && !landlocked(t) && !strings.HasPrefix(work, "dial") {
						continue
					}
					if got, death := ask(t, p, work, "content"); death != nil || !strings.HasPrefix(got, "error: ") {
						t.Errorf("%s gave %q, %v, want an error", work, got, death)
					}
				}
				if got, _ := ask(t, p, "env", ""); got != "A=b" {
					t.Errorf("environment is %q, want the one given", got)
				}
				got, death := ask(t, p, "run echo it runs", "")
				if hello == "" && !strings.HasPrefix(got, "error: ") || hello != "" && got != "it runs\n" {
					t.Errorf("running a program gave %q, %v", got, death)
				}
				if hello != "" && landlocked(t) {
					if got, _ := ask(t, p, "run cat "+secret, ""); !strings.HasPrefix(got, "error: ") {
						t.Errorf("a program reads the secret: %q", got)
					}
				}
			})
		}
	}
}

// landlocked reports whether this program can use Landlock here.
func landlocked(t *testing.T) bool {
	t.Helper()
	data, err := os.ReadFile("/sys/kernel/security/lsm")
	if err == nil && !bytes.Contains(data, []byte("landlock")) {
		return false
	}
	return !usesCgo
}

// TestProgramsDie has a child start a program in a group of its own; both must
// be gone when the child is killed.
func TestProgramsDie(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only the group of the child is killed here")
	}
	for _, namespaces := range []bool{true, false} {
		p := startPool(t, Config{Hello: []byte("programs"), Programs: true})
		p.namespaces.Store(namespaces)
		first, release, err := p.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		first.Kill(Stopped, "the next is as wanted")
		<-first.gone
		release()
		c, release, err := p.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start([]byte("run sleep 1000 & sleep 1000"), document(t, "")); err != nil {
			t.Fatal(err)
		}
		var programs []int
		for deadline := time.Now().Add(20 * time.Second); len(programs) < 2; time.Sleep(10 * time.Millisecond) {
			programs = programs[:0]
			for _, shell := range childrenOf(c.cmd.Process.Pid) {
				programs = append(programs, childrenOf(shell)...)
			}
			if time.Now().After(deadline) {
				t.Fatal("the programs do not start")
			}
		}
		c.Kill(Stopped, "enough")
		_ = c.Wait()
		release()
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			left := 0
			for _, pid := range programs {
				if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !bytes.Contains(data, []byte(") Z ")) {
					left++
				}
			}
			if left == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("namespaces %v: %d programs outlive the child", namespaces, left)
			}
		}
	}
}

// BenchmarkStart measures how long a child takes to be ready, without what its
// work needs.
func BenchmarkStart(b *testing.B) {
	p, err := Start(b.Context(), Config{Command: []string{os.Args[0], "child"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	for b.Loop() {
		c, _, err := p.spawn(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		c.Kill(Stopped, "enough")
		_ = c.Wait()
	}
}
