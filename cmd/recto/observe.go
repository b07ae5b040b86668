package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/term"

	"recto/internal/observe"
	"recto/internal/sandbox"
)

// ObserveFlags say how a process is watched over.
type ObserveFlags struct {
	MetricsAddr string     `help:"Address for /metrics, /livez and /readyz alone, without keys: 127.0.0.1:9090, or one that only your monitoring reaches." env:"RECTO_METRICS_ADDR"`
	LogLevel    slog.Level `help:"debug, info, warn or error." default:"info" env:"RECTO_LOG_LEVEL"`
	LogFormat   string     `help:"text for people, json for programs, auto for text on a terminal." enum:"auto,text,json" default:"auto" env:"RECTO_LOG_FORMAT"`
}

// log returns what writes to the error output.
func (f ObserveFlags) log() *slog.Logger {
	o := &slog.HandlerOptions{Level: f.LogLevel}
	if f.LogFormat == "text" || f.LogFormat == "auto" && term.IsTerminal(int(os.Stderr.Fd())) {
		return slog.New(slog.NewTextHandler(os.Stderr, o))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, o))
}

// flushTimeout is how long the last traces may take to be sent.
const flushTimeout = 3 * time.Second

// readiness is what must work for a process to be ready.
func (p *parts) readiness(stopping <-chan struct{}, log *slog.Logger) *observe.Health {
	checks := []observe.Check{{Name: "database", Run: p.db.SQL.PingContext}, {Name: "storage", Run: p.blobs.Reach}}
	if p.pool != nil {
		checks = append(checks, observe.Check{Name: "children", Run: func(context.Context) error { return p.pool.Check() }})
	}
	return observe.NewHealth(version, stopping, log, checks...)
}

// watch has the numbers of the parts told.
func (p *parts) watch() {
	p.observe.WatchFigures(p.jobs.Figures)
	if p.pool == nil {
		return
	}
	p.observe.WatchChildren(func() observe.Children {
		s := p.pool.Stats()
		return observe.Children{Idle: s.Idle, Busy: s.Busy, Memory: s.Memory, Largest: s.Largest, Limit: p.pool.Memory, Started: s.Started}
	})
}

// childEnded tells of the end of a child process.
func (p *parts) childEnded(r sandbox.Reason) { p.observe.ChildEnded(string(r)) }

// serveMetrics answers on the address of the metrics, if there is one, until it is
// stopped: that is after everything else, so that /readyz can say that the process
// is on its way out.
func (f ObserveFlags) serveMetrics(ctx context.Context, o *observe.Observer, h *observe.Health, log *slog.Logger) (stop func(), err error) {
	if f.MetricsAddr == "" {
		return func() {}, nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.MetricsAddr)
	if err != nil {
		return nil, fmt.Errorf("--metrics-addr: %w", err)
	}
	srv := &http.Server{Handler: observe.Mux(o, h), ReadHeaderTimeout: headerTimeout, ReadTimeout: headerTimeout, IdleTimeout: idleTimeout, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are not served any more", "err", err)
		}
	}()
	log.Info("metrics", "url", "http://"+l.Addr().String()+"/metrics")
	return func() { srv.Close(); <-done }, nil
}

// delayed returns a context that is done some time after the other is.
func delayed(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	if by <= 0 {
		return context.WithCancel(ctx)
	}
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(by):
			cancel()
		case <-later.Done():
		}
	})
	return later, func() { stop(); cancel() }
}
