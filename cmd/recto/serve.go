package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"recto/internal/api"
	"recto/internal/job"
	"recto/internal/store"
)

// DataFlags say where the server keeps everything.
type DataFlags struct {
	DataDir  string `help:"Folder of the database, files and results (default: recto in the user's data folder)." type:"path" env:"RECTO_DATA_DIR"`
	Database string `help:"Address of a PostgreSQL database, postgres://USER:PASSWORD@HOST/NAME, instead of SQLite in the folder." env:"RECTO_DATABASE"`
}

// store returns where the database is.
func (f DataFlags) store() (store.Config, error) {
	dir, err := f.dir()
	return store.Config{Dir: dir, Address: f.Database, Migrate: job.Migrate}, err
}

// dir returns the data directory, by default $XDG_DATA_HOME/recto or
// ~/.local/share/recto.
func (f DataFlags) dir() (string, error) {
	if f.DataDir != "" {
		return f.DataDir, nil
	}
	if base := os.Getenv("XDG_DATA_HOME"); base != "" {
		return filepath.Join(base, "recto"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find a place for data, give --data-dir: %w", err)
	}
	return filepath.Join(home, ".local", "share", "recto"), nil
}

// ServeCmd runs the API and its workers.
type ServeCmd struct {
	WorkFlags `embed:""`
	KeyFlags  `embed:""`
	QuotaFlags

	Addr      string        `help:"Address to listen on." default:"127.0.0.1:8080" env:"RECTO_ADDR"`
	PublicURL string        `help:"Address under which clients reach the server, for links; taken from each request when empty." env:"RECTO_PUBLIC_URL"`
	NoAuth    bool          `help:"Serve everybody who can reach the address, without keys." env:"RECTO_NO_AUTH"`
	Origin    []string      `help:"Web origin that may use the API with the user's credentials; may be repeated." env:"RECTO_ORIGIN"`
	LinkLife  time.Duration `help:"How long download links work." default:"1h" env:"RECTO_LINK_LIFE"`
	StopDelay time.Duration `help:"How long to go on after the signal to stop, while /readyz says no, so that balancers send nothing more." default:"0s" env:"RECTO_STOP_DELAY"`
	NoWorker  bool          `help:"Leave all jobs to \"recto worker\" processes." env:"RECTO_NO_WORKER"`
}

// Limits of the HTTP server. There is none on the whole request: an upload of
// half a gigabyte takes what the client's line takes.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 10 * time.Second
)

// Run serves until the process is told to stop.
func (c *ServeCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := c.log()
	p, err := c.open(ctx, log, !c.NoWorker)
	if err != nil {
		return err
	}
	defer p.close()
	db, blobs, jobs := p.db, p.blobs, p.jobs
	c.limit(jobs)
	loopback, err := c.checkExposure(ctx, db)
	if err != nil {
		return err
	}
	later, cancel := delayed(ctx, c.StopDelay)
	defer cancel()
	health := p.readiness(ctx.Done(), log)
	handler, err := api.New(api.Config{
		Store: db, Blobs: blobs, Jobs: jobs, Log: log, Observe: p.observe, Health: health,
		Loopback: loopback, NoAuth: c.NoAuth, PublicURL: strings.TrimSuffix(c.PublicURL, "/"), Origins: c.Origin,
		MaxUpload: c.MaxUploadMB << 20, LinkLife: c.LinkLife, Version: version, Stopping: later.Done(),
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return err
	}
	stopMetrics, err := c.serveMetrics(ctx, p.observe, health, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer stopMetrics()
	if err := jobs.Start(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	defer jobs.Stop()
	access := "with keys"
	if c.NoAuth {
		access = "open to all"
	} else if has, err := db.HasKeys(ctx); err == nil && !has {
		access = "open to this machine, until there are keys"
	}
	log.Info("serving", "url", "http://"+listener.Addr().String(), "data", p.at.Dir, "database", p.at.Place(), "access", access)
	return serve(later, listener, handler, log)
}

// serve answers requests until ctx is done, and then those it has begun.
func serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err := srv.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		err = srv.Close()
	}
	if e := <-done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// checkExposure reports whether only this machine reaches the address, and
// refuses to open the documents to a network by accident. A key it is given makes
// it none.
func (c *ServeCmd) checkExposure(ctx context.Context, db *store.DB) (loopback bool, err error) {
	if err := c.makeKey(ctx, db); err != nil {
		return false, err
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return false, fmt.Errorf("--addr is host:port: %w", err)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return true, nil
	}
	if c.NoAuth {
		return false, nil
	}
	has, err := db.HasKeys(ctx)
	if err == nil && !has {
		err = fmt.Errorf("%s can be reached from other machines and there are no keys: make one with \"recto keys create\", give one in RECTO_INITIAL_KEY, or say --no-auth", c.Addr)
	}
	return false, err
}
