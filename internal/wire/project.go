package wire

import "unicode/utf8"

// Project is a project as clients see it.
type Project struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	OrganizationID string `json:"organization_id"`
	IsDefault      bool   `json:"is_default"`
	CreatedAt      *Time  `json:"created_at"`
	UpdatedAt      *Time  `json:"updated_at"`
}

// ProjectList is a page of projects.
type ProjectList struct {
	Items         []Project `json:"items"`
	NextPageToken *string   `json:"next_page_token"`
	TotalSize     *int      `json:"total_size"`
}

// Organization is what all projects belong to.
type Organization struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	CreatedAt *Time  `json:"created_at"`
	UpdatedAt *Time  `json:"updated_at"`
}

// OrganizationList is a page of organizations; there is never a second one.
type OrganizationList struct {
	Items         []Organization `json:"items"`
	NextPageToken *string        `json:"next_page_token"`
	TotalSize     *int           `json:"total_size"`
}

// ProjectRequest creates or renames a project.
type ProjectRequest struct {
	Name           string `json:"name,omitempty"`
	OrganizationID string `json:"organization_id,omitempty"`
}

// maxProjectName is upstream's limit in characters.
const maxProjectName = 3000

// DecodeProject reads and checks the body; the error is an Invalid or nil.
func DecodeProject(data []byte) (ProjectRequest, error) {
	var q ProjectRequest
	c := checker{errs: decodeStrict(data, &q)}
	if len(c.errs) == 0 {
		c.name(q.Name, maxProjectName)
	}
	if len(c.errs) > 0 {
		return q, c.errs
	}
	return q, nil
}

// name checks a required name.
func (c *checker) name(s string, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		c.fail("missing", []any{"name"}, "Field required")
	case n > most:
		c.fail("string_too_long", []any{"name"}, "String should have at most %d characters", most)
	}
}
