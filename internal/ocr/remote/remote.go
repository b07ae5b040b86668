// Package remote recognizes text with a server of the operator's own, spoken to
// over HTTP: docs/ocr.md describes request and answer. The server is trusted
// with the pictures and with nothing else: what it answers is checked before it
// is believed. Its address comes from the operator's settings only, so it may be
// a private one; it never comes from a request.
package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"image"
	"image/draw"
	"image/png"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"recto/internal/fetch"
	"recto/internal/ocr"
)

const (
	// DefaultParallel is how many pictures a server gets at once.
	DefaultParallel = 4
	// DefaultTimeout bounds one picture with all its tries.
	DefaultTimeout = 2 * time.Minute
	// maxAnswer is far above the densest page, of about 1 MB.
	maxAnswer = 32 << 20
	// maxTries of one picture, the first included.
	maxTries = 4
	// firstPause before the second try; it doubles with each.
	firstPause = 500 * time.Millisecond
	// shownAnswer is how much of a refusal is repeated to the operator.
	shownAnswer = 200
)

// Config says where the server is.
type Config struct {
	URL      string        // http or https, with a query of its own if it wants one
	Key      string        // sent as a bearer token; "" for none
	Parallel int           // pictures at once; 0 for DefaultParallel
	Timeout  time.Duration // for one picture; 0 for DefaultTimeout
}

// Engine is a server that recognizes text.
type Engine struct {
	url     *url.URL
	key     string
	name    string
	timeout time.Duration
	client  *http.Client
	slots   chan struct{}
}

// New returns the engine at an address. It does not ask whether the server is
// there: that may start later, and every picture tells.
func New(c Config) (*Engine, error) {
	u, err := url.Parse(c.URL)
	if err != nil || !fetch.IsURL(c.URL) || u.Hostname() == "" {
		return nil, fmt.Errorf("the address of the OCR server: %w", fetch.ErrURL) // the parser's own message repeats the address
	}
	if strings.IndexFunc(c.Key, unicode.IsControl) >= 0 {
		return nil, errors.New("the key of the OCR server holds a line end or another control character: give it without")
	}
	e := &Engine{url: u, key: c.Key, timeout: c.Timeout, slots: make(chan struct{}, max(c.Parallel, 0))}
	if c.Parallel <= 0 {
		e.slots = make(chan struct{}, DefaultParallel)
	}
	if e.timeout <= 0 {
		e.timeout = DefaultTimeout
	}
	// Clients of the API see the name, so it tells servers apart without saying
	// where they are.
	bare := *u
	bare.User = nil
	h := fnv.New32a()
	_, _ = h.Write([]byte(bare.String()))
	e.name = fmt.Sprintf("ocr server %08x", h.Sum32())
	// The context ends a request; the client's own limit is behind it.
	e.client = fetch.Poster(fetch.Options{AllowPrivate: true, Timeout: e.timeout + time.Minute})
	return e, nil
}

// Name tells servers apart; it does not give the address away.
func (e *Engine) Name() string { return e.name }

// Host says for the operator where the server is, without password and path.
func (e *Engine) Host() string { return e.url.Host }

// Languages lists all packs: what was asked for is passed on, and the server
// knows what it can read.
func (e *Engine) Languages() []string { return ocr.Packs() }

// Recognize sends one picture and checks the answer. A server that is busy or
// starting is asked again until the time for the picture is over.
func (e *Engine) Recognize(ctx context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return nil, e.explain(context.Cause(ctx))
	}
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	picture, err := encode(img)
	if err != nil {
		return nil, fmt.Errorf("picture for the OCR server: %w", err)
	}
	answer, err := e.ask(ctx, picture, o.Codes)
	if err != nil {
		return nil, e.explain(err)
	}
	r, err := read(answer, img.Bounds().Size())
	if err != nil {
		return nil, fmt.Errorf("the OCR server's answer: %w", err)
	}
	return r, nil
}

// ask sends the picture until there is an answer with words, a refusal that
// another try does not change, or no time left.
func (e *Engine) ask(ctx context.Context, picture []byte, codes []string) ([]byte, error) {
	to := *e.url
	if len(codes) > 0 {
		q := to.Query()
		q.Set("languages", strings.Join(codes, ","))
		to.RawQuery = q.Encode()
	}
	pause := firstPause
	for try := 1; ; try++ {
		a, err := fetch.Ask(ctx, e.client, to.String(), e.header(), picture, maxAnswer)
		wait := pause
		switch {
		case err != nil:
			if ctx.Err() != nil || errors.Is(err, fetch.ErrTooLarge) {
				return nil, cause(ctx, err)
			}
		case a.Status == http.StatusOK:
			return a.Body, nil
		default:
			err = e.refusal(a)
			if !passing(a.Status) {
				return nil, err
			}
			wait = max(wait, retryAfter(a.Header.Get("Retry-After"), time.Now()))
		}
		if try == maxTries {
			return nil, fmt.Errorf("%w (%d tries)", err, try)
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
			return nil, fmt.Errorf("%w; the next try would come after the time for the picture", err)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, cause(ctx, err)
		}
		pause *= 2
	}
}

func (e *Engine) header() http.Header {
	h := http.Header{"Content-Type": {"image/png"}, "Accept": {"application/json"}, "User-Agent": {"recto"}}
	if e.key != "" {
		h.Set("Authorization", "Bearer "+e.key)
	}
	return h
}

// passing reports whether a status says that it will be better soon.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter reads the header of that name: seconds or a date. What it does not
// understand is 0.
func retryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, int(24*time.Hour/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// refusal says what the server answered and what to do about it.
func (e *Engine) refusal(a *fetch.Answer) error {
	said := printable(string(a.Body[:min(len(a.Body), shownAnswer)]))
	if said != "" {
		said = ": " + said
	}
	advice := ""
	switch {
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		advice = "; check RECTO_OCR_KEY"
	case a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed:
		advice = "; check the address, which must take a POST"
	case a.Status >= 300 && a.Status < 400:
		advice = "; redirects are not followed, give the address it leads to"
	}
	return fmt.Errorf("it answered %d%s%s", a.Status, said, advice)
}

// explain says whose error it is, and keeps key and address out of it: clients
// of the API read it among the warnings.
func (e *Engine) explain(err error) error {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("the OCR server: its name cannot be resolved: " + dns.Err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("the OCR server: no connection: %w", op.Err)
	}
	text := err.Error()
	if e.key == "" || !strings.Contains(text, e.key) {
		return fmt.Errorf("the OCR server: %w", err)
	}
	return errors.New("the OCR server: " + strings.ReplaceAll(text, e.key, "…"))
}

// cause prefers the reason why the time is over to what it led to.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

// printable makes one line of what a server says.
func printable(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)), " ")
}

// encode writes the picture as PNG, without loss and without transparency, which
// some decoders make black.
func encode(img image.Image) ([]byte, error) {
	if o, ok := img.(interface{ Opaque() bool }); !ok || !o.Opaque() {
		flat := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
		draw.Draw(flat, flat.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(flat, flat.Rect, img, img.Bounds().Min, draw.Over)
		img = flat
	}
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	return b.Bytes(), err
}
