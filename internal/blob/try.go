package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"recto/internal/fetch"
)

// tryFolder is where Try writes; nothing else does.
const tryFolder = "probe/"

// Try says what is wrong with the bytes by using them: one is written, read, found
// by the link that clients would get, and deleted. Nothing stays.
func (s *Store) Try(ctx context.Context) (err error) {
	data, key := []byte(rand.Text()), tryFolder+strings.ToLower(rand.Text())
	if err := s.Write(ctx, key, data, Kind{ContentType: "text/plain"}); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	defer func() {
		if e := s.Delete(context.WithoutCancel(ctx), key); e != nil && err == nil {
			err = fmt.Errorf("delete: %w", e)
		}
		if s.dir != "" {
			_ = os.Remove(filepath.Join(s.dir, tryFolder)) // unless another tries just now
		}
	}()
	back, err := s.Read(ctx, key, int64(len(data)))
	if err == nil && !bytes.Equal(back, data) {
		err = errors.New("what comes back is not what was written")
	}
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	link, err := s.SignedURL(ctx, key, time.Minute)
	if err != nil {
		return fmt.Errorf("sign a link: %w", err)
	}
	if back, err = s.follow(ctx, link); err == nil && !bytes.Equal(back, data) {
		err = errors.New("it gives something else")
	}
	if err != nil {
		return fmt.Errorf("follow a signed link: %w", err)
	}
	if err := s.Delete(ctx, key); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	if _, err := s.Open(ctx, key); !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("delete: it is still there (%w)", err)
	}
	return nil
}

// follow gets what a signed link gives. One to us is checked as a request would
// be; one to the S3 server is asked for, at the address the operator named, which
// may be on an inner network.
func (s *Store) follow(ctx context.Context, link string) ([]byte, error) {
	if s.public == nil {
		u, err := url.Parse(link)
		if err != nil {
			return nil, err
		}
		key, err := s.SignedKey(ctx, u, "GET")
		if err != nil {
			return nil, err
		}
		return s.Read(ctx, key, 1<<10)
	}
	_, body, err := fetch.Open(ctx, link, fetch.Limits{Options: fetch.Options{AllowPrivate: true}, MaxBytes: 1 << 10})
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // without the link, which is good for a minute
		}
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}
