package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"recto/soak/cluster"
)

// queue measures how fast jobs are accepted, and how long lists and single jobs
// take meanwhile.
func (b *bench) queue(ctx context.Context) error {
	if b.wide {
		if err := b.accept(ctx, "no workers", 0); err != nil {
			return err
		}
	}
	return b.accept(ctx, "workers at work", b.workers)
}

func (b *bench) accept(ctx context.Context, title string, workers int) error {
	s, err := b.start(ctx, workers)
	if err != nil {
		return err
	}
	defer s.Close()
	page, err := onePage()
	if err != nil {
		return err
	}
	c := newClient(s.URL)
	file, err := c.send(ctx, page)
	if err != nil {
		return err
	}
	byFile := func(ctx context.Context) (time.Duration, string, error) {
		var j named
		took, err := c.ask(ctx, "POST", "/api/v2/parse", "application/json", strings.NewReader(request(file)), &j)
		return took, j.ID, err
	}
	if err := b.fill(ctx, s, c, title+", by file_id", b.jobs, byFile); err != nil {
		return err
	}
	kind, body := form(page, map[string]string{"configuration": request("")})
	byUpload := func(ctx context.Context) (time.Duration, string, error) {
		var j named
		took, err := c.ask(ctx, "POST", "/api/v2/parse/upload", kind, bytes.NewReader(body), &j)
		return took, j.ID, err
	}
	return b.fill(ctx, s, c, title+", an upload each", b.jobs/5, byUpload)
}

// fill queues jobs and prints how it went.
func (b *bench) fill(ctx context.Context, s *cluster.Cluster, c *client, title string, jobs int, post func(context.Context) (time.Duration, string, error)) error {
	k := known{}
	var mu sync.Mutex
	var posts times
	var errs []error
	todo := make(chan struct{}, jobs)
	for range jobs {
		todo <- struct{}{}
	}
	close(todo)
	probes := startProbes(ctx, c, &k)
	cpu, start := s.Server.CPU(), time.Now()
	var wg sync.WaitGroup
	for range b.posters {
		wg.Go(func() {
			for range todo {
				took, id, err := post(ctx)
				mu.Lock()
				posts = append(posts, took)
				if err != nil {
					errs = append(errs, err)
				}
				mu.Unlock()
				k.add(id)
				if ctx.Err() != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	used := s.Server.CPU() - cpu
	lists, gets, err := probes()
	if err := errors.Join(errors.Join(errs[:min(len(errs), 3)]...), err, ctx.Err()); err != nil {
		return err
	}
	rate := float64(jobs) / took.Seconds()
	row(title, "%d jobs, %.0f a second, %.2f ms of server CPU each", jobs, rate, used.Seconds()*1000/float64(jobs))
	row("  accept", "%v", posts)
	row("  list meanwhile", "%v", lists)
	row("  get meanwhile", "%v", gets)
	b.want(rate > leastRate, "%s: %.0f jobs a second", title, rate)
	b.want(lists.at(0.5) < mostMedian && gets.at(0.5) < mostMedian, "%s: list %v, get %v", title, lists.at(0.5), gets.at(0.5))
	probes = startProbes(ctx, c, &k)
	select {
	case <-ctx.Done():
	case <-time.After(drainTime):
	}
	if lists, gets, err = probes(); err != nil {
		return err
	}
	row("  list while they wait", "%v", lists)
	row("  get while they wait", "%v", gets)
	b.want(lists.at(0.5) < mostMedian && gets.at(0.5) < mostMedian, "%s, while they wait: list %v, get %v", title, lists.at(0.5), gets.at(0.5))
	return ctx.Err()
}

// known are the jobs that can be asked for.
type known struct {
	mu  sync.Mutex
	ids []string
}

func (k *known) add(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ids = append(k.ids, id)
}

func (k *known) any() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.ids) == 0 {
		return ""
	}
	return k.ids[rand.IntN(len(k.ids))] //nolint:gosec // not for secrets
}

// startProbes asks for lists and jobs until stop is called.
func startProbes(ctx context.Context, c *client, k *known) (stop func() (lists, gets times, err error)) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var lists, gets times
	var listErr, getErr error
	probe := func(path func() string, into *times, failed *error) {
		wg.Go(func() {
			for ctx.Err() == nil && *failed == nil {
				time.Sleep(gapOfProbes)
				p := path()
				if p == "" {
					continue
				}
				took, err := c.ask(ctx, "GET", p, "", nil, nil)
				if ctx.Err() != nil {
					return
				}
				*into, *failed = append(*into, took), err
			}
		})
	}
	probe(func() string { return "/api/v2/parse?page_size=50" }, &lists, &listErr)
	probe(func() string {
		if id := k.any(); id != "" {
			return "/api/v2/parse/" + id
		}
		return ""
	}, &gets, &getErr)
	return func() (times, times, error) {
		cancel()
		wg.Wait()
		return lists, gets, errors.Join(listErr, getErr)
	}
}
