// Command recto-robust sends documents that are broken, odd or hostile through the
// whole service: it starts a server as users do, uploads every PDF of a folder and
// says what became of each.
//
//	recto-robust --recto bin/recto --documents DIR [--save FILE] [serve flags…]
//
// It ends with an error when the server ended or broke off an answer, a job had no
// end or came to it after its deadline, a failure has no reason that clients know,
// or the memory of the server and its children together passed a limit. It needs
// Linux for its look at memory.
package main

import (
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
	"sync"
	"syscall"
	"time"
)

// slack is how long after its deadline a job may end.
const slack = 2 * time.Second

type options struct {
	recto, documents, save string
	atOnce                 int
	base, perPage          time.Duration // of the deadline that requests set
	memory                 int64         // megabytes
	serve                  []string      // further arguments of the server
}

func main() {
	var o options
	flag.StringVar(&o.recto, "recto", "bin/recto", "the program")
	flag.StringVar(&o.documents, "documents", "", "folder of the PDF files")
	flag.StringVar(&o.save, "save", "", "file for a table of all documents, tab-separated")
	flag.IntVar(&o.atOnce, "at-once", runtime.NumCPU(), "documents at once; as many as the server has workers, or jobs wait before their time begins")
	flag.DurationVar(&o.base, "base", 90*time.Second, "time each job is given")
	flag.DurationVar(&o.perPage, "per-page", 30*time.Second, "time it is given for every page besides")
	flag.Int64Var(&o.memory, "memory", 1500, "megabytes that the server and its children may take together")
	flag.Parse()
	o.serve = flag.Args()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	files, err := filepath.Glob(filepath.Join(o.documents, "*.pdf"))
	if err != nil || len(files) == 0 {
		return errors.Join(fmt.Errorf("no PDF files in %q", o.documents), err)
	}
	dir, err := os.MkdirTemp("", "recto-robust-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := startServer(ctx, o, dir)
	if err != nil {
		return err
	}
	begun := time.Now()
	outcomes := sendAll(ctx, s, o, files)
	took := time.Since(begun)
	alive := s.stop()
	report(outcomes, s, took)
	if o.save != "" {
		if err := save(o.save, outcomes); err != nil {
			return err
		}
	}
	return errors.Join(ctx.Err(), alive, judge(outcomes, s, o))
}

// sendAll sends the documents, so many at once, and returns what became of them in
// their order.
func sendAll(ctx context.Context, s *server, o options, files []string) []outcome {
	slices.Sort(files)
	outcomes := make([]outcome, len(files))
	next := make(chan int)
	var wg sync.WaitGroup
	for range o.atOnce {
		wg.Go(func() {
			for i := range next {
				outcomes[i] = s.send(ctx, o, files[i])
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	return outcomes
}

// judge returns all that must not have happened.
func judge(outcomes []outcome, s *server, o options) error {
	var errs []error
	for _, x := range outcomes {
		if x.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", x.name, x.err))
			continue
		}
		if allowed := o.base + time.Duration(x.pages)*o.perPage + slack; x.took > allowed {
			errs = append(errs, fmt.Errorf("%s: it took %s, more than %s", x.name, x.took.Round(time.Second), allowed))
		}
		if x.status == "FAILED" && (x.code == "" || x.code == "INTERNAL_ERROR") {
			errs = append(errs, fmt.Errorf("%s: it failed without a reason: %s", x.name, x.message))
		}
	}
	if most := s.most(func(x sample) int64 { return x.all }); most > o.memory<<20 {
		errs = append(errs, fmt.Errorf("the server and its children took %d MB, more than %d", most>>20, o.memory))
	}
	return errors.Join(errs...)
}
