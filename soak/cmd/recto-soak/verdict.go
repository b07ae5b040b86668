package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"recto/soak/cluster"
)

// mostFaults are printed; all are counted.
const mostFaults = 40

// verdict is what a run has shown.
type verdict struct {
	lock    sync.Mutex
	faults  []string
	remarks []string
	began   time.Time
	drained time.Duration

	retries, restarts                       int
	serverKills, workerKills, postgresStops int
	losses, stuck, mismatches, falseEnds    int
	peaks                                   cluster.Peaks
	accepted, deleted, unheard              int
	states                                  map[string]int
	again, attempts, most                   int
	slowest                                 []string
	temp, orphans, missing, rows, blobs     int
	logs                                    map[string]int
}

func (v *verdict) add(n *int) {
	v.lock.Lock()
	defer v.lock.Unlock()
	*n++
}

func (v *verdict) fault(format string, args ...any) {
	v.lock.Lock()
	defer v.lock.Unlock()
	v.faults = append(v.faults, fmt.Sprintf("%6.1f s: ", time.Since(v.began).Seconds())+fmt.Sprintf(format, args...))
}

func (v *verdict) say(format string, args ...any) {
	v.lock.Lock()
	defer v.lock.Unlock()
	v.remarks = append(v.remarks, fmt.Sprintf(format, args...))
}

// readLogs counts what the program complained about.
func (v *verdict) readLogs(pattern string) {
	files, _ := filepath.Glob(pattern)
	v.logs = map[string]int{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var line struct{ Level, Msg string }
			text := lines.Text()
			if json.Unmarshal([]byte(text), &line) == nil {
				if line.Level == "ERROR" || line.Level == "WARN" {
					v.logs[line.Level+" "+line.Msg]++
				}
			}
			if strings.HasPrefix(text, "panic:") || strings.HasPrefix(text, "fatal error:") || strings.Contains(line.Msg, "panic") {
				v.fault("%s: %.200s", filepath.Base(name), text)
			}
		}
		f.Close()
	}
}

func (v *verdict) print(w io.Writer, name string) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %-34s "+format+"\n", append([]any{name}, args...)...)
	}
	mb := func(n int64) float64 { return float64(n) / (1 << 20) }
	fmt.Fprintf(w, "\n%s, %.0f s and %.0f s to drain\n", map[string]string{"sqlite": "SQLite and files", "postgres": "PostgreSQL and S3"}[name], time.Since(v.began).Seconds()-v.drained.Seconds(), v.drained.Seconds())
	row("jobs accepted", "%d (%d of them deleted at their end)", v.accepted, v.deleted)
	row("their states", "%s", counts(v.states))
	row("kill -9", "server %d, workers %d", v.serverKills, v.workerKills)
	row("PostgreSQL cut off", "%d", v.postgresStops)
	row("processes started again", "%d", v.restarts)
	row("requests made again by clients", "%d", v.retries)
	row("jobs run more than once", "%d (%d further runs, at most %d of one)", v.again, v.attempts, v.most)
	row("jobs the client never heard of", "%d", v.unheard)
	row("lost", "%d", v.losses)
	row("stuck", "%d", v.stuck)
	row("ended otherwise than undisturbed", "%d", v.falseEnds)
	row("results that differ", "%d", v.mismatches)
	row("rows, blobs", "%d, %d", v.rows, v.blobs)
	row("rows without a blob", "%d", v.missing)
	row("blobs without a row", "%d", v.orphans)
	row("temporary files left", "%d", v.temp)
	row("peak memory, MB", "server %.0f, worker %.0f, child %.0f, all together %.0f", mb(v.peaks.Server), mb(v.peaks.Worker), mb(v.peaks.Child), mb(v.peaks.Together))
	for _, s := range v.slowest {
		row("slowest", "%s", s)
	}
	row("in the logs", "%s", counts(v.logs))
	for _, s := range v.remarks {
		row("remark", "%s", s)
	}
	for i, f := range v.faults {
		if i == mostFaults {
			fmt.Fprintf(w, "  … and %d further faults\n", len(v.faults)-i)
			break
		}
		row("FAULT", "%s", f)
	}
}

