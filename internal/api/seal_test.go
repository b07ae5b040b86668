package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/engine"
	"recto/internal/job"
	"recto/internal/seal"
)

// TestSecretsAreSealed sends secrets on every way there is, finds none in the
// files of the database, and wants all of them to work.
func TestSecretsAreSealed(t *testing.T) {
	type message struct{ signature, header, want string }
	got := make(chan message, 8)
	to := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mac := hmac.New(sha256.New, []byte("hush-signing"))
		mac.Write(body)
		got <- message{r.Header.Get("LC-Signature"), r.Header.Get("Authorization"), "sha256=" + hex.EncodeToString(mac.Sum(nil))}
	}))
	defer to.Close()
	box, err := seal.New("a key of sixteen or more")
	if err != nil {
		t.Fatal(err)
	}
	passwords := make(chan string, 8)
	dir := t.TempDir()
	b := start(t, settings{dir: dir, job: func(c *job.Config) { c.Seal = box }, parser: parserFunc(func(ctx context.Context, s engine.Source, o engine.Options) (*engine.Result, error) {
		passwords <- o.Password
		return onePage(ctx, s, o)
	})})
	hook := `{"webhook_url":"` + to.URL + `","webhook_signing_secret":"hush-signing","webhook_headers":{"Authorization":"Bearer hush-header"},"webhook_events":["parse.success"]}`
	saved := b.post(webhooks, hook).want(t, 201).json(t)
	if saved["webhook_headers"].(map[string]any)["Authorization"] != "Bearer hush-header" || saved["has_secret"] != true {
		t.Errorf("saved webhook = %v", saved)
	}
	id := saved["id"].(string)
	b.put(webhooks+"/"+id, `{"webhook_output_format":"json"}`).want(t, 200) // keeps the rest
	config := b.post(configurations, `{"name":"mine","parameters":{"product_type":"parse_v2","tier":"cost_effective","version":"latest",
		"input_options":{"pdf":{"password":"hush-password"}},"webhook_configurations":[`+hook+`]}}`).want(t, 201).json(t)["id"].(string)
	jobs := []string{
		b.parse(another(1), `,"input_options":{"pdf":{"password":"hush-password"}},"webhook_configurations":[`+hook+`],"webhook_configuration_ids":["`+id+`"]`),
		b.form("/api/v2/parse/upload", part{"file", "a.pdf", another(2)}, part{"configuration", "", `{"configuration_id":"` + config + `"}`}).want(t, 200).json(t)["id"].(string),
	}
	for _, id := range jobs {
		b.wait(id, "")
		if p := <-passwords; p != "hush-password" {
			t.Errorf("the engine gets the password %q", p)
		}
		if r := b.get("/api/v2/parse/"+id+"?expand=raw_parameters").want(t, 200); strings.Contains(string(r.body), "hush") || strings.Contains(string(r.body), "sealed1:") {
			t.Errorf("a job shows %s", r.body)
		}
	}
	for range 3 {
		if m := <-got; m.signature != m.want || m.header != "Bearer hush-header" {
			t.Errorf("message with %+v", m)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "recto.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := false
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(data), "sealed1:")
		for _, secret := range []string{"hush-signing", "hush-header", "hush-password"} {
			if strings.Contains(string(data), secret) {
				t.Errorf("%s holds %s in clear", filepath.Base(f), secret)
			}
		}
	}
	if !found {
		t.Error("nothing sealed is in the database: the test looks at the wrong place")
	}
}
