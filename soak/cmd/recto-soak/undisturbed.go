package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"recto/soak/cluster"
)

// undisturbed runs every task once where nobody kills anything, and notes what
// came out. It returns the tasks.
func undisturbed(ctx context.Context, program, dir string, workers int, tasks []*task) ([]*task, error) {
	start := time.Now()
	s, err := cluster.Start(ctx, cluster.Config{Program: program, Dir: dir, Workers: workers})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	c := newClient(s.URL, func() {})
	ids := make([]string, len(tasks))
	errs := make([]error, len(tasks))
	queue := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range queue {
				ids[i], errs[i] = runOnce(ctx, c, tasks[i])
			}
		})
	}
	for i := range tasks {
		queue <- i
	}
	close(queue)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := s.StopProgram(); err != nil {
		return nil, err
	}
	all, err := hashBlobs(filepath.Join(s.Blobs, "jobs"))
	if err != nil {
		return nil, err
	}
	states := map[string]int{}
	for i, t := range tasks {
		t.blobs = all[bare(ids[i])]
		states[t.status]++
		if t.status == "COMPLETED" && len(t.blobs) == 0 {
			return nil, fmt.Errorf("%s has no results on the disk", t.name)
		}
	}
	fmt.Printf("undisturbed: %d tasks of %d documents in %.0f s: %s\n", len(tasks), len(tasks)/len(variants), time.Since(start).Seconds(), counts(states))
	return tasks, nil
}

func runOnce(ctx context.Context, c *client, t *task) (string, error) {
	j, err := c.upload(ctx, t, "undisturbed", "undisturbed "+t.name)
	if err != nil {
		return "", err
	}
	if j, err = c.wait(ctx, j.ID); err != nil {
		return "", err
	}
	t.status, t.message = j.Status, j.Message
	if j.Status == "COMPLETED" {
		t.answer, err = c.answer(ctx, j.ID)
	}
	return j.ID, err
}

// bare is an id as it is in the stores.
func bare(id string) string { return id[strings.Index(id, "-")+1:] }

// hashBlobs returns the hash of every blob below a folder that has one folder
// for each job, by job and name.
func hashBlobs(dir string) (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	err := walkBlobs(dir, func(key string) error {
		data, err := os.ReadFile(filepath.Join(dir, key))
		if err != nil {
			return err
		}
		job, name, _ := strings.Cut(key, "/")
		if out[job] == nil {
			out[job] = map[string]string{}
		}
		out[job][name] = hash(data)
		return nil
	})
	return out, err
}

// walkBlobs calls f with the key of every blob below a folder.
func walkBlobs(dir string, f func(key string) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".attrs") {
			return err
		}
		key, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return f(filepath.ToSlash(key))
	})
}

func counts(m map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(parts, ", ")
}
