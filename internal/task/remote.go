package task

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"recto/internal/engine"
	"recto/internal/format"
	"recto/internal/observe"
	"recto/internal/ocr"
	"recto/internal/sandbox"
	"recto/internal/wire"
)

const (
	// maxDeaths bounds how many children one document may take down: each death
	// costs one page and a new beginning.
	maxDeaths = 16
	// maxUnexplained is how often a child may die where no page is to blame.
	maxUnexplained = 2
)

// Remote runs tasks in the children of a pool. A document that takes its child
// down is tried again without the step that did it.
type Remote struct {
	Pool *sandbox.Pool
	// Limit is how long one step of one page may take.
	Limit time.Duration
	// MaxResult bounds what a document is made into, in bytes; 0 for DefaultMaxResult.
	MaxResult int64
	// Turns has room for the pictures that are recognized at once by all children
	// together; nil for no such limit.
	Turns chan struct{}
	// OCR recognizes what children cannot themselves (Recognizer); nil for nothing.
	OCR     ocr.Engine
	Log     *slog.Logger
	Observe *observe.Observer // may be nil
}

// Process runs one task.
func (r *Remote) Process(ctx context.Context, t Task, document *os.File, s Sink) (Report, error) {
	m := newMeter(r.Observe)
	rep, err := r.process(ctx, m, t, document, s)
	rep.Steps = m.sums()
	return rep, err
}

func (r *Remote) process(ctx context.Context, m *meter, t Task, document *os.File, s Sink) (Report, error) {
	unexplained := 0
	for deaths := 1; ; deaths++ {
		f, rep, err := r.traced(ctx, m, t, document, s)
		death, died := errors.AsType[*sandbox.Death](err)
		if ctx.Err() != nil {
			return rep, ctx.Err()
		}
		if !died {
			return rep, err
		}
		late, under, since := f.stop()
		r.Log.Warn("a child process died", "job", t.ID, "reason", death.Reason, "detail", death.Text, "under_way", under, "output", death.Output)
		guilty, suspects := blame(&t, death, late, under, since, r.Limit)
		switch {
		case guilty != nil && guilty.Step == engine.Opening:
			return rep, outside(death, guilty.Why, "opening it")
		case guilty != nil:
			guilty.Why = text(*guilty)
			t.Troubles = append(t.Troubles, *guilty)
		case len(suspects) > 0:
			t.Alone = append(t.Alone, suspects...)
		default:
			if unexplained++; unexplained == maxUnexplained {
				return rep, outside(death, death.Text, "putting its pages together")
			}
		}
		if deaths == maxDeaths {
			return rep, outside(death, death.Text, fmt.Sprintf("%d tries", deaths))
		}
		s.Restart()
	}
}

// blame finds the step that took a child down, or the pages among which it is.
func blame(t *Task, death *sandbox.Death, late *engine.Trouble, under []engine.Trouble, since []time.Duration, limit time.Duration) (guilty *engine.Trouble, suspects []int) {
	if len(under) == 1 {
		under[0].Why = death.Text
		if late != nil {
			under[0].Why = late.Why
		}
		return &under[0], nil
	}
	for i, u := range under {
		if slices.Contains(t.Alone, u.Page) {
			continue // it is never under way with others, but for its picture
		}
		// A call that hangs stops the collector of garbage and with it all other
		// pages: the one that is late first need not be the one that hangs, but has
		// begun at about the same time.
		if late != nil && since[i] < limit/2 {
			continue
		}
		suspects = append(suspects, u.Page)
	}
	if late != nil && len(suspects) <= 1 {
		return late, nil
	}
	return nil, suspects
}

// text is what is told of a step that is left out.
func text(t engine.Trouble) string {
	switch t.Step {
	case engine.Recognizing:
		return "the text of the picture could not be recognized: " + t.Why
	case engine.Showing:
		return "the page could not be drawn: " + t.Why
	case engine.Understanding:
		return "the page could not be understood: " + t.Why
	}
	return "the page could not be read: " + t.Why
}

