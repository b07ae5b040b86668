package wire

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Webhook is where and how to tell about the job's progress.
type Webhook struct {
	URL           string         `json:"webhook_url,omitempty" pattern:"^https?:"`
	Headers       map[string]any `json:"webhook_headers,omitempty"`
	SigningSecret string         `json:"webhook_signing_secret,omitempty"`
	Events        []WebhookEvent `json:"webhook_events,omitempty"`
	OutputFormat  WebhookFormat  `json:"webhook_output_format,omitempty"`
}

// WebhookEvent is a turn in a job's life.
type WebhookEvent string

// The events of parse jobs.
const (
	ParsePending        WebhookEvent = "parse.pending"
	ParseRunning        WebhookEvent = "parse.running"
	ParseSuccess        WebhookEvent = "parse.success"
	ParseError          WebhookEvent = "parse.error"
	ParsePartialSuccess WebhookEvent = "parse.partial_success"
	ParseCancelled      WebhookEvent = "parse.cancelled"
)

// Allowed lists the events upstream has. Those of other products never happen
// here, but a webhook may ask for them.
func (WebhookEvent) Allowed() []string {
	return []string{
		"parse.pending", "parse.running", "parse.success", "parse.error", "parse.partial_success", "parse.cancelled",
		"extract.pending", "extract.success", "extract.error", "extract.partial_success", "extract.cancelled",
		"classify.pending", "classify.running", "classify.success", "classify.error", "classify.partial_success", "classify.cancelled",
		"sheets.pending", "sheets.success", "sheets.error", "sheets.partial_success", "sheets.cancelled",
		"split.pending", "split.processing", "split.success", "split.error", "split.cancelled",
		"batch.pending", "batch.running", "batch.success", "batch.error", "batch.cancelled",
		"verify.pending", "verify.running", "verify.success", "verify.error", "verify.cancelled", "unmapped_event",
	}
}

// WebhookFormat says whether the body is JSON or JSON within a string.
type WebhookFormat string

// The formats; none means the string.
const (
	FormatString WebhookFormat = "string"
	FormatJSON   WebhookFormat = "json"
	// FormatResult is the whole result in the shape of v1. Nobody can ask for it
	// by name: it is what webhook_url of v1 means.
	FormatResult WebhookFormat = "result"
)

// Allowed lists the formats.
func (WebhookFormat) Allowed() []string { return []string{string(FormatString), string(FormatJSON)} }

// WebhookPrefix begins the ids of saved webhooks.
const WebhookPrefix = "whc-"

// WebhookConfig is a saved webhook as clients see it, without its secret.
type WebhookConfig struct {
	ID           string            `json:"id"`
	TenantType   string            `json:"tenant_type"` // always "project"
	TenantID     string            `json:"tenant_id"`
	URL          string            `json:"webhook_url"`
	HasSecret    bool              `json:"has_secret"`
	Headers      map[string]string `json:"webhook_headers"`
	Events       *[]WebhookEvent   `json:"webhook_events"`
	OutputFormat *WebhookFormat    `json:"webhook_output_format"`
	CreatedAt    *Time             `json:"created_at"`
	UpdatedAt    *Time             `json:"updated_at"`
}

// WebhookConfigList is a page of saved webhooks.
type WebhookConfigList struct {
	Items         []WebhookConfig `json:"items"`
	NextPageToken *string         `json:"next_page_token"`
	TotalSize     *int            `json:"total_size"`
}

// WebhookMessage is what a receiver gets.
type WebhookMessage struct {
	EventID   string       `json:"event_id"`
	EventType WebhookEvent `json:"event_type"`
	Timestamp float64      `json:"timestamp"` // seconds since 1970
	Data      WebhookData  `json:"data"`
}

// WebhookData names the job an event is about, twice, as upstream does.
type WebhookData struct {
	ID    string `json:"id"`
	JobID string `json:"job_id"`
}

// WebhookDelivery is an event on its way to a receiver.
type WebhookDelivery struct {
	ID              string         `json:"id"`
	EventID         string         `json:"event_id"`
	EventType       WebhookEvent   `json:"event_type"`
	JobID           string         `json:"job_id"`
	WebhookConfigID *string        `json:"webhook_config_id"`
	URL             string         `json:"webhook_url"`
	Status          DeliveryStatus `json:"status"`
	Attempts        int64          `json:"attempts"`
	HTTPStatus      *int64         `json:"http_status"`
	Error           *string        `json:"error"`
	CreatedAt       *Time          `json:"created_at"`
	UpdatedAt       *Time          `json:"updated_at"`
	FinishedAt      *Time          `json:"finished_at"`
}

// DeliveryStatus is where a delivery stands.
type DeliveryStatus string

