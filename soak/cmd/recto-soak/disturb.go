package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"recto/soak/cluster"
)

const (
	// drainTime is how long jobs may go on when nobody kills any more.
	drainTime = 4 * time.Minute
	// Of a hundred jobs so many are cancelled, deleted at their end, or lose their
	// file while they wait.
	cancelShare, deleteShare, fileShare = 12, 10, 8
	// mostCancelWait is the longest time between a job and its cancel.
	mostCancelWait = 3 * time.Second
)

// disturbed is a run under fire.
type disturbed struct {
	*cluster.Cluster
	client *client
	tasks  []*task // each as often as its weight
	verdict

	mu   sync.Mutex
	jobs map[string]*taken
}

// taken is a job that the service has accepted.
type taken struct {
	task     *task
	accepted time.Time
	took     time.Duration // until its end was seen
	status   string        // as last seen
	cancel   bool          // was asked for
	deleted  bool
}

// disturb runs the service for a while under load and kills.
func disturb(ctx context.Context, o options, program, dir string, wide bool, tasks []*task) (*verdict, error) {
	d := &disturbed{jobs: map[string]*taken{}}
	d.began = time.Now()
	var err error
	d.Cluster, err = cluster.Start(ctx, cluster.Config{
		Program: program, Dir: dir, Wide: wide, Workers: o.workers,
		OnExit: func(name string, err error) { d.fault("%s ended by itself: %v", name, err) },
	})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	d.client = newClient(d.URL, func() { d.add(&d.retries) })
	for _, t := range tasks {
		for range t.weight {
			d.tasks = append(d.tasks, t)
		}
	}
	peaks := d.Watch()
	fire, cease := context.WithTimeout(ctx, time.Duration(o.minutes*float64(time.Minute)))
	defer cease()
	drain, stop := context.WithCancel(ctx)
	defer stop()
	var clients, killer sync.WaitGroup
	for i := range o.clients {
		random := rand.New(rand.NewPCG(o.seed, uint64(i)+1)) //nolint:gosec // not for secrets
		clients.Go(func() {
			for n := 0; fire.Err() == nil; n++ {
				if err := d.life(drain, random, fmt.Sprintf("%d-%d", i, n)); err != nil && drain.Err() == nil {
					d.fault("%v", err)
				}
			}
		})
	}
	killer.Go(func() { d.kill(fire, drain, rand.New(rand.NewPCG(o.seed, 0))) }) //nolint:gosec // not for secrets
	killer.Wait()                                                               // everything runs again
	ceased := time.Now()
	timer := time.AfterFunc(drainTime, stop)
	clients.Wait()
	timer.Stop()
	d.drained = time.Since(ceased)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.lookAgain(ctx)
	d.peaks = peaks()
	if err := d.StopProgram(); err != nil {
		d.fault("%v", err)
	}
	if err := d.examine(ctx); err != nil {
		return nil, err
	}
	d.readLogs(filepath.Join(dir, "*.log"))
	return &d.verdict, nil
}

// life is what a client does with one job.
func (d *disturbed) life(ctx context.Context, random *rand.Rand, mark string) error {
	t := d.tasks[random.IntN(len(d.tasks))]
	fate := random.IntN(100)
	start := time.Now()
	var j job
	var err error
	if random.IntN(2) == 0 {
		j, err = d.client.upload(ctx, t, mark, mark)
	} else {
		var file string
		if file, err = d.client.send(ctx, t.document); err != nil {
			return err
		}
		if j, err = d.client.parse(ctx, t, file, mark, mark); err == nil && fate >= 100-fileShare {
			// The job needs its bytes still, and gets them.
			_, _, err = d.client.do(ctx, "DELETE", "/api/v1/beta/files/"+file, "", nil, []int{404})
		}
	}
	if j.ID == "" {
		return err
	}
	k := &taken{task: t, accepted: start, status: j.Status, cancel: fate < cancelShare}
	d.mu.Lock()
	d.jobs[j.ID] = k
	d.mu.Unlock()
	if err != nil {
		return err
	}
	if k.cancel {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(random.Int64N(int64(mostCancelWait)))):
		}
		// 409: it is over already.
		if _, _, err := d.client.do(ctx, "POST", "/api/v2/parse/"+j.ID+"/cancel", "", nil, []int{409}); err != nil {
			return err
		}
	}
	if j, err = d.client.wait(ctx, j.ID); err != nil {
		return fmt.Errorf("%s (%s): %w", j.ID, t.name, err)
	}
	d.note(k, j, time.Since(start))
	if err := d.judge(ctx, k, j); err != nil {
		return err
	}
	if fate >= cancelShare && fate < cancelShare+deleteShare {
		if _, _, err := d.client.do(ctx, "DELETE", "/api/v2/parse/"+j.ID, "", nil, []int{404}); err != nil { // 404: the answer to the first try was lost
			return err
		}
		d.mu.Lock()
		k.deleted = true
		d.mu.Unlock()
	}
	return nil
}

func (d *disturbed) note(k *taken, j job, took time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k.status, k.took = j.Status, took
}

// judge compares the end of a job with that of the undisturbed run.
func (d *disturbed) judge(ctx context.Context, k *taken, j job) error {
	t := k.task
	switch j.Status {
	case "CANCELLED":
		if !k.cancel {
			d.fault("%s (%s) was cancelled by nobody", j.ID, t.name)
		}
	case "FAILED":
		if t.status != "FAILED" || t.message != j.Message {
			d.add(&d.falseEnds)
			d.fault("%s (%s) failed: %q, undisturbed it is %s %q", j.ID, t.name, j.Message, t.status, t.message)
		}
	case "COMPLETED":
		if t.status != "COMPLETED" {
			d.add(&d.falseEnds)
			d.fault("%s (%s) is completed, undisturbed it is %s %q", j.ID, t.name, t.status, t.message)
			return nil
		}
		answer, err := d.client.answer(ctx, j.ID)
		if err != nil {
			return fmt.Errorf("%s (%s): %w", j.ID, t.name, err)
		}
		if answer != t.answer {
			d.add(&d.mismatches)
			d.fault("%s (%s) has another answer than undisturbed", j.ID, t.name)
		}
	}
	return nil
}

// lookAgain asks for every job a last time: none may have gone or changed.
func (d *disturbed) lookAgain(ctx context.Context) {
	for id, k := range d.jobs {
		j, err := d.client.get(ctx, id)
		switch {
		case errors.Is(err, errGone):
			if !k.deleted {
				d.add(&d.losses)
				d.fault("%s (%s) was accepted and is lost", id, k.task.name)
			}
		case err != nil:
			d.fault("%s (%s): %v", id, k.task.name, err)
		case k.deleted:
			d.fault("%s (%s) was deleted and is there", id, k.task.name)
		case !j.final():
			d.add(&d.stuck)
			d.fault("%s (%s) is stuck as %s since %v", id, k.task.name, j.Status, time.Since(k.accepted).Round(time.Second))
		case k.status != j.Status && strings.ToUpper(k.status) != "PENDING" && k.took > 0:
			d.fault("%s (%s) was %s and is %s now", id, k.task.name, k.status, j.Status)
		}
	}
}
