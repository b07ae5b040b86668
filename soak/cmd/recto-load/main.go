// Command recto-load measures how the service bears load: how many jobs a second
// it accepts while lists and single jobs are asked for, how much memory many large
// uploads take, and how long one page takes from request to result.
//
//	recto-load --recto bin/recto [--store sqlite|postgres|both] [--jobs 10000] [--uploads 24]
//
// It ends with an error when a goal is missed. It needs Linux; everything listens
// on loopback.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-pdf/fpdf"

	"recto/soak/cluster"
)

// The goals.
const (
	leastRate   = 200 // jobs accepted a second
	mostMedian  = 50 * time.Millisecond
	mostMemory  = 200 << 20 // bytes of the server during uploads
	drainTime   = 10 * time.Second
	gapOfProbes = 20 * time.Millisecond
)

type options struct {
	recto, store, only             string
	jobs, posters, uploads, mbytes int
	workers, pages                 int
}

func main() {
	var o options
	flag.StringVar(&o.recto, "recto", "bin/recto", "the program")
	flag.StringVar(&o.store, "store", "both", "sqlite (and files), postgres (and S3), or both in turn")
	flag.StringVar(&o.only, "only", "", "queue, uploads or latency; all of them when empty")
	flag.IntVar(&o.jobs, "jobs", 10000, "jobs that are queued")
	flag.IntVar(&o.posters, "posters", 16, "clients that queue them")
	flag.IntVar(&o.uploads, "uploads", 24, "large uploads at once")
	flag.IntVar(&o.mbytes, "megabytes", 100, "of each of them")
	flag.IntVar(&o.workers, "workers", 2, "jobs at once")
	flag.IntVar(&o.pages, "latency", 60, "one-page jobs whose time is taken")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "recto-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%d cores, load %s", runtime.NumCPU(), load)
	var missed []error
	for _, name := range []string{"sqlite", "postgres"} {
		if o.store != "both" && o.store != name {
			continue
		}
		b := bench{options: o, dir: filepath.Join(dir, name), wide: name == "postgres"}
		for _, part := range []struct {
			name string
			run  func(context.Context) error
		}{{"latency", b.latency}, {"queue", b.queue}, {"uploads", b.largeUploads}} {
			if o.only != "" && o.only != part.name {
				continue
			}
			fmt.Printf("\n%s: %s\n", map[bool]string{false: "SQLite and files", true: "PostgreSQL and S3"}[b.wide], part.name)
			if err := part.run(ctx); err != nil {
				return fmt.Errorf("%s: %s: %w", name, part.name, err)
			}
		}
		missed = append(missed, b.missed...)
	}
	return errors.Join(missed...)
}

// bench is the measuring on one kind of stores.
type bench struct {
	options
	dir    string
	wide   bool
	runs   int
	missed []error
}

// start starts a service of its own for a part. Without workers nothing is
// parsed, which only PostgreSQL knows.
func (b *bench) start(ctx context.Context, workers int) (*cluster.Cluster, error) {
	b.runs++
	return cluster.Start(ctx, cluster.Config{
		Program: b.recto, Dir: filepath.Join(b.dir, fmt.Sprint(b.runs)), Wide: b.wide, Workers: workers,
	})
}

// row prints a figure.
func row(name, format string, args ...any) {
	fmt.Printf("  %-46s "+format+"\n", append([]any{name}, args...)...)
}

// want notes a goal that was missed.
func (b *bench) want(ok bool, format string, args ...any) {
	if !ok {
		err := fmt.Errorf(format, args...)
		row("MISSED", "%v", err)
		b.missed = append(b.missed, err)
	}
}

// times are how long requests took.
type times []time.Duration

func (t times) at(share float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))].Round(100 * time.Microsecond)
}

func (t times) String() string {
	return fmt.Sprintf("median %v, 95 %% %v, 99 %% %v, of %d", t.at(0.5), t.at(0.95), t.at(0.99), len(t))
}

// onePage is a document of a page of text.
func onePage() ([]byte, error) {
	f := fpdf.New("P", "pt", "A4", "")
	f.AddPage()
	f.SetFont("Helvetica", "B", 16)
	f.CellFormat(0, 30, "A page", "", 1, "", false, 0, "")
	f.SetFont("Helvetica", "", 10)
	for range 30 {
		f.CellFormat(0, 14, strings.Repeat("words on a line ", 6), "", 1, "", false, 0, "")
	}
	var b bytes.Buffer
	err := f.Output(&b)
	return b.Bytes(), err
}
