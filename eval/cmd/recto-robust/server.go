package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"recto/eval/processes"
)

const (
	startTimeout = 2 * time.Minute        // of the server, which compiles at its first start
	sampleEvery  = 100 * time.Millisecond // of memory
	stopTimeout  = 30 * time.Second
)

// server is the program at work.
type server struct {
	url  string
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
	err  error         // how it ended

	samples []sample
	deaths  []death
	begun   time.Time
	watch   sync.WaitGroup
	done    chan struct{}
}

// sample is the memory at one moment, in bytes.
type sample struct {
	at          time.Duration // since the start
	server, all int64
}

// death is a line of the log about a child.
type death struct{ Job, Reason, Detail string }

// name is the document of a death.
func (d death) name(outcomes []outcome) string {
	for _, x := range outcomes {
		if x.job == d.Job {
			return x.name
		}
	}
	return d.Job
}

// startServer starts the program on a free port of this machine and waits until it
// answers.
func startServer(ctx context.Context, o options, dir string) (*server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	s := &server{url: "http://" + addr, gone: make(chan struct{}), done: make(chan struct{}), begun: time.Now()}
	s.cmd = exec.Command(o.recto, append([]string{"serve", "--addr", addr, "--data-dir", dir}, o.serve...)...) //nolint:noctx // it is asked to stop
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}                                                    // an interrupt is for us, not for it
	output, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.watch.Go(func() {
		s.readLog(output)
		s.err = s.cmd.Wait()
		close(s.gone)
	})
	s.watch.Go(s.measure)
	for deadline := time.Now().Add(startTimeout); ; {
		if err := s.get(ctx, "/healthz", nil); err == nil {
			return s, nil
		} else if ctx.Err() != nil || time.Now().After(deadline) {
			return nil, errors.Join(fmt.Errorf("the server does not answer: %w", err), s.stop())
		}
		select {
		case <-s.gone:
			return nil, errors.Join(errors.New("the server does not start"), s.stop())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// readLog notes the children that died, and passes on what is worse.
func (s *server) readLog(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Level, Msg string
			death
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			fmt.Fprintln(os.Stderr, lines.Text()) // a panic
			continue
		}
		if line.Msg == "a child process died" {
			s.deaths = append(s.deaths, line.death)
		} else if line.Level == "ERROR" {
			fmt.Fprintln(os.Stderr, lines.Text())
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line too long must not stop the server
}

func (s *server) measure() {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		if p, ok := processes.Look(s.cmd.Process.Pid); ok {
			x := sample{at: time.Since(s.begun), server: p.Memory, all: p.Memory}
			for _, c := range processes.Below(p.PID) {
				x.all += c.Memory
			}
			s.samples = append(s.samples, x)
		}
		select {
		case <-tick.C:
		case <-s.done:
			return
		}
	}
}

// stop ends the server; the error says that it had ended already, or badly.
func (s *server) stop() error {
	defer s.watch.Wait()
	defer close(s.done)
	select {
	case <-s.gone:
		return fmt.Errorf("the server had ended: %w", s.err)
	default:
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-s.gone:
		return s.err
	case <-time.After(stopTimeout):
		return errors.Join(errors.New("the server does not stop"), s.cmd.Process.Kill())
	}
}

// get asks for JSON.
func (s *server) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return err
	}
	return do(req, into)
}

// do sends a request and reads the whole answer.
func do(req *http.Request, into any) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s: %.300s", req.URL.Path, resp.Status, data)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}

// most is the largest value of the samples.
func (s *server) most(of func(sample) int64) int64 {
	most := int64(0)
	for _, x := range s.samples {
		most = max(most, of(x))
	}
	return most
}

// minutes are the largest values of each minute.
func (s *server) minutes() []sample {
	var out []sample
	for _, x := range s.samples {
		for len(out) <= int(x.at/time.Minute) {
			out = append(out, sample{})
		}
		last := &out[len(out)-1]
		last.server, last.all = max(last.server, x.server), max(last.all, x.all)
	}
	return out
}

// reasons counts the deaths.
func (s *server) reasons() map[string]int {
	out := map[string]int{}
	for _, d := range s.deaths {
		out[d.Reason]++
	}
	return out
}
