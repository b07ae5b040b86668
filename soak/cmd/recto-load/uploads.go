package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"sync"
	"time"
)

// largeUploads measures the server's memory while many large files come in.
func (b *bench) largeUploads(ctx context.Context) error {
	workers := b.workers
	if b.wide {
		workers = 0
	}
	s, err := b.start(ctx, workers)
	if err != nil {
		return err
	}
	defer s.Close()
	c := newClient(s.URL)
	peaks := s.Watch()
	start := time.Now()
	var wg sync.WaitGroup
	errs := make([]error, b.uploads)
	took := make(times, b.uploads)
	for i := range b.uploads {
		wg.Go(func() { took[i], errs[i] = c.sendLarge(ctx, b.mbytes<<20, uint64(i)) }) //nolint:gosec // a small number
	}
	wg.Wait()
	p, all := peaks(), time.Since(start)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	row(fmt.Sprintf("%d uploads of %d MB at once", b.uploads, b.mbytes), "%.0f s, %.0f MB a second; one took %v to %v", all.Seconds(), float64(b.uploads*b.mbytes)/all.Seconds(), took.at(0), took.at(1))
	row("  peak memory of the server", "%d MB", p.Server>>20)
	b.want(p.Server < mostMemory, "the server took %d MB", p.Server>>20)
	return nil
}

// sendLarge uploads so many bytes of a PDF that is none.
func (c *client) sendLarge(ctx context.Context, size int, seed uint64) (time.Duration, error) {
	r, w := io.Pipe()
	m := multipart.NewWriter(w)
	go func() {
		part, err := m.CreateFormFile("file", "large.pdf")
		if err == nil {
			_, err = io.WriteString(part, "%PDF-1.7\n")
		}
		block := make([]byte, 64<<10)
		random := rand.NewChaCha8([32]byte{byte(seed)})
		_, _ = random.Read(block) // never fails
		for sent := 0; sent < size && err == nil; sent += len(block) {
			_, err = part.Write(block)
		}
		w.CloseWithError(errors.Join(err, m.WriteField("purpose", "parse"), m.Close()))
	}()
	return c.ask(ctx, "POST", "/api/v1/beta/files", m.FormDataContentType(), r, nil)
}
