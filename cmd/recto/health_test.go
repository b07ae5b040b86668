package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestHealth(t *testing.T) {
	addr := freeAddr(t)
	if err := (&HealthCmd{Addr: addr, Timeout: time.Second}).Run(); err == nil {
		t.Error("health says ok and there is no server")
	}
	startServer(t, addr, t.TempDir())
	cmd := program(t, "health")
	cmd.Env = append(cmd.Env, "RECTO_ADDR="+strings.Replace(addr, "127.0.0.1", "0.0.0.0", 1))
	if out, err := cmd.Output(); err != nil || string(out) != "ok\n" {
		t.Errorf("health = %q, %v, want ok", out, err)
	}
	if err := (&HealthCmd{Addr: freeAddr(t), MetricsAddr: addr, Timeout: 10 * time.Second}).Run(); err != nil {
		t.Errorf("health at the address of the metrics: %v", err)
	}
}

func TestReachable(t *testing.T) {
	for listen, want := range map[string]string{
		":80": "127.0.0.1:80", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "[::1]:80",
		"10.0.0.7:80": "10.0.0.7:80", "localhost:80": "localhost:80", "80": "",
	} {
		if got, err := reachable(listen); got != want || (err != nil) != (want == "") {
			t.Errorf("reachable(%q) = %q, %v, want %q", listen, got, err, want)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("RECTO_TEST_SECRET", "")
	t.Setenv("RECTO_TEST_SECRET_FILE", file)
	if err := readSecretFiles("RECTO_TEST_SECRET"); err == nil {
		t.Error("no error for a file that is missing")
	}
	for _, no := range []string{"", "\n", strings.Repeat("x", largestSecret+1)} {
		write(no)
		if err := readSecretFiles("RECTO_TEST_SECRET"); err == nil {
			t.Errorf("no error for a secret of %d bytes", len(no))
		}
	}
	write(" a b\r\n")
	if err := readSecretFiles("RECTO_TEST_SECRET"); err != nil || os.Getenv("RECTO_TEST_SECRET") != " a b" {
		t.Errorf("the secret is %q, %v", os.Getenv("RECTO_TEST_SECRET"), err)
	}
	if err := readSecretFiles("RECTO_TEST_SECRET"); err == nil {
		t.Error("no error for a value and a file")
	}
}

// TestInitialKey starts a server that other machines reach, which nobody made a
// key for: the one from the file opens it, and revoked it does not come back.
func TestInitialKey(t *testing.T) {
	addr, dir := freeAddr(t), t.TempDir()
	file := filepath.Join(dir, "key")
	const secret = "llx-0123456789abcdef0123456789abcdef"
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(addr, ":")
	start := func() (stop func()) {
		cmd := program(t, "serve", "--addr", "0.0.0.0:"+port, "--data-dir", dir)
		cmd.Env = append(cmd.Env, "RECTO_INITIAL_KEY_FILE="+file)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { kill(cmd) })
		eventually(t, func() bool {
			status, _ := ask(t, "GET", "http://"+addr+healthPath, "", nil)
			return status == 200
		})
		return func() { kill(cmd) }
	}
	jobs := func(key string) int {
		status, _ := ask(t, "GET", "http://"+addr+"/api/v2/parse", "", nil, "Authorization", "Bearer "+key)
		return status
	}
	stop := start()
	if got := jobs(secret); got != 200 {
		t.Errorf("with the key: %d", got)
	}
	if got := jobs(secret + "0"); got != 401 {
		t.Errorf("with another key: %d", got)
	}
	stop()
	for _, args := range [][]string{{"keys", "create", "other"}, {"keys", "revoke", secret[:10]}} {
		if out, err := program(t, append(args, "--data-dir", dir)...).Output(); err != nil {
			t.Fatalf("%s: %v: %s", args, err, out)
		}
	}
	start()
	if got := jobs(secret); got != 401 {
		t.Errorf("with the revoked key: %d", got)
	}
}

func TestInitialKeyIsChecked(t *testing.T) {
	for _, weak := range []string{"secret", "llx-short", "llx-0123456789abcdef0123456789abc ef", strings.Repeat("0", 40)} {
		cmd := program(t, "serve", "--addr", "0.0.0.0:0", "--data-dir", t.TempDir())
		cmd.Env = append(cmd.Env, "RECTO_INITIAL_KEY="+weak)
		var told strings.Builder
		cmd.Stderr = &told
		if err := cmd.Run(); err == nil || !strings.Contains(told.String(), "RECTO_INITIAL_KEY: a key is") || strings.Contains(told.String(), weak) {
			t.Errorf("serve with the key %q: %v, %s", weak, err, told.String())
		}
	}
}
