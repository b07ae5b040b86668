package wire

import "slices"

// LegacyFile is an uploaded document as v1 clients see it.
type LegacyFile struct {
	ID             string         `json:"id"`
	Name           string         `json:"name"`
	ProjectID      string         `json:"project_id"`
	ExternalFileID *string        `json:"external_file_id"`
	FileSize       int64          `json:"file_size"`
	FileType       *string        `json:"file_type"`
	Purpose        *string        `json:"purpose"`
	CreatedAt      *Time          `json:"created_at"`
	UpdatedAt      *Time          `json:"updated_at"`
	LastModifiedAt *Time          `json:"last_modified_at"`
	ExpiresAt      *Time          `json:"expires_at"`
	DataSourceID   *string        `json:"data_source_id"`  // always null, like the next two
	PermissionInfo map[string]any `json:"permission_info"` //
	ResourceInfo   map[string]any `json:"resource_info"`
}

// LegacyTicket is an address to PUT the bytes of a file to.
type LegacyTicket struct {
	FileID     string            `json:"file_id"`
	URL        string            `json:"url"`
	ExpiresAt  *Time             `json:"expires_at"`
	FormFields map[string]string `json:"form_fields"`
}

// LegacyFileCreate is the body of PUT /api/v1/files.
type LegacyFileCreate struct {
	Name           string         `json:"name,omitempty"`
	ExternalFileID string         `json:"external_file_id,omitempty"`
	FileSize       *int           `json:"file_size,omitempty" min:"0"`
	LastModifiedAt string         `json:"last_modified_at,omitempty"`
	ResourceInfo   map[string]any `json:"resource_info,omitempty"`
	PermissionInfo map[string]any `json:"permission_info,omitempty"`
	DataSourceID   string         `json:"data_source_id,omitempty"`
	StorageType    string         `json:"storage_type,omitempty"`
}

// LegacyFileFromURL is the body of PUT /api/v1/files/upload_from_url.
type LegacyFileFromURL struct {
	URL             string         `json:"url,omitempty" pattern:"^https?:"`
	Name            string         `json:"name,omitempty"`
	FollowRedirects *bool          `json:"follow_redirects,omitempty"`
	VerifySSL       *bool          `json:"verify_ssl,omitempty"`
	ProxyURL        string         `json:"proxy_url,omitempty"`
	RequestHeaders  map[string]any `json:"request_headers,omitempty"`
	ResourceInfo    map[string]any `json:"resource_info,omitempty"`
	StorageType     string         `json:"storage_type,omitempty"`
}

// DecodeLegacyFileCreate reads and checks the body; the error is an Invalid or
// nil.
func DecodeLegacyFileCreate(data []byte) (LegacyFileCreate, error) {
	var q LegacyFileCreate
	errs := decodeLoose(data, &q)
	if errs == nil && q.Name == "" {
		errs = Invalid{{Type: "missing", Loc: []any{"body", "name"}, Msg: "Field required"}}
	}
	return q, errs.orNil()
}

// DecodeLegacyFileFromURL reads and checks the body; the error is an Invalid or
// nil. What this server would not do is refused instead of ignored.
func DecodeLegacyFileFromURL(data []byte) (LegacyFileFromURL, error) {
	var q LegacyFileFromURL
	c := checker{errs: decodeLoose(data, &q)}
	if c.errs == nil && q.URL == "" {
		c.fail("missing", []any{"body", "url"}, "Field required")
	}
	for _, x := range []struct {
		name string
		set  bool
		why  string
	}{
		{"proxy_url", q.ProxyURL != "", "this server fetches addresses itself and allows no proxy"},
		{"request_headers", len(q.RequestHeaders) > 0, "this server sends no headers of others"},
		{"verify_ssl", q.VerifySSL != nil && !*q.VerifySSL, "certificates are always verified"},
		{"follow_redirects", q.FollowRedirects != nil && !*q.FollowRedirects, "redirects are always followed"},
	} {
		if x.set {
			c.value("%s", []any{x.why}, "body", x.name)
		}
	}
	return q, c.errs.orNil()
}

// decodeLoose is decodeStrict without complaints about unknown fields, which v1
// never made.
func decodeLoose(data []byte, v any) Invalid {
	errs := slices.DeleteFunc(decodeStrict(data, v), func(e FieldError) bool { return e.Type == "extra_forbidden" })
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// orNil keeps an empty list from becoming an error.
func (e Invalid) orNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}
