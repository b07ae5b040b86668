// Command recto-bench-ocr measures what reading scans costs: a scan made of the
// project's own test documents is parsed by the program, and the same pages are
// read by the tesseract command line, one process a page, in the same run.
// Then it cancels a parse at the terminal and a job of a server, and says how long
// it took until nothing of them ran.
//
//	recto-bench-ocr --recto bin/recto [--pages N] [--parallel N] [--cancels N]
//
// It needs Linux for its look at memory. It ends with an error when a cancel took
// longer than a second.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"recto/eval/processes"
)

// mostCancel is how long a cancelled parse may live on.
const mostCancel = time.Second

func main() {
	var o options
	flag.StringVar(&o.recto, "recto", "bin/recto", "the program")
	flag.StringVar(&o.documents, "documents", filepath.Join("testdata", "corpus", "tagged", "pdf"), "folder of the PDF files whose pages are scanned")
	flag.IntVar(&o.pages, "pages", 100, "pages of the scan")
	flag.IntVar(&o.parallel, "parallel", runtime.NumCPU(), "processes of the command line at once; the program takes the number of cores")
	flag.IntVar(&o.cancels, "cancels", 3, "parses cancelled at the terminal, and jobs of the server")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	recto, documents         string
	pages, parallel, cancels int
}

func run(ctx context.Context, o options) error {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		return fmt.Errorf("memory is looked up in /proc: %w", err)
	}
	for _, program := range []string{o.recto, "tesseract"} {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "recto-bench-ocr-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := makeScan(ctx, o.documents, dir, o.pages)
	if err != nil {
		return err
	}
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("%d pages at %d dpi, %d of them different, %.1f MB; %d cores, load %s", o.pages, scanDPI, s.different, float64(s.size)/1e6, runtime.NumCPU(), load)
	fmt.Printf("%-22s %8s %8s %9s %9s %9s\n", "", "wall s", "pages/s", "CPU s", "s/page", "peak MB")
	ours, err := measure(ctx, [][]string{{o.recto, "parse", "--quiet", "--ocr", "tesseract", s.pdf}}, 1)
	if err != nil {
		return err
	}
	ours.print("recto parse", o.pages)
	var each [][]string
	for _, p := range s.pages {
		each = append(each, []string{"tesseract", p, "-", "--oem", "1", "--psm", "3", "-l", "eng", "tsv"})
	}
	alone, err := measure(ctx, each, o.parallel)
	if err != nil {
		return err
	}
	alone.print(fmt.Sprintf("tesseract, %d at once", o.parallel), o.pages)
	fmt.Printf("%-22s %8.2f %8.2f %9.2f %9.2f %9.2f\n", "ratio", ratio(ours.wall, alone.wall), ratio(alone.wall, ours.wall), ratio(ours.cpu, alone.cpu), ratio(ours.cpu, alone.cpu), float64(ours.peak)/float64(max(alone.peak, 1)))
	return cancels(ctx, o, s, dir)
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / max(b.Seconds(), 1e-9) }

// cost is what a run took.
type cost struct {
	wall, cpu time.Duration // user and system of all processes
	peak      int64         // bytes of all processes at one moment
}

func (c cost) print(name string, pages int) {
	n := float64(pages)
	fmt.Printf("%-22s %8.1f %8.2f %9.1f %9.2f %9.0f\n", name, c.wall.Seconds(), n/c.wall.Seconds(), c.cpu.Seconds(), c.cpu.Seconds()/n, float64(c.peak)/1e6)
}

// measure runs commands, so many at once, and adds up what they cost.
func measure(ctx context.Context, commands [][]string, atOnce int) (cost, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var c cost
	var mu sync.Mutex
	var errs []error
	queue := make(chan []string)
	start := time.Now()
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for command := range queue {
				cmd := exec.CommandContext(ctx, command[0], command[1:]...)
				cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
				err := cmd.Run()
				mu.Lock()
				if err != nil {
					errs = append(errs, fmt.Errorf("%v: %w", command, err))
					cancel()
				}
				if s := cmd.ProcessState; s != nil {
					c.cpu += s.UserTime() + s.SystemTime()
				}
				mu.Unlock()
			}
		})
	}
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() { c.peak = peakMemory(done) })
	for _, command := range commands {
		select {
		case queue <- command:
		case <-ctx.Done():
		}
	}
	close(queue)
	wg.Wait()
	c.wall = time.Since(start)
	close(done)
	watch.Wait()
	return c, errors.Join(append(errs, ctx.Err())...)
}

// lookEvery is how often processes are looked at.
const lookEvery = 30 * time.Millisecond

// peakMemory returns the most memory that all our descendants had at one moment.
func peakMemory(done <-chan struct{}) int64 {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	most := int64(0)
	for {
		sum := int64(0)
		for _, p := range processes.Below(os.Getpid()) {
			sum += p.Memory
		}
		most = max(most, sum)
		select {
		case <-done:
			return most
		case <-tick.C:
		}
	}
}
