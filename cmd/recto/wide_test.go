package main

import (
	"strings"
	"testing"
)

// TestAloneIsRefused: a process that would not see what the others do says so.
func TestAloneIsRefused(t *testing.T) {
	for _, args := range [][]string{{"worker"}, {"serve", "--no-worker"}, {"worker", "--database", "postgres://x@127.0.0.1:1/x"}} {
		var said strings.Builder
		cmd := program(t, append(args, "--data-dir", t.TempDir())...)
		cmd.Stderr = &said
		if err := cmd.Run(); err == nil || !strings.Contains(said.String(), "--database") {
			t.Errorf("recto %v = %v, says %q", args, err, said.String())
		}
	}
}
