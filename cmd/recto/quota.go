package main

import "recto/internal/job"

// QuotaFlags say how much may be used where a project has no settings of its own.
type QuotaFlags struct {
	PagesPerMonth     int64 `help:"Pages each project may have parsed in a calendar month (UTC); 0 for no limit." default:"0" env:"RECTO_PAGES_PER_MONTH"`
	OpenJobs          int64 `help:"Unfinished jobs each project may have; 0 for no limit." default:"0" env:"RECTO_OPEN_JOBS"`
	RequestsPerMinute int64 `help:"Requests each project may send to this server in a minute; 0 for no limit." default:"0" env:"RECTO_REQUESTS_PER_MINUTE"`
	MaxQueue          int   `help:"Jobs that may wait, of all projects; more are refused until some have begun. 0 for no limit." default:"100000" env:"RECTO_MAX_QUEUE"`
}

// limit makes a runner that has not begun keep to them.
func (f *QuotaFlags) limit(r *job.Runner) {
	r.MaxQueue = f.MaxQueue
	r.Settings.PagesPerMonth, r.Settings.OpenJobs, r.Settings.RequestsPerMinute = &f.PagesPerMonth, &f.OpenJobs, &f.RequestsPerMinute
}
