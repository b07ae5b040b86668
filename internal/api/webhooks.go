package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"recto/internal/fetch"
	"recto/internal/store"
	"recto/internal/wire"
)

// webhookRoutes are for saved webhooks and for what became of their messages.
var webhookRoutes = []route{
	{"POST", "/api/v1/beta/webhook-configs", (*Server).createWebhook, false, operation{
		id: "createWebhook", summary: "Save a webhook", body: wire.Webhook{}, status: 201, reply: wire.WebhookConfig{}, also: []int{409}}},
	{"GET", "/api/v1/beta/webhook-configs", (*Server).listWebhooks, false, operation{
		id: "listWebhooks", summary: "List webhooks, the newest first", reply: []wire.WebhookConfig{}}},
	{"GET", "/api/v2/webhook-configs", (*Server).listWebhooksV2, false, operation{
		id: "listWebhooksV2", summary: "List webhooks in pages, the newest first", query: []string{"include_total", "page_size", "page_token"}, reply: wire.WebhookConfigList{}}},
	{"GET", "/api/v1/beta/webhook-configs/{config_id}", (*Server).getWebhook, false, operation{
		id: "getWebhook", summary: "Get a webhook", reply: wire.WebhookConfig{}}},
	{"PUT", "/api/v1/beta/webhook-configs/{config_id}", (*Server).updateWebhook, false, operation{
		id: "updateWebhook", summary: "Change a webhook", body: wire.Webhook{}, reply: wire.WebhookConfig{}}},
	{"DELETE", "/api/v1/beta/webhook-configs/{config_id}", (*Server).deleteWebhook, false, operation{
		id: "deleteWebhook", summary: "Delete a webhook", status: 204}},
	{"GET", "/api/v1/beta/webhook-configs/{config_id}/deliveries", (*Server).listDeliveries, false, operation{
		id: "listDeliveries", summary: "List what was sent to a webhook, the newest first", query: []string{"page_size", "page_token"}, reply: wire.WebhookDeliveryList{}}},
	{"GET", "/api/v2/parse/{job_id}/webhook-deliveries", (*Server).listJobDeliveries, false, operation{
		id: "listJobDeliveries", summary: "List what was sent about a job, the newest first", query: []string{"page_size", "page_token"}, reply: wire.WebhookDeliveryList{}}},
}

// maxWebhooks bounds the saved webhooks of a project: one list has them all.
const maxWebhooks = 100

// webhookJSON is a webhook as clients see it. Its headers are opened.
func webhookJSON(h store.Webhook) wire.WebhookConfig {
	out := wire.WebhookConfig{
		ID: wire.ID(wire.WebhookPrefix, h.ID), TenantType: "project", TenantID: h.ProjectID, URL: h.URL, HasSecret: h.Secret != "",
		Headers: h.Headers, CreatedAt: wire.At(h.CreatedAt), UpdatedAt: wire.At(h.UpdatedAt),
	}
	if h.Events != nil {
		events := webhookRequest(h).Events
		out.Events = &events
	}
	if h.Format != "" {
		format := wire.WebhookFormat(h.Format)
		out.OutputFormat = &format
	}
	return out
}

// opened is a webhook with its secrets in clear.
func (s *Server) opened(h store.Webhook) (store.Webhook, error) {
	var err, more error
	h.Secret, err = s.Jobs.Seal.Open(h.Secret)
	h.Headers, more = s.Jobs.Seal.OpenAll(h.Headers)
	return h, cmp.Or(err, more)
}

// writeWebhook answers with a webhook.
func (s *Server) writeWebhook(w http.ResponseWriter, status int, h store.Webhook) error {
	h, err := s.opened(h)
	if err != nil {
		return err
	}
	return writeJSON(w, status, webhookJSON(h))
}

// webhookRequest is a webhook as if a client had just sent it.
func webhookRequest(h store.Webhook) wire.Webhook {
	q := wire.Webhook{URL: h.URL, SigningSecret: h.Secret, OutputFormat: wire.WebhookFormat(h.Format)}
	for _, e := range h.Events {
		q.Events = append(q.Events, wire.WebhookEvent(e))
	}
	if h.Headers != nil {
		q.Headers = map[string]any{}
		for name, value := range h.Headers {
			q.Headers[name] = value
		}
	}
	return q
}

