package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// HealthCmd asks a running server or worker whether it is ready, for container
// engines: an image without a shell has nothing else to ask with.
type HealthCmd struct {
	Addr        string        `help:"Address the server listens on." default:"127.0.0.1:8080" env:"RECTO_ADDR"`
	MetricsAddr string        `help:"Address of its metrics, which is asked instead; the only one a worker has." env:"RECTO_METRICS_ADDR"`
	Timeout     time.Duration `help:"How long to wait for the answer." default:"4s"`
}

// healthPath answers 200 when requests can be served.
const healthPath = "/readyz"

// Run ends with an error unless the server answers 200.
func (c *HealthCmd) Run() error {
	addr, err := reachable(cmp.Or(c.MetricsAddr, c.Addr))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+healthPath, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{}} // no proxy of the environment
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10)) // only told
	if resp.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(resp.Status + ": " + string(body)))
	}
	_, err = fmt.Println("ok")
	return err
}

// reachable is the address at which this machine reaches a listener: one on all
// addresses is on loopback, too.
func reachable(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("an address is host:port: %w", err)
	}
	switch ip := net.ParseIP(host); {
	case host == "" || ip != nil && ip.Equal(net.IPv4zero):
		host = "127.0.0.1"
	case ip != nil && ip.Equal(net.IPv6unspecified):
		host = "::1"
	}
	return net.JoinHostPort(host, port), nil
}
