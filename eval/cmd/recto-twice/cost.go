package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"recto/internal/engine"
)

// most is the ratio up to which recognition costs a document without scans nothing.
const most = 1.03

// cost measures the processor time of parsing each document with recognition and
// without it, in turns, since other programs and the heap's state move single
// runs by more than what is looked for. The ratio is that of the least times.
func cost(e *engine.Engine, paths []string, rounds int) error {
	tooMuch := 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		src := engine.Source{Name: path, Data: data}
		var times [2][]time.Duration // with recognition, without
		for round := range rounds + 1 {
			for turn := range 2 {
				k := (turn + round) % 2
				took, err := measure(func(ctx context.Context) error {
					_, err := e.Parse(ctx, src, engine.Options{NoOCR: k == 1})
					return err
				})
				if err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				if round > 0 { // the first warms up
					times[k] = append(times[k], took)
				}
			}
		}
		with, without := slices.Min(times[0]), slices.Min(times[1])
		ratio := float64(with) / float64(max(without, 1))
		fmt.Printf("%s: %.3f s with recognition, %.3f s without: %.3f\n", filepath.Base(path), with.Seconds(), without.Seconds(), ratio)
		if ratio > most {
			tooMuch++
		}
	}
	if tooMuch > 0 {
		return fmt.Errorf("recognition costs %d of %d documents more than %.0f %%", tooMuch, len(paths), 100*(most-1))
	}
	return nil
}

// measure returns the processor time a function takes, with the programs it
// starts.
func measure(f func(context.Context) error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	runtime.GC()
	before, err := processorTime()
	if err != nil {
		return 0, err
	}
	if err := f(ctx); err != nil {
		return 0, err
	}
	after, err := processorTime()
	return after - before, err
}

func processorTime() (time.Duration, error) {
	var own, children syscall.Rusage
	if err := errors.Join(syscall.Getrusage(syscall.RUSAGE_SELF, &own), syscall.Getrusage(syscall.RUSAGE_CHILDREN, &children)); err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	return time.Duration(own.Utime.Nano() + children.Utime.Nano()), nil
}