// storedWebhook is what is stored of a webhook that is well formed.
func (s *Server) storedWebhook(q wire.Webhook) store.Webhook {
	seal := s.Jobs.Seal
	h := store.Webhook{URL: q.URL, Secret: seal.Seal(q.SigningSecret), Headers: seal.SealAll(q.HeaderTexts()), Format: string(q.OutputFormat)}
	for _, e := range q.Events {
		h.Events = append(h.Events, string(e))
	}
	return h
}

// checkReceiver refuses receivers that messages would never reach.
func (s *Server) checkReceiver(address string, loc ...any) wire.Invalid {
	if err := fetch.Check(address, s.Jobs.Webhooks); err != nil {
		return wire.Invalid{{Type: "value_error", Loc: append(loc, "webhook_url"), Input: address,
			Msg: fmt.Sprintf("Value error, %v: the server's operator can allow inner networks with RECTO_WEBHOOK_ALLOW", err)}}
	}
	return nil
}

func (s *Server) createWebhook(w http.ResponseWriter, r *http.Request) error {
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	q, err := wire.DecodeWebhook(data)
	if err != nil {
		return err
	}
	if invalid := s.checkReceiver(q.URL); invalid != nil {
		return invalid
	}
	n, err := s.Store.CountWebhooks(r.Context(), project(r))
	if err != nil {
		return err
	}
	if n >= maxWebhooks {
		return fault(http.StatusConflict, fmt.Sprintf("The project has %d webhooks, more are not kept: delete one first", n))
	}
	h := s.storedWebhook(q)
	h.ID, h.ProjectID = uuid.NewString(), project(r)
	if h, err = s.Store.AddWebhook(r.Context(), h); err != nil {
		return err
	}
	return s.writeWebhook(w, http.StatusCreated, h)
}

// findWebhook returns the webhook the path names.
func (s *Server) findWebhook(r *http.Request) (store.Webhook, error) {
	id, ok := wire.ParseID(wire.WebhookPrefix, r.PathValue("config_id"))
	if !ok {
		return store.Webhook{}, notFound("Webhook configuration")
	}
	h, err := s.Store.Webhook(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) || err == nil && h.ProjectID != project(r) {
		return store.Webhook{}, notFound("Webhook configuration")
	}
	return h, err
}

func (s *Server) getWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := s.findWebhook(r)
	if err != nil {
		return err
	}
	return s.writeWebhook(w, http.StatusOK, h)
}

