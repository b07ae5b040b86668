package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"recto/internal/store"
)

// Config says what is started.
type Config struct {
	Program string // the binary
	Dir     string // for data and logs; it must be empty or not exist
	Wide    bool   // PostgreSQL and S3, with workers of their own; else SQLite and files
	Workers int    // jobs at once: of the server, or as many processes that do one each
	Args    []string
	OnExit  func(name string, err error) // a process ended that was not asked to
}

// Cluster is a running service with its stores.
type Cluster struct {
	URL      string
	Server   *Member
	Workers  []*Member // none on SQLite, where the server does the work
	Postgres *Member   // nil on SQLite
	S3       *Member   // nil on files
	Blobs    string    // folder of files and results, whoever keeps them
	Temp     string    // folder of what is under way
	Store    store.Config

	dirs []string // elsewhere, that are removed at the end
}

// Start starts everything and returns when it works.
func Start(ctx context.Context, c Config) (*Cluster, error) {
	if err := os.MkdirAll(filepath.Join(c.Dir, "tmp"), 0o700); err != nil {
		return nil, err
	}
	s := &Cluster{}
	err := s.start(ctx, c)
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Cluster) start(ctx context.Context, c Config) error {
	addr, err := freeAddr()
	if err != nil {
		return err
	}
	s.URL = "http://" + addr
	member := func(name, ready string, args ...string) *Member {
		return &Member{
			Name: name, Ready: `"msg":"` + ready + `"`, Path: c.Program, Args: append(args, c.Args...),
			Log: filepath.Join(c.Dir, name+".log"), OnExit: c.OnExit,
		}
	}
	workers := strconv.Itoa(c.Workers)
	if !c.Wide {
		s.Store.Dir = filepath.Join(c.Dir, "data")
		s.Blobs, s.Temp = filepath.Join(s.Store.Dir, "blobs"), filepath.Join(s.Store.Dir, "tmp")
		s.Server = member("server", "serving", "serve", "--addr", addr, "--data-dir", s.Store.Dir, "--workers", workers)
		return s.Server.Start(ctx)
	}
	// The user that PostgreSQL runs as must reach its folder.
	dir, err := os.MkdirTemp("", "recto-soak-postgres-")
	if err != nil {
		return err
	}
	s.dirs = append(s.dirs, dir)
	if s.Postgres, s.Store.Address, err = newPostgres(dir, filepath.Join(c.Dir, "postgres.log")); err != nil {
		return err
	}
	var storage string
	if s.S3, storage, err = newS3(filepath.Join(c.Dir, "s3"), filepath.Join(c.Dir, "s3.log")); err != nil {
		return err
	}
	s.Blobs, s.Temp = filepath.Join(c.Dir, "s3", bucket), filepath.Join(c.Dir, "tmp")
	env := []string{
		"RECTO_DATABASE=" + s.Store.Address, "RECTO_STORAGE=" + storage, "TMPDIR=" + s.Temp,
		"AWS_ACCESS_KEY_ID=" + s3User, "AWS_SECRET_ACCESS_KEY=" + s3Secret,
	}
	s.Server = member("server", "serving", "serve", "--addr", addr, "--no-worker")
	s.Server.Env = env
	for i := range c.Workers {
		w := member(fmt.Sprintf("worker%d", i+1), "working", "worker", "--workers", "1")
		w.Env = env
		s.Workers = append(s.Workers, w)
	}
	s.Postgres.OnExit, s.S3.OnExit = c.OnExit, c.OnExit
	if err := errors.Join(s.S3.Start(ctx), s.Postgres.Start(ctx)); err != nil {
		return err
	}
	for _, m := range s.Program() {
		if err := m.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Program returns the processes of the program itself.
func (s *Cluster) Program() []*Member {
	if s.Server == nil {
		return nil
	}
	return append([]*Member{s.Server}, s.Workers...)
}

// StopProgram asks server and workers to end, and leaves the stores.
func (s *Cluster) StopProgram() error {
	var errs []error
	for _, m := range s.Program() {
		if m.PID() != 0 {
			if err := m.Stop(syscall.SIGTERM); err != nil {
				errs = append(errs, fmt.Errorf("stop %s: %w", m.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// Close ends everything. Logs and files stay.
func (s *Cluster) Close() {
	for _, m := range append(s.Program(), s.S3, s.Postgres) {
		if m != nil {
			m.Kill()
		}
	}
	for _, d := range s.dirs {
		os.RemoveAll(d)
	}
}
