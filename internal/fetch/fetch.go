// Package fetch is the one way out: every HTTP request to an address that a
// user or a document gave goes through its client. The client reaches public
// addresses only, unless the operator says otherwise; it checks the address
// after name resolution, for redirects too, so that neither a clever name nor a
// clever server leads it into the local network.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"code.dny.dev/ssrf"
)

// What can go wrong besides the network itself.
var (
	ErrURL      = errors.New("not an address that starts with http:// or https://")
	ErrBlocked  = errors.New("address is not public and not allowed")
	ErrTooLarge = errors.New("answer is larger than allowed")
	ErrStatus   = errors.New("server refused")
	ErrSlow     = errors.New("server sends too slowly")
)

// Defaults of Options and Limits.
const (
	DefaultTimeout  = 60 * time.Second // whole request with its body
	DefaultMaxBytes = 512 << 20
)

const (
	dialTimeout  = 10 * time.Second
	maxRedirects = 5
	// slowest is how many bytes a second a server must send on average, and patience
	// how long it may send less: whoever drips holds a worker.
	slowest   = 10 << 10
	patience  = 30 * time.Second
	userAgent = "recto"
)

// ports are those a document may be fetched from; anything else on a public
// host is more likely a mail or database server to be tricked than a web page.
var ports = []uint16{80, 443, 8080, 8443}

// Options say how far a client may reach. The zero value reaches the public
// internet only.
type Options struct {
	AllowPrivate bool           // any address and port: loopback, local network, cloud metadata
	Allowed      []netip.Prefix // non-public networks that are fine nevertheless, on any port
	Timeout      time.Duration  // for the whole request; 0 means DefaultTimeout
	Patience     time.Duration  // with a server that sends nothing, or slowly; 0 for half a minute
}

// Client returns a guarded client. It never uses a proxy from the environment:
// behind one the guard would see the proxy's address only.
func Client(o Options) *http.Client {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	dialer := &net.Dialer{Timeout: dialTimeout}
	if !o.AllowPrivate {
		dialer.Control = guard(o.Allowed)
	}
	return &http.Client{
		Timeout: o.Timeout,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   dialTimeout,
			ResponseHeaderTimeout: o.Timeout,
			MaxIdleConns:          16,
			IdleConnTimeout:       time.Minute,
			ForceAttemptHTTP2:     true,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return checkURL(req.URL)
		},
	}
}

// Limits bound one download.
type Limits struct {
	Options
	MaxBytes int64 // 0 means DefaultMaxBytes
}

// Get downloads a document. The name is what the server or the address calls
// the file, never empty and without folders.
func Get(ctx context.Context, rawURL string, l Limits) (name string, data []byte, err error) {
	name, body, err := Open(ctx, rawURL, l)
	if err != nil {
		return "", nil, err
	}
	defer body.Close()
	data, err = io.ReadAll(body)
	if err != nil {
		return "", nil, fmt.Errorf("download %s: %w", redacted(rawURL), explain(err))
	}
	return name, data, nil
}

// Open is Get for those who do not want the whole document in memory. Reading
// past MaxBytes gives ErrTooLarge. The caller closes the body.
func Open(ctx context.Context, rawURL string, l Limits) (name string, body io.ReadCloser, err error) {
	if l.MaxBytes == 0 {
		l.MaxBytes = DefaultMaxBytes
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", nil, fmt.Errorf("download: %w", ErrURL) // the parser's own message repeats the address
	}
	if err := checkURL(u); err != nil {
		return "", nil, fmt.Errorf("download %s: %w", u.Redacted(), err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", nil, fmt.Errorf("download %s: %w", u.Redacted(), err)
	}
	req.Header.Set("User-Agent", userAgent)
	client := Client(l.Options)
	resp, err := client.Do(req) //nolint:bodyclose // the caller closes what it gets
	if err != nil {
		client.CloseIdleConnections()
		return "", nil, fmt.Errorf("download %s: %w", u.Redacted(), explain(err))
	}
	stream := newLimited(resp.Body, l, client)
	switch {
	case resp.StatusCode != http.StatusOK:
		err = fmt.Errorf("%w: it answered %s", ErrStatus, resp.Status)
	case resp.ContentLength > l.MaxBytes:
		err = ErrTooLarge
	}
	if err != nil {
		stream.Close()
		return "", nil, fmt.Errorf("download %s: %w", u.Redacted(), err)
	}
	return fileName(resp), stream, nil
}

// redacted is an address without its password.
func redacted(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "the document"
	}
	return u.Redacted()
}

// IsURL reports whether an argument is meant as an address and not as a file.
func IsURL(s string) bool {
	scheme, _, found := strings.Cut(s, "://")
	return found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

func checkURL(u *url.URL) error {
	if !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") || u.Host == "" {
		return ErrURL
	}
	return nil
}

// explain turns the guard's refusal and a transport's wrapping into what a
// person needs to know.
func explain(err error) error {
	if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
		return ErrBlocked
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err // the rest repeats method and address
	}
	return err
}

// fileName takes the name from the server's Content-Disposition or from the end
// of the address; a name without an extension gets that of the content type.
func fileName(resp *http.Response) string {
	name := ""
	if _, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		name = path.Base(strings.ReplaceAll(params["filename"], `\`, "/"))
	}
	if name == "" || name == "." || name == "/" {
		name = path.Base(resp.Request.URL.Path)
	}
	if name == "" || name == "." || name == "/" {
		name = "document"
	}
	name = CleanName(name)
	if path.Ext(name) != "" {
		return name
	}
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return name
	}
	return name + extensions[media]
}

// maxName is the longest name of a file that is taken from elsewhere, in bytes:
// what file systems allow.
const maxName = 255

// CleanName makes a name that somebody else gave fit for lists, headers and
// files: without control characters, valid, and not too long. Its extension stays.
func CleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if len(name) > maxName {
		ext := path.Ext(name)
		if len(ext) > maxName/8 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:maxName-len(ext)], "") + ext
	}
	if name == "" {
		return "document"
	}
	return name
}

// extensions of the content types whose files are told apart by name.
var extensions = map[string]string{
	"application/pdf": ".pdf",
	"text/html":       ".html",
	"text/csv":        ".csv",
	"text/markdown":   ".md",
	"text/plain":      ".txt",
}

// limited reads at most so many bytes and tells when there were more.
type limited struct {
	body     io.ReadCloser
	left     int64
	client   *http.Client
	begun    time.Time
	read     int64
	patience time.Duration
	stalled  *time.Timer // closes the body when nothing comes
	late     atomic.Bool // it did
}

func newLimited(body io.ReadCloser, l Limits, client *http.Client) *limited {
	s := &limited{body: body, left: l.MaxBytes, client: client, begun: time.Now(), patience: cmp.Or(l.Patience, patience)}
	s.stalled = time.AfterFunc(s.patience, func() { s.late.Store(true); _ = body.Close() })
	return s
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	l.stalled.Reset(l.patience)
	n, err := l.body.Read(p)
	l.stalled.Stop() // who reads may take its time
	l.left -= int64(n)
	l.read += int64(n)
	if took := time.Since(l.begun); l.late.Load() || err == nil && took > l.patience && float64(l.read) < slowest*took.Seconds() {
		return n, ErrSlow
	}
	if l.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}

func (l *limited) Close() error {
	l.stalled.Stop()
	err := l.body.Close()
	l.client.CloseIdleConnections()
	return err
}
