package wire

// File is an uploaded document.
type File struct {
	ID             string        `json:"id"`
	Name           string        `json:"name"`
	ProjectID      string        `json:"project_id"`
	FileType       *string       `json:"file_type"`
	Purpose        *string       `json:"purpose"`
	ExternalFileID *string       `json:"external_file_id"`
	LastModifiedAt *Time         `json:"last_modified_at"`
	ExpiresAt      *Time         `json:"expires_at"`
	DownloadURL    *PresignedURL `json:"download_url"`
}

// PresignedURL is an address that works without a key until it expires.
type PresignedURL struct {
	URL        string            `json:"url"`
	ExpiresAt  *Time             `json:"expires_at"`
	FormFields map[string]string `json:"form_fields"`
}

// FileList is a page of files.
type FileList struct {
	Items         []File  `json:"items"`
	NextPageToken *string `json:"next_page_token"`
	TotalSize     *int    `json:"total_size"`
}

// Purpose is what a file was uploaded for.
type Purpose string

// Allowed lists the purposes.
func (Purpose) Allowed() []string {
	return []string{"user_data", "parse", "extract", "classify", "split", "sheet", "agent_app"}
}

// FileQuery is the body of POST /api/v1/beta/files/query.
type FileQuery struct {
	Filter    FileFilter `json:"filter,omitzero"`
	OrderBy   string     `json:"order_by,omitempty"`
	PageSize  *int       `json:"page_size,omitempty" min:"1" max:"1000"`
	PageToken string     `json:"page_token,omitempty"`
}

// FileFilter narrows a list of files; what is not set does not count.
type FileFilter struct {
	ProjectID            string   `json:"project_id,omitempty"`
	FileIDs              []string `json:"file_ids,omitempty"`
	FileName             string   `json:"file_name,omitempty"`
	DataSourceID         string   `json:"data_source_id,omitempty"`
	ExternalFileID       string   `json:"external_file_id,omitempty"`
	OnlyManuallyUploaded *bool    `json:"only_manually_uploaded,omitempty"`
}

// DecodeFileQuery reads and checks the body; the error is an Invalid or nil.
func DecodeFileQuery(data []byte) (FileQuery, error) {
	var q FileQuery
	if errs := decodeStrict(data, &q); len(errs) > 0 {
		return q, errs
	}
	return q, nil
}