func (s *Server) listWebhooks(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Store.Webhooks(r.Context(), store.WebhookFilter{Project: project(r)})
	if err != nil {
		return err
	}
	out := make([]wire.WebhookConfig, len(list))
	for i, h := range list {
		if h, err = s.opened(h); err != nil {
			return err
		}
		out[i] = webhookJSON(h)
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) listWebhooksV2(w http.ResponseWriter, r *http.Request) error {
	size, err := pageSize(r)
	if err != nil {
		return err
	}
	total, err := boolParam(r, "include_total")
	if err != nil {
		return err
	}
	f := store.WebhookFilter{Project: project(r), Limit: size + 1} // one more tells whether there is a next page
	if f.After, err = pageToken(r.URL.Query().Get("page_token"), ""); err != nil {
		return err
	}
	list, err := s.Store.Webhooks(r.Context(), f)
	if err != nil {
		return err
	}
	out := wire.WebhookConfigList{Items: []wire.WebhookConfig{}}
	if total {
		n, err := s.Store.CountWebhooks(r.Context(), f.Project)
		if err != nil {
			return err
		}
		out.TotalSize = &n
	}
	if len(list) > size {
		list = list[:size]
		out.NextPageToken = page{Cursor: store.CursorAfterWebhook(list[size-1])}.token()
	}
	for _, h := range list {
		if h, err = s.opened(h); err != nil {
			return err
		}
		out.Items = append(out.Items, webhookJSON(h))
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) updateWebhook(w http.ResponseWriter, r *http.Request) error {
	before, err := s.findWebhook(r)
	if err == nil {
		before, err = s.opened(before)
	}
	if err != nil {
		return err
	}
	data, err := readBody(w, r)
	if err != nil {
		return err
	}
	q, err := wire.DecodeWebhookChange(data, webhookRequest(before))
	if err != nil {
		return err
	}
	if invalid := s.checkReceiver(q.URL); invalid != nil {
		return invalid
	}
	h := s.storedWebhook(q)
	h.ID, h.ProjectID = before.ID, before.ProjectID
	if h, err = s.Store.UpdateWebhook(r.Context(), h); errors.Is(err, store.ErrNotFound) {
		return notFound("Webhook configuration")
	}
	if err != nil {
		return err
	}
	return s.writeWebhook(w, http.StatusOK, h)
}

func (s *Server) deleteWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := s.findWebhook(r)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteWebhook(r.Context(), h.ProjectID, h.ID); errors.Is(err, store.ErrNotFound) {
		return notFound("Webhook configuration")
	} else if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) listDeliveries(w http.ResponseWriter, r *http.Request) error {
	h, err := s.findWebhook(r)
	if err != nil {
		return err
	}
	return s.writeDeliveries(w, r, store.DeliveryFilter{Webhook: h.ID})
}

func (s *Server) listJobDeliveries(w http.ResponseWriter, r *http.Request) error {
	j, err := s.findJob(r)
	if err != nil {
		return err
	}
	return s.writeDeliveries(w, r, store.DeliveryFilter{Job: j.ID})
}

func (s *Server) writeDeliveries(w http.ResponseWriter, r *http.Request, f store.DeliveryFilter) error {
	size, err := pageSize(r)
	if err != nil {
		return err
	}
	f.Project, f.Limit = project(r), size+1 // one more tells whether there is a next page
	if f.After, err = pageToken(r.URL.Query().Get("page_token"), ""); err != nil {
		return err
	}
	list, err := s.Store.Deliveries(r.Context(), f)
	if err != nil {
		return err
	}
	out := wire.WebhookDeliveryList{Items: []wire.WebhookDelivery{}}
	if len(list) > size {
		list = list[:size]
		out.NextPageToken = page{Cursor: store.CursorAfterDelivery(list[size-1])}.token()
	}
	for _, d := range list {
		out.Items = append(out.Items, deliveryJSON(d))
	}
	return writeJSON(w, http.StatusOK, out)
}

// deliveryJSON is a delivery as clients see it.
func deliveryJSON(d store.Delivery) wire.WebhookDelivery {
	out := wire.WebhookDelivery{
		ID: d.ID, EventID: d.EventID, EventType: wire.WebhookEvent(d.Event), JobID: wire.ID(wire.JobPrefix, d.JobID),
		Status: wire.DeliveryStatus(d.Status), Attempts: d.Attempts, Error: optional(d.Error),
		CreatedAt: wire.At(d.CreatedAt), UpdatedAt: wire.At(d.UpdatedAt), FinishedAt: wire.At(d.FinishedAt),
	}
	if u, err := url.Parse(d.URL); err == nil {
		out.URL = u.Redacted()
	}
	if d.WebhookID != "" {
		out.WebhookConfigID = optional(wire.ID(wire.WebhookPrefix, d.WebhookID))
	}
	if d.HTTPStatus != 0 {
		out.HTTPStatus = &d.HTTPStatus
	}
	return out
}

// jobWebhooks collects who is told about a job, those the request names by id
// first.
func (s *Server) jobWebhooks(ctx context.Context, project string, req wire.ParseRequest) ([]store.Webhook, error) {
	var list []store.Webhook
	for _, name := range req.WebhookConfigurationIDs {
		missing := fault(http.StatusNotFound, "Webhook configuration not found")
		id, ok := wire.ParseID(wire.WebhookPrefix, name)
		if !ok {
			return nil, missing
		}
		if slices.ContainsFunc(list, func(h store.Webhook) bool { return h.ID == id }) {
			continue
		}
		h, err := s.Store.Webhook(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, missing
		case err != nil:
			return nil, err
		case h.ProjectID != project:
			return nil, fault(http.StatusForbidden, "Access denied to this webhook configuration")
		}
		list = append(list, h)
	}
	var invalid wire.Invalid
	for i, q := range req.WebhookConfigurations {
		invalid = append(invalid, s.checkReceiver(q.URL, "webhook_configurations", i)...)
		list = append(list, s.storedWebhook(q))
	}
	if invalid != nil {
		return nil, invalid
	}
	return list, nil
}

// hideSecrets removes from a request what only the delivery of its messages
// needs. What is stored of it can be asked for by clients.
func hideSecrets(req *wire.ParseRequest) {
	req.WebhookConfigurations = slices.Clone(req.WebhookConfigurations)
	for i := range req.WebhookConfigurations {
		h := &req.WebhookConfigurations[i]
		if h.SigningSecret != "" {
			h.SigningSecret = hidden
		}
		headers := map[string]any{}
		for name := range h.Headers {
			headers[name] = hidden
		}
		h.Headers = headers
	}
}
