package wire

// JobDataPoint is the course of one job.
type JobDataPoint struct {
	ID               string           `json:"id"`
	ProjectID        string           `json:"project_id"`
	Status           Status           `json:"status"`
	CustomTag        string           `json:"custom_tag"` // the client_name of the request
	ErrorMessage     *string          `json:"error_message"`
	StateTransitions StateTransitions `json:"state_transitions"`
	CreatedAt        *Time            `json:"created_at"`
	UpdatedAt        *Time            `json:"updated_at"`
}

// StateTransitions says when a job came to which state. Nothing is throttled here.
type StateTransitions struct {
	PendingAt   *Time `json:"pending_at"`
	ThrottledAt *Time `json:"throttled_at"`
	RunningAt   *Time `json:"running_at"`
	CompletedAt *Time `json:"completed_at"`
	FailedAt    *Time `json:"failed_at"`
	CancelledAt *Time `json:"cancelled_at"`
}

// JobDataPointList is a page of courses.
type JobDataPointList struct {
	Items         []JobDataPoint `json:"items"`
	NextPageToken *string        `json:"next_page_token"`
	TotalSize     *int           `json:"total_size"`
}

// JobType is a product whose jobs can be asked for.
type JobType string

// JobParse is the only one with jobs here.
const JobParse JobType = "parse"

// Allowed lists the types.
func (JobType) Allowed() []string { return []string{"extract", "parse", "classify"} }
