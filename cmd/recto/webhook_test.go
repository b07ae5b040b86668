package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
)

// TestKilledServerDeliversItsMessages kills the server while a receiver lets it
// wait for an answer.
func TestKilledServerDeliversItsMessages(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a retry")
	}
	var mu sync.Mutex
	var bodies []string
	waiting, release := make(chan struct{}), make(chan struct{})
	to := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		bodies = append(bodies, string(data))
		first := len(bodies) == 1
		mu.Unlock()
		if first {
			close(waiting)
			<-release
		}
	}))
	defer to.Close()
	defer close(release)

	addr, dir := freeAddr(t), t.TempDir()
	t.Setenv("RECTO_WEBHOOK_ALLOW", "127.0.0.0/8,::1/128")
	server := startServer(t, addr, dir)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "a.pdf")
	if err == nil {
		_, err = part.Write(manyPages(t, 1))
	}
	config := `{"tier":"fast","version":"latest","webhook_configurations":[{"webhook_url":"` + to.URL + `","webhook_signing_secret":"hush","webhook_events":["parse.success"]}]}`
	if err := errors.Join(err, w.WriteField("configuration", config), w.Close()); err != nil {
		t.Fatal(err)
	}
	status, body := ask(t, "POST", "http://"+addr+"/api/v2/parse/upload", w.FormDataContentType(), &form)
	var job struct{ ID string }
	if err := json.Unmarshal(body, &job); err != nil || job.ID == "" {
		t.Fatalf("create: %d %s, %v", status, body, err)
	}
	<-waiting
	kill(server)
	startServer(t, addr, dir)
	var log struct {
		Items []struct {
			Status   string
			Attempts int
		}
	}
	eventually(t, func() bool {
		_, body := ask(t, "GET", "http://"+addr+"/api/v2/parse/"+job.ID+"/webhook-deliveries", "", nil)
		if err := json.Unmarshal(body, &log); err != nil {
			t.Fatalf("deliveries: %s", body)
		}
		return len(log.Items) == 1 && log.Items[0].Status != "PENDING"
	})
	mu.Lock()
	defer mu.Unlock()
	if log.Items[0].Status != "DELIVERED" || log.Items[0].Attempts != 2 || len(bodies) != 2 || bodies[0] != bodies[1] {
		t.Errorf("after kill and restart %+v, received %q, want the same message twice", log.Items, bodies)
	}
	if data, err := os.ReadFile(dir + "/recto.db"); err != nil || bytes.Contains(data, []byte(`"hush"`)) {
		t.Errorf("the secret stays in the database, or %v", err)
	}
}
