package wire

// Settings are how long what a project owns is kept, in days, and how much it may
// use. In a request, null or nothing means what the server says, 0 no limit.
type Settings struct {
	KeepFilesDays   *int64 `json:"keep_files_days" min:"0" max:"1000000000"`
	KeepResultsDays *int64 `json:"keep_results_days" min:"0" max:"1000000000"`
	KeepJobsDays    *int64 `json:"keep_jobs_days" min:"0" max:"1000000000"`

	PagesPerMonth     *int64 `json:"pages_per_month" min:"0" max:"1000000000"`
	OpenJobs          *int64 `json:"open_jobs" min:"0" max:"1000000000"`
	RequestsPerMinute *int64 `json:"requests_per_minute" min:"0" max:"1000000000"`
}

// ProjectSettings are the settings of a project, and those that count: what it
// leaves open is what the server says.
type ProjectSettings struct {
	Project  Settings `json:"project"`
	Resolved Settings `json:"resolved"`
}

// DecodeSettings reads and checks the body; the error is an Invalid or nil.
func DecodeSettings(data []byte) (Settings, error) {
	var q Settings
	if errs := decodeStrict(data, &q); len(errs) > 0 {
		return q, errs
	}
	return q, nil
}