// Allowed lists the states.
func (DeliveryStatus) Allowed() []string { return []string{"PENDING", "DELIVERED", "FAILED"} }

// WebhookDeliveryList is a page of deliveries.
type WebhookDeliveryList struct {
	Items         []WebhookDelivery `json:"items"`
	NextPageToken *string           `json:"next_page_token"`
	TotalSize     *int              `json:"total_size"`
}

// DecodeWebhook reads the body that creates a webhook; the error is an Invalid
// or nil.
func DecodeWebhook(data []byte) (Webhook, error) {
	h, _, err := decodeWebhook(data, Webhook{})
	return h, err
}

// DecodeWebhookChange reads a change of the webhook before. What is left out
// stays, what is null is taken away.
func DecodeWebhookChange(data []byte, before Webhook) (Webhook, error) {
	h, given, err := decodeWebhook(data, before)
	if err != nil {
		return h, err
	}
	if !given["webhook_signing_secret"] {
		h.SigningSecret = before.SigningSecret
	}
	if !given["webhook_headers"] {
		h.Headers = before.Headers
	}
	if !given["webhook_events"] {
		h.Events = before.Events
	}
	if !given["webhook_output_format"] {
		h.OutputFormat = before.OutputFormat
	}
	return h, nil
}

func decodeWebhook(data []byte, before Webhook) (h Webhook, given map[string]bool, err error) {
	c := checker{errs: decodeStrict(data, &h)}
	if len(c.errs) == 1 && (c.errs[0].Type == "json_invalid" || len(c.errs[0].Loc) == 0) {
		return h, nil, c.errs
	}
	fields, err := object(data)
	if err != nil {
		return h, nil, err
	}
	given = map[string]bool{}
	for k := range fields {
		given[k] = true
	}
	if h.URL == "" && fields["webhook_url"] == nil {
		h.URL = before.URL
	}
	c.webhook(h)
	if len(c.errs) > 0 {
		return h, nil, c.errs
	}
	return h, given, nil
}

// Limits on a webhook.
const (
	maxWebhookURL    = 2048
	maxWebhookSecret = 1024
	maxHeaders       = 32
	maxHeaderName    = 128
	maxHeaderValue   = 4096
)

// ownHeaders are those a webhook may not set: they frame the message or vouch
// for it.
var ownHeaders = []string{
	"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
	"proxy-authorization", "proxy-connection", "lc-signature", "x-webhook-event-id", "x-webhook-event-type",
}

func (c *checker) webhook(h Webhook, loc ...any) {
	at := func(name ...any) []any { return append(slices.Clone(loc), name...) }
	switch u, err := url.Parse(h.URL); {
	case h.URL == "":
		c.fail("missing", at("webhook_url"), "Field required")
	case len(h.URL) > maxWebhookURL:
		c.fail("string_too_long", at("webhook_url"), "String should have at most %d characters", maxWebhookURL)
	case err != nil || u.Host == "":
		c.fail("url_parsing", at("webhook_url"), "Input should be a valid URL")
	}
	if len(h.SigningSecret) > maxWebhookSecret {
		c.fail("string_too_long", at("webhook_signing_secret"), "String should have at most %d characters", maxWebhookSecret)
	}
	if h.Events != nil && len(h.Events) == 0 {
		c.fail("value_error", at("webhook_events"), "Value error, name at least one event, or leave the list out for all")
	}
	if len(h.Headers) > maxHeaders {
		c.fail("too_long", at("webhook_headers"), "Dictionary should have at most %d items after validation, not %d", maxHeaders, len(h.Headers))
		return
	}
	for _, name := range sortedKeys(h.Headers) {
		value, ok := headerText(h.Headers[name])
		switch {
		case len(name) > maxHeaderName || !httpguts.ValidHeaderFieldName(name):
			c.fail("value_error", at("webhook_headers", name), "Value error, not a name of an HTTP header")
		case slices.Contains(ownHeaders, strings.ToLower(name)):
			c.fail("value_error", at("webhook_headers", name), "Value error, this header is set by the server")
		case !ok:
			c.fail("string_type", at("webhook_headers", name), "Input should be a valid string")
		case len(value) > maxHeaderValue || !httpguts.ValidHeaderFieldValue(value):
			c.fail("value_error", at("webhook_headers", name), "Value error, not a value of an HTTP header: one line of at most %d bytes", maxHeaderValue)
		}
	}
}

// headerText writes a value as a header; numbers and booleans are as good as
// strings.
func headerText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number, bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

// HeaderTexts returns the headers as they are sent.
func (h Webhook) HeaderTexts() map[string]string {
	if len(h.Headers) == 0 {
		return nil
	}
	out := map[string]string{}
	for name, v := range h.Headers {
		out[name], _ = headerText(v)
	}
	return out
}
