package wire

// Usage is what a project has used this month and has under way.
type Usage struct {
	Month       string      `json:"month"`      // "2026-11", UTC
	Pages       int64       `json:"pages"`      // parsed; what came from the cache does not count
	PagesLeft   *int64      `json:"pages_left"` // null without a limit
	JobsDone    int64       `json:"jobs_completed"`
	JobsPending int64       `json:"jobs_pending"`
	JobsRunning int64       `json:"jobs_running"`
	Files       int64       `json:"files"`
	FileBytes   int64       `json:"file_bytes"`
	Queue       *UsageQueue `json:"queue"` // of the whole server, null for who is no admin
}

// UsageQueue is what waits and runs in all projects.
type UsageQueue struct {
	Pending       int64   `json:"pending"`
	Running       int64   `json:"running"`
	OldestSeconds float64 `json:"oldest_seconds"` // how long the job has waited that waits longest
	Limit         *int64  `json:"limit"`          // pending jobs, null without one
	DiskBytes     *int64  `json:"disk_bytes"`     // that uploads may still take, null where it is not known
}
