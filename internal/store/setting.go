package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Settings are what a project may use and how long what it owns is kept. A nil
// field means what the server says, 0 means without a limit.
type Settings struct {
	KeepFiles   *int64 `json:"keep_files_days,omitempty"`   // days after the upload
	KeepResults *int64 `json:"keep_results_days,omitempty"` // days after the job has ended
	KeepJobs    *int64 `json:"keep_jobs_days,omitempty"`    // days after the job has ended

	PagesPerMonth     *int64 `json:"pages_per_month,omitempty"`     // parsed, in a calendar month of UTC
	OpenJobs          *int64 `json:"open_jobs,omitempty"`           // not finished, at once
	RequestsPerMinute *int64 `json:"requests_per_minute,omitempty"` // of all keys, to one server
}

// MaxSetting bounds every field.
const MaxSetting = 1_000_000_000

// Within returns the settings with what they leave open taken from others.
func (s Settings) Within(server Settings) Settings {
	for i, f := range s.fields() {
		if *f.value == nil {
			*f.value = *server.fields()[i].value
		}
	}
	return s
}

// field is one setting by its name.
type field struct {
	name  string
	value **int64
}

// fields lists all settings.
func (s *Settings) fields() []field {
	return []field{
		{"keep_files_days", &s.KeepFiles}, {"keep_results_days", &s.KeepResults}, {"keep_jobs_days", &s.KeepJobs},
		{"pages_per_month", &s.PagesPerMonth}, {"open_jobs", &s.OpenJobs}, {"requests_per_minute", &s.RequestsPerMinute},
	}
}

// SettingNames lists the settings.
func SettingNames() []string {
	var names []string
	for _, f := range new(Settings).fields() {
		names = append(names, f.name)
	}
	return names
}

// Get returns a setting by its name, nil when it is not set.
func (s Settings) Get(name string) *int64 {
	for _, f := range s.fields() {
		if f.name == name {
			return *f.value
		}
	}
	return nil
}

// Set changes a setting by its name; nil leaves it to the server.
func (s *Settings) Set(name string, n *int64) error {
	if n != nil && (*n < 0 || *n > MaxSetting) {
		return fmt.Errorf("%s is a number from 0 (no limit) to %d", name, int64(MaxSetting))
	}
	for _, f := range s.fields() {
		if f.name == name {
			*f.value = n
			return nil
		}
	}
	return fmt.Errorf("there is no setting %s", name)
}

func (s Settings) text() (string, error) {
	if s == (Settings{}) {
		return "", nil
	}
	data, err := json.Marshal(s)
	return string(data), err
}

// SaveSettings changes the settings of a project.
func (d *DB) SaveSettings(ctx context.Context, project string, s Settings) (Project, error) {
	text, err := s.text()
	if err != nil {
		return Project{}, err
	}
	return scanProject(d.SQL.QueryRowContext(ctx, `UPDATE project SET settings = $2, updated_at = $3 WHERE id = $1 AND deleted_at = 0 RETURNING `+projectColumns,
		project, text, micros(time.Now())))
}

// Due reports whether work that one process does for all is due, and notes that
// it is begun: of several that ask at once one is told so.
func (d *DB) Due(ctx context.Context, chore string, every time.Duration, now time.Time) (bool, error) {
	r, err := d.SQL.ExecContext(ctx, `INSERT INTO chore (name, started_at) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at WHERE chore.started_at <= $3`, chore, micros(now), micros(now.Add(-every)))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}
