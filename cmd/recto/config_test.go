package main

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// parseWith parses a command line under a settings file.
func parseWith(t *testing.T, file string, args ...string) (cli, error) {
	t.Helper()
	var c cli
	r, err := readSettings(strings.NewReader(file))
	if err != nil {
		return c, err
	}
	k, err := kong.New(&c, kong.Resolvers(r))
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Parse(args)
	return c, err
}

func TestSettingsFile(t *testing.T) {
	t.Setenv("RECTO_WORKERS", "7")
	const file = "serve:\n  workers: 3\n  addr: 0.0.0.0:9\n  no-auth: true\n  link-life: 2m\n  allow-source: [10.0.0.0/8, 127.0.0.0/8]\nkeys:\n  create:\n    admin: true\nworker:\n"
	c, err := parseWith(t, file, "serve", "--addr", "127.0.0.1:1")
	s := c.Serve
	if err != nil || s.Workers != 7 || s.Addr != "127.0.0.1:1" || !s.NoAuth || s.LinkLife != 2*time.Minute || len(s.AllowSource) != 2 {
		t.Errorf("serve has %d workers, %s, %v, %s, %v, %v", s.Workers, s.Addr, s.NoAuth, s.LinkLife, s.AllowSource, err)
	}
	if c, err = parseWith(t, file, "keys", "create"); err != nil || !c.Keys.Create.Admin {
		t.Errorf("keys create: admin = %v, %v", c.Keys.Create.Admin, err)
	}
	t.Setenv("RECTO_WORKERS", "0")
	if c, err = parseWith(t, "", "serve"); err != nil || c.Serve.LinkLife != time.Hour || c.Serve.Workers != runtime.GOMAXPROCS(0) {
		t.Errorf("an empty file: %s, %d workers, %v", c.Serve.LinkLife, c.Serve.Workers, err)
	}
}

func TestSettingsFileIsChecked(t *testing.T) {
	for file, want := range map[string]string{
		"serve:\n  adr: x\n":                 "serve: adr is no command or flag",
		"addr: x\n":                          "addr is no command or flag",
		"keys:\n  create:\n    admn: true\n": "keys: create: admn is no command or flag",
		"serve: 8080\n":                      "serve is a command",
		"serve: [\n":                         "read the settings file",
		"serve:\n  link-life: soon\n":        "link-life",
	} {
		if _, err := parseWith(t, file, "serve"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("settings %q: %v, want %q", file, err, want)
		}
	}
}