// examine looks into the stores when nobody works on them any more.
func (d *disturbed) examine(ctx context.Context) error {
	v := &d.verdict
	v.accepted, v.states = len(d.jobs), map[string]int{}
	type slow struct {
		took time.Duration
		text string
	}
	var times []slow
	for id, k := range d.jobs {
		if k.deleted {
			v.deleted++
		}
		v.states[k.status]++
		times = append(times, slow{k.took, fmt.Sprintf("%5.1f s %s %s %s", k.took.Seconds(), k.status, k.task.name, id)})
	}
	slices.SortFunc(times, func(a, b slow) int { return int(b.took - a.took) })
	for _, s := range times[:min(5, len(times))] {
		v.slowest = append(v.slowest, s.text)
	}
	var err error
	v.temp, err = countFiles(d.Temp)
	if err != nil {
		return err
	}
	b, err := readBooks(ctx, d.Store)
	if err != nil {
		return fmt.Errorf("look into the database: %w", err)
	}
	d.compare(b)
	return nil
}

// compare holds jobs, rows and blobs against each other.
func (d *disturbed) compare(b *books) {
	v := &d.verdict
	keys := map[string]int{}
	for _, j := range b.jobs {
		if j.idempotencyKey != "" {
			keys[j.idempotencyKey]++
		}
		v.most = max(v.most, j.attempt)
		if j.attempt > 1 {
			v.again++
			v.attempts += j.attempt - 1
		}
		if _, known := d.jobs["pjb-"+j.id]; !known {
			v.unheard++
		}
		if !(job{Status: j.status}).final() {
			d.add(&v.stuck)
			d.fault("row of job %s is %s", j.id, j.status)
		}
	}
	for key, n := range keys {
		if n > 1 {
			d.fault("request %s made %d jobs", key, n)
		}
	}
	if b.queued > 0 {
		d.fault("%d entries of the queue are not finished", b.queued)
	}
	v.rows = len(b.blobs)
	there := map[string]bool{}
	err := walkBlobs(d.Blobs, func(key string) error {
		if key == "owner" { // it says whose the storage is
			return nil
		}
		there[key] = true
		if _, known := b.blobs[key]; !known {
			v.orphans++
			if v.orphans <= 5 {
				d.say("blob without a row: %s (%s)", key, d.whose(key, b))
			}
		}
		return nil
	})
	if err != nil {
		d.fault("look at the blobs: %v", err)
	}
	v.blobs = len(there)
	for key := range b.blobs {
		if !there[key] {
			v.missing++
			d.fault("row without a blob: %s", key)
		}
	}
	hashes, err := hashBlobs(filepath.Join(d.Blobs, "jobs"))
	if err != nil {
		d.fault("read the blobs: %v", err)
	}
	for id, k := range d.jobs {
		if k.status != "COMPLETED" || k.deleted {
			continue
		}
		if diff := differ(k.task.blobs, hashes[bare(id)], b.blobs, bare(id)); diff != "" {
			d.add(&v.mismatches)
			d.fault("%s (%s): %s", id, k.task.name, diff)
		}
	}
}

// whose says what is known of the owner of a blob.
func (d *disturbed) whose(key string, b *books) string {
	kind, rest, _ := strings.Cut(key, "/")
	id, _, _ := strings.Cut(rest, "/")
	if kind != "jobs" {
		return "an upload"
	}
	for _, j := range b.jobs {
		if j.id == id {
			return fmt.Sprintf("of a job %s after %d runs", j.status, j.attempt)
		}
	}
	return "of a job that is gone"
}

// differ says in which blobs two results differ; those without a row do not count.
func differ(want, got map[string]string, rows map[string]bool, id string) string {
	var out []string
	for name, h := range want {
		if got[name] == "" {
			out = append(out, name+" is missing")
		} else if got[name] != h {
			out = append(out, name+" differs")
		}
	}
	for name := range got {
		if want[name] == "" && rows["jobs/"+id+"/"+name] {
			out = append(out, name+" is too many")
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
