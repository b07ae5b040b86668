package fetch

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

var local = Limits{Options: Options{AllowPrivate: true}}

func TestGetBlocksWhatIsNotPublic(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("secret")) })
	for _, u := range []string{
		url, "http://localhost:" + url[strings.LastIndex(url, ":")+1:],
		"http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
		"http://10.0.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://[fd00::1]/",
		"http://8.8.8.8:25/",
	} {
		if _, data, err := Get(t.Context(), u, Limits{}); !errors.Is(err, ErrBlocked) {
			t.Errorf("Get(%s) = %q, %v, want ErrBlocked", u, data, err)
		}
	}
}

func TestGetAllows(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("fine")) })
	for _, o := range []Options{{AllowPrivate: true}, {Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}} {
		_, data, err := Get(t.Context(), url+"/a.pdf", Limits{Options: o})
		if err != nil || string(data) != "fine" {
			t.Errorf("Get with %+v = %q, %v, want fine", o, data, err)
		}
	}
}

func TestGetChecksRedirects(t *testing.T) {
	hidden := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("secret")) })
	door := server(t, func(w http.ResponseWriter, r *http.Request) {
		to := strings.Replace(hidden, "127.0.0.1", "127.0.0.2", 1)
		if r.URL.Path == "/file" {
			to = "file:///etc/passwd"
		}
		http.Redirect(w, r, to, http.StatusFound)
	})
	o := Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	if _, data, err := Get(t.Context(), door, Limits{Options: o}); !errors.Is(err, ErrBlocked) {
		t.Errorf("redirect to a blocked address: %q, %v, want ErrBlocked", data, err)
	}
	if _, data, err := Get(t.Context(), door+"/file", Limits{Options: o}); !errors.Is(err, ErrURL) {
		t.Errorf("redirect to a file: %q, %v, want ErrURL", data, err)
	}
}

func TestGetRefuses(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/stream":
			w.(http.Flusher).Flush() // no Content-Length
			_, _ = w.Write(make([]byte, 2000))
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			_, _ = w.Write(make([]byte, 1000))
		}
	})
	small := local
	small.MaxBytes = 1000
	if _, data, err := Get(t.Context(), url+"/x", small); err != nil || len(data) != 1000 {
		t.Errorf("exactly the limit: %d bytes, %v, want 1000 bytes", len(data), err)
	}
	small.MaxBytes = 999
	for path, want := range map[string]error{"/x": ErrTooLarge, "/stream": ErrTooLarge, "/missing": ErrStatus} {
		if _, _, err := Get(t.Context(), url+path, small); !errors.Is(err, want) {
			t.Errorf("Get(%s): %v, want %v", path, err, want)
		}
	}
	if _, _, err := Get(t.Context(), url+"/loop", local); err == nil {
		t.Error("endless redirects: no error")
	}
	for _, u := range []string{"", "ftp://example.com/x", "file:///etc/passwd", "http://", "://", "http://a b/"} {
		if _, _, err := Get(t.Context(), u, Limits{}); !errors.Is(err, ErrURL) {
			t.Errorf("Get(%q): %v, want ErrURL", u, err)
		}
	}
}

func TestFileName(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		w.Header().Set("Content-Disposition", r.URL.Query().Get("disposition"))
	})
	for _, c := range []struct{ path, want string }{
		{"/a/report.pdf", "report.pdf"},
		{"/a/report.pdf?x=y.doc", "report.pdf"},
		{"/", "document"},
		{"/?type=application/pdf", "document.pdf"},
		{"/pdf/2401.00001?type=application/pdf", "2401.00001"}, // content tells what it is
		{"/download?type=text/html%3B+charset=utf-8", "download.html"},
		{"/x?disposition=attachment%3B+filename=%22b.pdf%22", "b.pdf"},
		{"/x?disposition=attachment%3B+filename=%22../../etc/b.pdf%22", "b.pdf"},
		{`/x?disposition=attachment%3B+filename="C:\b.pdf"`, "b.pdf"},
		{"/x.pdf?disposition=attachment", "x.pdf"},
	} {
		got, _, err := Get(t.Context(), url+c.path, local)
		if err != nil || got != c.want {
			t.Errorf("name of %s = %q, %v, want %q", c.path, got, err, c.want)
		}
	}
}

func TestCleanName(t *testing.T) {
	for given, want := range map[string]string{
		"a.pdf": "a.pdf", "": "document", "\r\n": "document", "a\r\nSet-Cookie: b.pdf": "aSet-Cookie: b.pdf", "a\x00\u0085b.pdf": "ab.pdf", "\xff.pdf": ".pdf",
		strings.Repeat("é", 200) + ".pdf": strings.Repeat("é", 125) + ".pdf", "a." + strings.Repeat("x", 300): "a." + strings.Repeat("x", 253),
	} {
		if got := CleanName(given); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", given, got, want)
		}
	}
}
