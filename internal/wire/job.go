package wire

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Status is where a job stands.
type Status string

// The states of a job; the last three are final.
const (
	Pending   Status = "PENDING"
	Running   Status = "RUNNING"
	Completed Status = "COMPLETED"
	Failed    Status = "FAILED"
	Cancelled Status = "CANCELLED"
)

// Allowed lists the states.
func (Status) Allowed() []string {
	return []string{string(Pending), string(Running), string(Completed), string(Failed), string(Cancelled)}
}

// Final reports whether the job will not change any more.
func (s Status) Final() bool { return s == Completed || s == Failed || s == Cancelled }

// Why a job failed, as clients know it: the beginning of error_message.
const (
	UnsupportedFileType = "UNSUPPORTED_FILE_TYPE"
	PDFIsProtected      = "PDF_IS_PROTECTED"
	PDFIsBroken         = "PDF_IS_BROKEN"
	NoDataFoundInFile   = "NO_DATA_FOUND_IN_FILE"
	DocumentTooLarge    = "DOCUMENT_TOO_LARGE"
	TooManyPages        = "TOO_MANY_PAGES"
	TimedOut            = "TIMEOUT"
	InternalError       = "INTERNAL_ERROR"
)

// ParseJob is a job as clients see it.
type ParseJob struct {
	ID           string            `json:"id"`
	ProjectID    string            `json:"project_id"`
	Status       Status            `json:"status"`
	CreatedAt    *Time             `json:"created_at"`
	UpdatedAt    *Time             `json:"updated_at"`
	ErrorMessage *string           `json:"error_message"`
	Name         *string           `json:"name"`
	Tier         *string           `json:"tier"`
	UserMetadata map[string]string `json:"user_metadata"`
	Usage        *JobUsage         `json:"usage"`
}

// JobUsage is what a job cost; there is nothing to pay here, so it is null.
type JobUsage struct {
	Credits *float64 `json:"credits"`
}

// JobProgress is how far a running job is.
type JobProgress struct {
	PagesDone  int `json:"pages_done"`
	PagesTotal int `json:"pages_total"`
}

// JobList is a page of jobs.
type JobList struct {
	Items         []ParseJob `json:"items"`
	NextPageToken *string    `json:"next_page_token"`
	TotalSize     *int       `json:"total_size"`
}

// DeletedJob says what was deleted.
type DeletedJob struct {
	ID        string `json:"id"`
	ProjectID string `json:"project_id"`
}

// ParseResult is the answer to GET /api/v2/parse/{job_id}. The results
// themselves are stored as JSON already and only passed through.
type ParseResult struct {
	Job           ParseJob               `json:"job"`
	ContentFiles  map[string]ContentFile `json:"result_content_metadata"`
	Text          json.RawMessage        `json:"text"`
	Markdown      json.RawMessage        `json:"markdown"`
	Items         json.RawMessage        `json:"items"`
	Metadata      json.RawMessage        `json:"metadata"`
	Forms         json.RawMessage        `json:"forms"`
	MarkdownFull  *string                `json:"markdown_full"`
	TextFull      *string                `json:"text_full"`
	Images        *ImageList             `json:"images_content_metadata"`
	JobMetadata   map[string]any         `json:"job_metadata"`
	RawParameters map[string]any         `json:"raw_parameters"`
}

// ContentFile is a result that can be downloaded.
type ContentFile struct {
	SizeBytes    int64   `json:"size_bytes"`
	Exists       bool    `json:"exists"`
	PresignedURL *string `json:"presigned_url"`
}

// ImageList is what is known of the saved pictures.
type ImageList struct {
	Images     []ImageMetadata `json:"images"`
	TotalCount int             `json:"total_count"`
}

// ImageMetadata is one saved picture.
type ImageMetadata struct {
	Filename     string        `json:"filename"`
	Index        int           `json:"index"`
	BBox         *ImageBBox    `json:"bbox"`
	Category     ImageCategory `json:"category"`
	ContentType  string        `json:"content_type"`
	PresignedURL *string       `json:"presigned_url"`
	SizeBytes    *int64        `json:"size_bytes"` // always null, as upstream
}

// ImageBBox is a place on the page in whole points.
type ImageBBox struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Prefixes of ids.
const (
	JobPrefix  = "pjb-"
	FilePrefix = "dfl-"
)

// ID writes a stored id as clients see it.
func ID(prefix, id string) string { return prefix + id }

// ParseID reads an id with or without its prefix into the stored form, a plain
// UUID in lower case.
func ParseID(prefix, s string) (string, bool) {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		s = s[len(prefix):]
	}
	if len(s) != 36 {
		return "", false
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return "", false
	}
	return u.String(), true
}

// Time is a moment in UTC, written the way clients expect it.
type Time time.Time

// At returns a pointer to t, or nil for the zero time.
func At(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	w := Time(t)
	return &w
}

// String writes RFC 3339 with microseconds.
func (t Time) String() string { return time.Time(t).UTC().Format("2006-01-02T15:04:05.000000Z") }

// MarshalJSON writes it as a string.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// UnmarshalJSON reads RFC 3339.
func (t *Time) UnmarshalJSON(b []byte) error { return (*time.Time)(t).UnmarshalJSON(b) }
