package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxAnswer is how much of an answer to a posted message is read, so that its
// connection can be used again; nobody looks at it.
const maxAnswer = 64 << 10

// Poster returns a guarded client for Post. It follows no redirect: a signed
// message is for the address it was signed for.
func Poster(o Options) *http.Client {
	c := Client(o)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// Post sends a message and returns the status of the answer, 0 when there was
// none. Any status but 2xx is ErrStatus. Errors do not repeat the address,
// which may hold a password.
func Post(ctx context.Context, c *http.Client, rawURL string, header http.Header, body []byte) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, rawURL, bytes.NewReader(body))
	if err != nil || checkURL(req.URL) != nil {
		return 0, ErrURL // the parser's own message repeats the address
	}
	req.Header = header
	resp, err := c.Do(req)
	if err != nil {
		return 0, explain(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // the status has come, which is all that counts
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return resp.StatusCode, fmt.Errorf("%w: it answered %s", ErrStatus, resp.Status)
	}
	return resp.StatusCode, nil
}

// Check tells early what a client would refuse without asking the name service:
// no web address, or the number of a host it may not reach. Names are looked up
// and checked with every request.
func Check(rawURL string, o Options) error {
	u, err := url.Parse(rawURL)
	if err != nil || checkURL(u) != nil {
		return ErrURL
	}
	if o.AllowPrivate {
		return nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		host = "127.0.0.1"
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return nil //nolint:nilerr // a name
	}
	port := map[string]uint16{"http": 80, "https": 443}[strings.ToLower(u.Scheme)]
	if p, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		port = uint16(p)
	}
	network := "tcp4"
	if addr.Is6() {
		network = "tcp6"
	}
	if err := guard(o.Allowed)(network, netip.AddrPortFrom(addr, port).String(), nil); err != nil {
		return ErrBlocked
	}
	return nil
}

// Answer is what a server said to a message.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most as many bytes as asked for
}

// Ask is Post for those who want to read the answer, whatever its status. One of
// more than maxBytes is ErrTooLarge. Errors do not repeat the address.
func Ask(ctx context.Context, c *http.Client, rawURL string, header http.Header, body []byte, maxBytes int64) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, rawURL, bytes.NewReader(body))
	if err != nil || checkURL(req.URL) != nil {
		return nil, ErrURL // the parser's own message repeats the address
	}
	req.Header = header
	resp, err := c.Do(req)
	if err != nil {
		return nil, explain(err)
	}
	defer resp.Body.Close()
	if resp.ContentLength > maxBytes {
		return nil, ErrTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxBytes+1))
	if err != nil {
		return nil, explain(err)
	}
	if int64(len(data)) > maxBytes {
		return nil, ErrTooLarge
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: data}, nil
}
