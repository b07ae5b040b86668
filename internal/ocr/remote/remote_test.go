package remote

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"recto/internal/ocr"
	"recto/internal/ocr/tesseract"
)

// printed draws lines of text, black on nothing: a picture with transparency.
func printed(t *testing.T, lines ...string) *image.NRGBA {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 32, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, 900, 60*len(lines)+60))
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(40, 70+60*i)
		d.DrawString(l)
	}
	return img
}

func engineFor(t *testing.T, c Config) *Engine {
	t.Helper()
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func flat(r *ocr.Result) string {
	var lines []string
	for _, l := range r.Lines {
		var words []string
		for _, w := range l.Words {
			words = append(words, w.Text)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

// TestExampleServer runs the server of the documentation, with Tesseract behind
// it, and compares it with Tesseract itself.
func TestExampleServer(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	direct, err := tesseract.Find(t.Context())
	if err != nil {
		t.Skip(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(t.Context(), python, "../../../docs/ocr-server.py", addr)
	cmd.Env = append(os.Environ(), "RECTO_OCR_KEY=sesame")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })

	img := printed(t, "The miller took the longer road", "along the river bank that night.")
	o := ocr.Options{Languages: []string{"eng"}, Codes: []string{"en"}}
	e := engineFor(t, Config{URL: "http://" + addr + "/", Key: "sesame"})
	var got *ocr.Result
	for deadline := time.Now().Add(20 * time.Second); ; { // it asks again while the server starts
		if got, err = e.Recognize(t.Context(), img, o); err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := direct.Recognize(t.Context(), img, o)
	if err != nil {
		t.Fatal(err)
	}
	if flat(got) != flat(want) || flat(got) != "The miller took the longer road\nalong the river bank that night." {
		t.Errorf("over HTTP %q, directly %q", flat(got), flat(want))
	}
	a, b := got.Lines[1].Words[2], want.Lines[1].Words[2]
	if a.Box != b.Box || math.Abs(a.Confidence-b.Confidence) > 1e-3 {
		t.Errorf("over HTTP %+v, directly %+v", a, b)
	}
	_, err = engineFor(t, Config{URL: "http://" + addr + "/", Key: "wrong"}).Recognize(t.Context(), img, o)
	if err == nil || !strings.Contains(err.Error(), "401") || !strings.Contains(err.Error(), "RECTO_OCR_KEY") {
		t.Errorf("wrong key: %v", err)
	}
}

// serve answers with a function that gets the number of the request, from 1.
func serve(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(int(asked.Add(1)), w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

const oneWord = `{"words": [{"text": "word", "box": [1, 2, 30, 12], "confidence": 0.5}]}`

var small = image.NewGray(image.Rect(0, 0, 100, 50))

func TestRequest(t *testing.T) {
	url, _ := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		img, err := png.Decode(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		if c := color.GrayModel.Convert(img.At(0, 0)).(color.Gray); img.Bounds().Dx() != 100 || c.Y != 255 {
			t.Errorf("picture %v, corner %v, want white 100 wide", img.Bounds(), c)
		}
		got := fmt.Sprintf("%s %s %s %s", r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Authorization"))
		if want := "POST /read?fast=1&languages=de%2Cch_sim image/png Bearer k1"; got != want {
			t.Errorf("request %q, want %q", got, want)
		}
		_, _ = w.Write([]byte(oneWord))
	})
	clear := image.NewNRGBA(image.Rect(7, 7, 107, 57)) // transparent all over
	e := engineFor(t, Config{URL: url + "/read?fast=1", Key: "k1"})
	r, err := e.Recognize(t.Context(), clear, ocr.Options{Languages: []string{"deu"}, Codes: []string{"de", "ch_sim"}})
	if err != nil || flat(r) != "word" {
		t.Errorf("%v, %v", r, err)
	}
	use, missing := ocr.Choose(e, []string{"ch_sim", "sw"})
	if len(missing) != 0 || strings.Join(use, " ") != "chi_sim swa" {
		t.Errorf("Choose = %v, missing %v", use, missing)
	}
	host := strings.TrimPrefix(url, "http://")
	if strings.Contains(e.Name(), host) || e.Name() == engineFor(t, Config{URL: "http://other/"}).Name() {
		t.Errorf("name %q: it must tell servers apart and not say where they are", e.Name())
	}
}

func TestTriesAgain(t *testing.T) {
	url, asked := serve(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		switch n {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			_, _ = w.Write([]byte(oneWord))
		}
	})
	began := time.Now()
	r, err := engineFor(t, Config{URL: url}).Recognize(t.Context(), small, ocr.Options{})
	if err != nil || flat(r) != "word" || asked.Load() != 3 {
		t.Errorf("%v, %v after %d requests", r, err, asked.Load())
	}
	if took := time.Since(began); took < 1500*time.Millisecond {
		t.Errorf("three tries took %v, want pauses of 0.5 s and of the second that was asked for", took)
	}
}

func TestGivesUp(t *testing.T) {
	const key = "s3cret"
	for _, c := range []struct {
		name     string
		answer   http.HandlerFunc
		want     string
		requests int32
	}{
		{"refusal", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no \x1b[31mgood\nkey "+key, http.StatusForbidden)
		}, "it answered 403: no [31mgood key …; check RECTO_OCR_KEY", 1},
		{"wrong place", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusNotFound) }, "404; check the address", 1},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) }, "redirects are not followed", 1},
		{"busy for long", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, "503; the next try would come after the time for the picture", 1},
		{"crash", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "the next try would come after", 3},
		{"flood", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(maxAnswer+1))
		}, "larger than allowed", 1},
		{"endless flood", func(w http.ResponseWriter, _ *http.Request) {
			for range maxAnswer>>16 + 1 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, "larger than allowed", 1},
		{"silence", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "deadline", 1},
		{"not JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "docs/ocr.md", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url, asked := serve(t, func(_ int, w http.ResponseWriter, r *http.Request) {
				_, _ = r.Body.Read(make([]byte, 1<<20)) // the server sees the client go only when it has read
				c.answer(w, r)
			})
			_, err := engineFor(t, Config{URL: url, Key: key, Timeout: 2 * time.Second}).Recognize(t.Context(), small, ocr.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) || asked.Load() != c.requests {
				t.Errorf("%v after %d requests, want %q after %d", err, asked.Load(), c.want, c.requests)
			}
			if err != nil && (strings.Contains(err.Error(), key) || strings.Contains(err.Error(), url)) {
				t.Errorf("%v: it repeats the key or the address", err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for host, want := range map[string]string{l.Addr().String(): "no connection", "ocr.invalid": "name"} {
		_, err := engineFor(t, Config{URL: "http://" + host, Timeout: time.Second}).Recognize(t.Context(), small, ocr.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), host) {
			t.Errorf("%s: %v, want %q without the address", host, err, want)
		}
	}
}

func TestStops(t *testing.T) {
	url, asked := serve(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		_, _ = r.Body.Read(make([]byte, 1<<20))
		<-r.Context().Done()
	})
	e := engineFor(t, Config{URL: url, Parallel: 1})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	for range 2 { // the second waits for its turn
		go func() {
			_, err := e.Recognize(ctx, small, ocr.Options{})
			done <- err
		}()
	}
	for asked.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for range 2 {
		select {
		case err := <-done:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want that it was cancelled", err)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("still waiting for the server")
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d requests at once, want one", n)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []Config{{URL: ""}, {URL: "ftp://x/"}, {URL: "http://"}, {URL: "http://a b/"}, {URL: "http://x/", Key: "a\nb"}} {
		if e, err := New(c); err == nil {
			t.Errorf("New(%+v) = %v, want an error", c, e.Name())
		}
	}
	if _, err := New(Config{URL: "http://me:s3cret@ host/"}); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error holds the password: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for s, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-1": 0, "soon": 0, "99999999999999": 24 * time.Hour,
		"Sun, 01 Mar 2026 12:00:30 GMT": 30 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0, "999999999": 24 * time.Hour,
	} {
		if got := retryAfter(s, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", s, got, want)
		}
	}
}
