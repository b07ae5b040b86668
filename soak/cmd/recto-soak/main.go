// Command recto-soak keeps a real service busy while it kills it. A server with
// four workers gets documents of all kinds from clients that upload, parse, ask,
// cancel and delete; meanwhile server and workers get kill -9 and PostgreSQL is
// stopped like by a power cut. At the end every job that was accepted must have
// ended for a true reason, with the very bytes that an undisturbed run gives.
//
//	recto-soak --recto bin/recto [--minutes 10] [--store sqlite|postgres|both] [--corpus DIR]
//
// It prints what happened and ends with an error when there is any fault. It
// needs Linux; everything listens on loopback.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"recto/soak/cluster"
)

type options struct {
	recto, store, corpus, keep string
	minutes                    float64
	clients, workers           int
	seed                       uint64
}

func main() {
	var o options
	flag.StringVar(&o.recto, "recto", "bin/recto", "the program")
	flag.StringVar(&o.store, "store", "both", "sqlite (and files), postgres (and S3), or both in turn")
	flag.StringVar(&o.corpus, "corpus", "", "folder of further documents")
	flag.StringVar(&o.keep, "keep", "", "folder for logs and data, which stay; else they stay after a fault only")
	flag.Float64Var(&o.minutes, "minutes", 10, "how long each store is disturbed")
	flag.IntVar(&o.clients, "clients", 14, "clients at once")
	flag.IntVar(&o.workers, "workers", 4, "jobs at once")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of all that is random") //nolint:gosec // any number will do
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options) error {
	var stores []string
	switch o.store {
	case "both":
		stores = []string{"sqlite", "postgres"}
	case "sqlite", "postgres":
		stores = []string{o.store}
	default:
		return fmt.Errorf("--store is sqlite, postgres or both, not %q", o.store)
	}
	dir := o.keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "recto-soak-"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	fmt.Printf("seed %d, logs and data in %s\n", o.seed, dir)
	// A copy: the processes of this run can be told from others, and a build
	// meanwhile changes nothing.
	program := filepath.Join(dir, "recto")
	if err := copyFile(program, o.recto); err != nil {
		return err
	}
	documents, err := gather(ctx, o.corpus)
	if err != nil {
		return fmt.Errorf("gather documents: %w", err)
	}
	want, err := undisturbed(ctx, program, filepath.Join(dir, "undisturbed"), o.workers, documents)
	if err != nil {
		return fmt.Errorf("undisturbed run: %w", err)
	}
	faults := 0
	for _, name := range stores {
		v, err := disturb(ctx, o, program, filepath.Join(dir, name), name == "postgres", want)
		if err != nil {
			return fmt.Errorf("%s: %w (see %s)", name, err, dir)
		}
		v.print(os.Stdout, name)
		faults += len(v.faults)
	}
	if n := cluster.Strays(program); n > 0 {
		fmt.Printf("fault: %d processes are left\n", n)
		faults++
	}
	if faults > 0 {
		return fmt.Errorf("%d faults; logs and data are in %s", faults, dir)
	}
	fmt.Println("no fault")
	if o.keep == "" {
		return os.RemoveAll(dir)
	}
	return nil
}

func copyFile(to, from string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o700) //nolint:gosec // a program
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Close())
}
