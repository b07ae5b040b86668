package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"recto/internal/api"
	"recto/internal/blob"
	"recto/internal/engine"
	"recto/internal/fetch"
	"recto/internal/job"
	"recto/internal/observe"
	"recto/internal/sandbox"
	"recto/internal/store"
	"recto/internal/wire"
)

// StorageFlags say where files and results lie.
type StorageFlags struct {
	Storage          string `help:"Bucket for files and results, s3://NAME?endpoint=…, instead of the folder." env:"RECTO_STORAGE"`
	PublicS3Endpoint string `name:"public-s3-endpoint" help:"Address under which clients reach the S3 server: download links lead there. Without it they lead to this server." env:"RECTO_PUBLIC_S3_ENDPOINT"`

	KeepFilesDays   int64 `help:"Days after which uploaded files are removed; 0 for never." default:"30" env:"RECTO_KEEP_FILES_DAYS"`
	KeepResultsDays int64 `help:"Days after the end of a job its results are removed; 0 for never." default:"30" env:"RECTO_KEEP_RESULTS_DAYS"`
	KeepJobsDays    int64 `help:"Days after its end a job is removed; 0 for never." default:"90" env:"RECTO_KEEP_JOBS_DAYS"`

	KeepFreeMB int64 `help:"Megabytes of the disk that uploads leave free; -1 for 1024 or a twentieth of the disk, whichever is less; 0 for none." default:"-1" env:"RECTO_KEEP_FREE_MB"`
}

// WorkFlags are those of every process that works on jobs.
type WorkFlags struct {
	DataFlags `embed:""`

	StorageFlags

	Workers         int            `help:"Jobs at once; 0 for the number of cores." env:"RECTO_WORKERS"`
	PartPages       int            `help:"Documents of which more pages are to be parsed are divided into parts of at most so many, which all workers read; 0 for never." default:"64" env:"RECTO_PART_PAGES"`
	PartsAtOnce     int            `help:"Parts of one document in the queue at once." default:"16" env:"RECTO_PARTS_AT_ONCE"`
	JobTimeout      time.Duration  `help:"Time limit of a job that asks for none." default:"30m" env:"RECTO_JOB_TIMEOUT"`
	MaxUploadMB     int64          `help:"Largest file in megabytes." default:"512" env:"RECTO_MAX_UPLOAD_MB"`
	AllowSource     []netip.Prefix `help:"Inner network that source_url may reach, such as 10.1.0.0/16; may be repeated." env:"RECTO_ALLOW_SOURCE"`
	WebhookAllow    []netip.Prefix `help:"Inner network that webhooks may reach, such as 127.0.0.0/8; may be repeated." env:"RECTO_WEBHOOK_ALLOW"`
	AgenticFallback string         `help:"Tier that stands in for the agentic ones while no model is configured." enum:",cost_effective" default:"" env:"RECTO_AGENTIC_FALLBACK"`
	CropBoxMode     string         `help:"What the numbers of crop_box are: positions from the top left, or margins of each edge." enum:"position,margin" default:"position" env:"RECTO_CROP_BOX_MODE"`
	SealFlags
	OCRFlags
	SandboxFlags
	ObserveFlags
}

// WorkerCmd runs jobs that servers elsewhere accept.
type WorkerCmd struct {
	WorkFlags `embed:""`
}

// Run works until the process is told to stop.
func (c *WorkerCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	log := c.log()
	if c.Database == "" || c.Storage == "" {
		return errAlone
	}
	p, err := c.open(ctx, log, true)
	if err != nil {
		return err
	}
	defer p.close()
	stopMetrics, err := c.serveMetrics(ctx, p.observe, p.readiness(ctx.Done(), log), log)
	if err != nil {
		return err
	}
	defer stopMetrics()
	if err := p.jobs.Start(ctx); err != nil {
		return err
	}
	defer p.jobs.Stop()
	log.Info("working", "database", p.at.Place())
	<-ctx.Done()
	log.Info("stopping")
	return nil
}

