package job

import (
	"context"
	"os"
	"sync"
	"time"
)

const (
	// shelfTime is how long a document that is read in parts stays open after a part
	// of it: a bucket would have to send it again for the next.
	shelfTime = 30 * time.Second
	// shelfSize is how many such documents are kept that nobody reads just now.
	shelfSize = 4
)

// shelf keeps documents open that are soon needed again. They are read at
// positions, by several at once.
type shelf struct {
	mu    sync.Mutex
	books map[string]*book
}

// book is a document on the shelf.
type book struct {
	opened  chan struct{} // closed when file or err is set
	file    *os.File
	err     error
	readers int
	timer   *time.Timer // takes it off, when nobody reads it
}

// get returns the document of a key, which open opens when it is not there yet.
func (s *shelf) get(ctx context.Context, key string, open func(context.Context, string) (*os.File, error)) (*os.File, func(), error) {
	s.mu.Lock()
	b, there := s.books[key]
	if !there {
		b = &book{opened: make(chan struct{})}
		if s.books == nil {
			s.books = map[string]*book{}
		}
		s.books[key] = b
	}
	b.readers++
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
	}
	s.mu.Unlock()
	if !there {
		b.file, b.err = open(ctx, key)
		close(b.opened)
	}
	select {
	case <-b.opened:
	case <-ctx.Done():
		s.put(key, b)
		return nil, nil, ctx.Err()
	}
	if b.err != nil {
		s.put(key, b)
		return nil, nil, b.err
	}
	return b.file, sync.OnceFunc(func() { s.put(key, b) }), nil
}

// put says that one reader of a document is done.
func (s *shelf) put(key string, b *book) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.readers--; b.err != nil && s.books[key] == b {
		delete(s.books, key) // the next one tries again
	}
	if b.readers > 0 || s.books[key] != b {
		return
	}
	idle := 0
	for _, other := range s.books {
		if other.readers == 0 {
			idle++
		}
	}
	if idle > shelfSize {
		s.drop(key, b)
		return
	}
	b.timer = time.AfterFunc(shelfTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if b.readers == 0 && s.books[key] == b {
			s.drop(key, b)
		}
	})
}

// drop closes a document that nobody reads.
func (s *shelf) drop(key string, b *book) {
	delete(s.books, key)
	if b.file != nil {
		_ = b.file.Close() // it was only read
	}
}

// clear closes all documents that nobody reads.
func (s *shelf) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, b := range s.books {
		if b.readers == 0 {
			b.timer.Stop()
			s.drop(key, b)
		}
	}
}
