package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// writeScan makes a picture with dark bars in the places of lines: enough for a
// page that asks to be read.
func writeScan(t *testing.T) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 800, 600))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for y := 100; y < 500; y += 50 {
		for x := 100; x < 700; x += 14 {
			draw.Draw(img, image.Rect(x, y, x+9, y+18), image.NewUniform(color.Gray{}), image.Point{}, draw.Src)
		}
	}
	path := filepath.Join(t.TempDir(), "scan.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParseWithServer(t *testing.T) {
	const key = "s3cret"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+key {
			http.Error(w, "wrong key", http.StatusUnauthorized)
			return
		}
		if got := r.URL.Query().Get("languages"); got != "de,en" {
			http.Error(w, "languages: "+got, http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte(`{"lines": [{"text": "Read elsewhere in the house.", "box": [100, 100, 700, 120], "confidence": 0.95}]}`))
	}))
	t.Cleanup(s.Close)
	scan := writeScan(t)
	t.Setenv("RECTO_OCR", s.URL)
	t.Setenv("RECTO_OCR_KEY", key)
	if out, errs, code := parse(t, nil, "--lang", "de,en", scan); strings.Trim(out, "*\n") != "Read elsewhere in the house." || errs != "" || code != 0 {
		t.Errorf("with the key: %q, %q, exit %d", out, errs, code)
	}
	out, errs, code := parse(t, nil, "--ocr-key", "wr0ng", "--lang", "de", scan)
	if strings.TrimSpace(out) != "" || code != 0 || !strings.Contains(errs, "page 1: text recognition: the OCR server: it answered 401: wrong key; check RECTO_OCR_KEY") {
		t.Errorf("with a wrong key: %q, %q, exit %d", out, errs, code)
	}
	if strings.Contains(errs, "wr0ng") {
		t.Errorf("the key is told: %q", errs)
	}
	for _, wrong := range []string{"ftp://me:s3cret@x/", "tesserakt", "http://me:s3cret@"} {
		if _, errs, code := parse(t, nil, "--ocr", wrong, scan); code == 0 || !strings.Contains(errs, "--ocr") || strings.Contains(errs, "s3cret") {
			t.Errorf("--ocr %s: %q, exit %d", wrong, errs, code)
		}
	}
}

// TestParseAsksForNoEngine: to ask tesseract takes as long as to parse a letter,
// so it is not asked for documents that need none.
func TestParseAsksForNoEngine(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for tesseract is a shell script")
	}
	dir := t.TempDir()
	asked, letter := filepath.Join(dir, "asked"), filepath.Join(dir, "letter.pdf")
	script := "#!/bin/sh\necho \"$@\" >>'" + asked + "'\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "tesseract"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("RECTO_OCR", "auto")
	writePDF(t, letter, "", "Nothing to recognize here.")
	if out, errs, code := parse(t, nil, letter); out != "Nothing to recognize here.\n" || code != 0 {
		t.Fatalf("the letter: %q, %q, exit %d", out, errs, code)
	}
	if got, err := os.ReadFile(asked); err == nil {
		t.Errorf("the letter: tesseract was asked %q", got)
	}
	if _, errs, code := parse(t, nil, writeScan(t)); code != 0 {
		t.Fatalf("the scan: %q, exit %d", errs, code)
	}
	if got, err := os.ReadFile(asked); err != nil || string(got) != "--version\n" {
		t.Errorf("the scan: tesseract was asked %q, %v", got, err)
	}
}
