// Package storetest starts a real PostgreSQL server for tests, with a database
// for each of them. It knows nothing of what is in it.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named below
)

// startTime is how long a server may take to come up, initdb included.
const startTime = 60 * time.Second

// errNone means that PostgreSQL is not installed.
var errNone = errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")

// tempDir is remembered before tests change TMPDIR.
var tempDir = os.TempDir()

// server is the one of this test binary.
var server = sync.OnceValues(start)

// made counts the databases.
var made atomic.Int64

// Postgres returns the address of an empty database of the test's own, and skips
// the test where PostgreSQL is not installed.
func Postgres(t testing.TB) string {
	t.Helper()
	base, err := server()
	if errors.Is(err, errNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", base+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("test%d", made.Add(1))
	// The language sorts otherwise than bytes, as many installations do.
	_, err = db.ExecContext(t.Context(), `CREATE DATABASE `+name+` TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'`)
	if err != nil { // before version 15, or built without ICU
		_, err = db.ExecContext(t.Context(), `CREATE DATABASE `+name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return base + "/" + name
}

// script runs the server until its standard input is closed, which happens when
// the test binary ends, however it ends.
const script = `set -eu
dir=$1 bin=$2 port=$3
"$bin/initdb" -D "$dir/data" -U recto -A trust -E UTF8 --no-sync >"$dir/log" 2>&1
"$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
	-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300 >>"$dir/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server" || true
rm -rf "$dir"
`

// start starts the server and returns its address without a database.
func start() (string, error) {
	bin, err := programs()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(tempDir, "recto-postgres-")
	if err != nil {
		return "", err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(context.Background(), "sh", "-c", script, "sh", dir, bin, port)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests, which close the pipe by ending
	if os.Geteuid() == 0 {
		if err := asPostgres(cmd, dir); err != nil {
			return "", err
		}
	}
	if _, err := cmd.StdinPipe(); err != nil { // open as long as this process lives
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	go func() { _ = cmd.Wait() }() // it ends after this process; waiting keeps the pipe from being collected
	return waitFor("postgres://recto@"+addr, dir)
}

// waitFor returns the address once the server answers there.
func waitFor(address, dir string) (string, error) {
	db, err := sql.Open("pgx", address+"/postgres")
	if err != nil {
		return "", err
	}
	defer db.Close()
	for deadline := time.Now().Add(startTime); ; time.Sleep(20 * time.Millisecond) {
		if err = db.PingContext(context.Background()); err == nil {
			return address, nil
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			return "", fmt.Errorf("PostgreSQL does not start: %w\n%s", err, log)
		}
	}
}

// programs finds the folder of initdb and postgres. Debian keeps them out of PATH.
func programs() (string, error) {
	candidates, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	if file, err := exec.LookPath("postgres"); err == nil {
		candidates = append(candidates, filepath.Dir(file))
	}
	for i := len(candidates) - 1; i >= 0; i-- {
		_, noInit := os.Stat(filepath.Join(candidates[i], "initdb"))
		_, noServer := os.Stat(filepath.Join(candidates[i], "postgres"))
		if noInit == nil && noServer == nil {
			return candidates[i], nil
		}
	}
	return "", errNone
}

// asPostgres makes the command run as the user postgres: the server refuses to
// be root.
func asPostgres(cmd *exec.Cmd, dir string) error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("%w: there is no user postgres, and the server does not run as root", errNone)
	}
	uid, err := strconv.ParseUint(strings.TrimSpace(u.Uid), 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return err
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(dir, int(uid), int(gid))
}