// keepFree is the room that uploads leave, in bytes.
func (c *WorkFlags) keepFree() int64 {
	if c.KeepFreeMB < 0 {
		return -1
	}
	return c.KeepFreeMB << 20
}

// errAlone means that a process would not see what the others do.
var errAlone = errors.New("servers and workers that are processes of their own need --database postgres://… and --storage s3://…")

// parts are what a server or a worker rests on.
type parts struct {
	at      store.Config
	db      *store.DB
	blobs   *blob.Store
	jobs    *job.Runner
	pool    *sandbox.Pool // nil where no children parse
	observe *observe.Observer
	closes  []func()
}

// close closes the parts, the last one first.
func (p *parts) close() {
	for i := len(p.closes) - 1; i >= 0; i-- {
		p.closes[i]()
	}
}

// open opens the stores and, for one that works, the engine.
func (c *WorkFlags) open(ctx context.Context, log *slog.Logger, work bool) (*parts, error) {
	p := &parts{}
	err := c.openInto(ctx, p, log, work)
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (c *WorkFlags) openInto(ctx context.Context, p *parts, log *slog.Logger, work bool) error {
	wide := c.Database != "" && c.Storage != ""
	if !wide && !work {
		return errAlone
	}
	var err error
	if p.observe, err = observe.New(ctx, version, log); err != nil {
		return err
	}
	p.closes = append(p.closes, func() {
		ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
		defer cancel()
		if err := p.observe.Close(ctx); err != nil {
			log.Warn("the last traces were not sent", "err", err)
		}
	})
	if p.at, err = c.store(); err != nil {
		return err
	}
	if p.db, err = store.Open(ctx, p.at); err != nil {
		return fmt.Errorf("open %s: %w", p.at.Place(), err)
	}
	p.closes = append(p.closes, func() { p.db.Close() })
	if !wide { // something is in the folder, which belongs to one process
		lock, err := store.TakeLock(p.at.Dir)
		if err != nil {
			return err
		}
		p.closes = append(p.closes, func() { _ = lock.Release() }) // the end of the process does it, too
	}
	key, err := p.db.Secret(ctx, "links")
	if err != nil {
		return err
	}
	p.blobs, err = blob.Open(ctx, blob.Config{Dir: p.at.Dir, Address: c.Storage, PublicEndpoint: c.PublicS3Endpoint, Route: api.DownloadRoute, Key: key, KeepFree: c.keepFree()})
	if err != nil {
		return fmt.Errorf("open the storage: %w", err)
	}
	p.closes = append(p.closes, func() { p.blobs.Close() })
	box, err := c.box(ctx, p.db)
	if err != nil {
		return err
	}
	config := job.Config{
		Seal:  box,
		Store: p.db, Blobs: p.blobs, Log: log, Observe: p.observe, NoWork: !work,
		Settings: store.Settings{KeepFiles: &c.KeepFilesDays, KeepResults: &c.KeepResultsDays, KeepJobs: &c.KeepJobsDays},
		Workers:  cmp.Or(c.Workers, runtime.NumCPU()), Timeout: c.JobTimeout,
		PartPages: c.PartPages, PartsAtOnce: c.PartsAtOnce,
		Fetch:     fetch.Limits{Options: fetch.Options{Allowed: c.AllowSource, Timeout: c.JobTimeout}, MaxBytes: c.MaxUploadMB << 20},
		Webhooks:  fetch.Options{Allowed: c.WebhookAllow},
		CropEdges: c.CropBoxMode == "margin", Fallback: wire.Tier(c.AgenticFallback),
	}
	if work {
		reader, err := c.engine(ctx, log)
		if err != nil {
			return err
		}
		config.Recognizer = nameOf(reader)
		if config.Processor, err = c.processor(ctx, engine.Config{OCR: reader, MaxBytes: c.MaxUploadMB << 20}, c.OCRData, config.Workers, p, log); err != nil {
			return err
		}
	}
	if p.jobs, err = job.New(config); err != nil {
		return err
	}
	p.watch()
	return nil
}
