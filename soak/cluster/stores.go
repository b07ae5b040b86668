package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	s3User   = "recto"
	s3Secret = "recto-soak-secret"
	bucket   = "recto"
)

// freeAddr returns an address on loopback that nobody uses now.
func freeAddr() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// newPostgres makes a PostgreSQL server with its default settings: what it has
// acknowledged is on the disk.
func newPostgres(dir, log string) (*Member, string, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, "", err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, "", err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, "", err
	}
	m := &Member{
		Name: "postgres", Path: filepath.Join(bin, "postgres"), Log: log, Ready: "ready to accept connections",
		Args: []string{"-D", dir, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"},
	}
	if os.Geteuid() == 0 { // the server refuses to be root
		if m.user, err = postgresUser(); err != nil {
			return nil, "", err
		}
		if err := os.Chown(dir, int(m.user.Uid), int(m.user.Gid)); err != nil {
			return nil, "", err
		}
	}
	init := exec.CommandContext(context.Background(), filepath.Join(bin, "initdb"), "-D", dir, "-U", "recto", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	init.Dir, init.SysProcAttr = "/", bound(m.user)
	if out, err := init.CombinedOutput(); err != nil {
		return nil, "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	return m, "postgres://recto@" + addr + "/postgres", nil
}

// postgresPrograms finds the folder of initdb and postgres. Debian keeps them out of PATH.
func postgresPrograms() (string, error) {
	candidates, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	if file, err := exec.LookPath("initdb"); err == nil {
		candidates = append(candidates, filepath.Dir(file))
	}
	for i := len(candidates) - 1; i >= 0; i-- {
		_, noInit := os.Stat(filepath.Join(candidates[i], "initdb"))
		_, noServer := os.Stat(filepath.Join(candidates[i], "postgres"))
		if noInit == nil && noServer == nil {
			return candidates[i], nil
		}
	}
	return "", errors.New("PostgreSQL is not installed (make stores)")
}

func postgresUser() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// newS3 makes an S3 server whose buckets are folders of dir.
func newS3(dir, log string) (*Member, string, error) {
	path, err := exec.LookPath("versitygw")
	if err != nil {
		path = filepath.Join(".cache", "tools", "versitygw")
		if _, err := os.Stat(path); err != nil {
			return nil, "", errors.New("versitygw is not there (make s3)")
		}
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, "", err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, bucket), 0o700); err != nil {
		return nil, "", err
	}
	m := &Member{
		Name: "s3", Path: path, Log: log, Ready: addr[strings.LastIndex(addr, ":")+1:], // it says where it listens
		Args: []string{"--port", addr, "posix", dir}, Env: []string{"ROOT_ACCESS_KEY=" + s3User, "ROOT_SECRET_KEY=" + s3Secret},
	}
	return m, "s3://" + bucket + "?endpoint=" + url.QueryEscape("http://"+addr), nil
}
