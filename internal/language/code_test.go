package language

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOfCode reads testdata: the folder is the language, "none" is for what is no
// code or too little of it.
func TestOfCode(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata: %v, %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(filepath.Base(f), ".txt")
		if want == "none" {
			want = ""
		}
		for _, source := range strings.Split(string(b), "\n====\n") {
			if got := OfCode(source); got != want {
				t.Errorf("OfCode(%s)\n= %q, want %q (%v)", source, got, want, evidence(strings.Split(source, "\n")))
			}
		}
	}
}

func TestShortOrOdd(t *testing.T) {
	for source, want := range map[string]string{
		"":                          "",
		"\n\n":                      "",
		"#!":                        "",
		"#!/usr/bin/env python3\nx": "python",
		"#!/bin/sh\nmake tide":      "bash",
		"#!/opt/tide/bin/gauge\nx":  "",
		"package tide\n\nfunc x(){": "",
	} {
		if got := OfCode(source); got != want {
			t.Errorf("OfCode(%q) = %q, want %q", source, got, want)
		}
	}
}