// outside is the failure of a document that takes children down beyond its pages.
func outside(death *sandbox.Death, why, doing string) error {
	switch death.Reason {
	case sandbox.Memory:
		return &Failure{wire.DocumentTooLarge, fmt.Errorf("%w: %s: %s", format.ErrTooLarge, doing, why)}
	case sandbox.Time:
		return &Failure{wire.TimedOut, fmt.Errorf("%s: %s", doing, why)}
	}
	return &Failure{wire.PDFIsBroken, fmt.Errorf("%s: %s", doing, why)}
}

// traced is try in a span of its own.
func (r *Remote) traced(ctx context.Context, m *meter, t Task, document *os.File, s Sink) (*flights, Report, error) {
	ctx, span := r.Observe.Begin(ctx, observe.Inside, "child process")
	defer span.End()
	m.begin(ctx)
	f, rep, err := r.try(ctx, m, t, document, s)
	m.believe(&rep)
	m.stages(rep)
	if death, died := errors.AsType[*sandbox.Death](err); died {
		span.About(observe.Text("recto.child.death", string(death.Reason)))
		span.Failed(string(death.Reason))
	}
	return f, rep, err
}

// try runs the task once, in one child.
func (r *Remote) try(ctx context.Context, m *meter, t Task, document *os.File, s Sink) (f *flights, rep Report, err error) {
	t.Assemble = t.Parts != nil
	if t.Part != nil { // other children read other parts
		t.Workers = max(1, runtime.NumCPU()/r.Pool.Size)
	}
	work, err := json.Marshal(t)
	if err != nil {
		return nil, rep, err
	}
	child, release, err := r.Pool.Get(ctx)
	if err != nil {
		return nil, rep, err
	}
	defer release()
	stop := context.AfterFunc(ctx, func() { child.Kill(sandbox.Stopped, "it was stopped") })
	defer stop()
	f = newFlights(r.Limit, func() { child.Kill(sandbox.Time, "it took too long") })
	defer f.stop()
	reading, cancel := context.WithCancel(ctx)
	d := newDesk(reading, r.OCR, child.Write)
	d.turns, d.waits = r.Turns, f.waits
	defer d.close()
	defer cancel()
	st := &stream{sink: s, steps: f, meter: m, desk: d, ctx: ctx, most: cmp.Or(r.MaxResult, DefaultMaxResult)}
	defer st.drop()
	if err := child.Start(work, document); err != nil {
		return f, rep, child.Lost(err)
	}
	if t.Assemble {
		var unreadable error
		var sending sync.WaitGroup
		sending.Go(func() { unreadable = sendParts(&t, child) })
		defer func() {
			sending.Wait()
			if unreadable != nil {
				err = fmt.Errorf("read the parts: %w", unreadable)
			}
		}()
	}
	var end *ending
	for {
		kind, body, err := child.Read()
		if err != nil {
			return f, rep, child.Lost(err)
		}
		if sandbox.Done(kind) {
			break
		}
		e, err := st.take(kind, body)
		if errors.Is(err, errStream) {
			child.Kill(sandbox.Crash, err.Error())
			return f, rep, child.Wait()
		}
		if errors.Is(err, errTooMuch) {
			child.Kill(sandbox.Stopped, err.Error())
			return f, rep, &Failure{wire.DocumentTooLarge, err}
		}
		if err != nil {
			child.Kill(sandbox.Stopped, "what it makes cannot be stored")
			return f, rep, fmt.Errorf("store results: %w", err)
		}
		if e != nil {
			end = e
		}
	}
	switch {
	case end == nil:
		child.Kill(sandbox.Crash, errStream.Error())
		return f, rep, child.Wait()
	case end.Code != "":
		return f, end.Report, &Failure{end.Code, errors.New(end.Failure)}
	case end.Err != "":
		return f, end.Report, errors.New(end.Err)
	}
	return f, end.Report, nil
}
