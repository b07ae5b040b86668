package cachedir

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCompiled(t *testing.T) {
	base := t.TempDir()
	want := filepath.Join(base, "wasm")
	if got := Compiled(base); got != want {
		t.Errorf("Compiled(%q) = %q, want %q", base, got, want)
	}
	if _, err := os.Stat(want); err != nil {
		t.Errorf("the folder is not made: %v", err)
	}
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Compiled(file); got != "" {
		t.Errorf("Compiled(a file) = %q, want none", got)
	}
}
