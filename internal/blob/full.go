package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"syscall"
)

// ErrFull means that there is no room for more bytes, or that what is left is
// kept free for what must go on: the database, and results of accepted jobs.
var ErrFull = errors.New("the disk is full")

const (
	// lookEvery is after how many bytes of an upload the free room is looked at
	// again; together uploads may take that much each beyond what is kept free.
	lookEvery = 4 << 20
	// Without another wish a gigabyte is kept free, on small disks a twentieth.
	defaultFree  = 1 << 30
	defaultShare = 20
)

// room is what is known of the disk.
type room struct {
	keep    int64        // bytes that uploads leave free
	pending atomic.Int64 // bytes that uploads under way have announced and not written yet
	// look returns the bytes that are free; tests replace it.
	look func() (free int64, err error)
}

// newRoom watches over the disk of a folder. A negative number keeps the usual
// part of it free.
func newRoom(dir string, keep int64) *room {
	r := &room{keep: keep, look: func() (int64, error) { free, _, err := disk(dir); return free, err }}
	if keep < 0 {
		r.keep = defaultFree
		if _, size, err := disk(dir); err == nil && size > 0 {
			r.keep = min(r.keep, size/defaultShare)
		}
	}
	return r
}

// check returns ErrFull when so many more bytes would not leave enough.
func (r *room) check(more int64) error {
	if r == nil || r.keep == 0 {
		return nil
	}
	free, err := r.look()
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the free room of the disk: %w", err)
	}
	if free-more < r.keep {
		return fmt.Errorf("%w: %d MB are free, %d MB are kept free", ErrFull, free>>20, r.keep>>20)
	}
	return nil
}

// CheckRoom returns ErrFull when there is no room for an upload of that size, 0
// or less for one of unknown size, beside those that are under way. In S3 there
// always is.
func (s *Store) CheckRoom(size int64) error {
	if s.room == nil {
		return nil
	}
	return s.room.check(max(size, 0) + s.room.pending.Load())
}

// FreeRoom returns the bytes that uploads may still take, and false where that
// is not known.
func (s *Store) FreeRoom() (int64, bool) {
	if s.room == nil {
		return 0, false
	}
	free, err := s.room.look()
	return max(free-s.room.keep, 0), err == nil
}

// full marks errors that say that the disk is full.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// writer writes a blob. After an error nothing of it stays, whatever its caller
// does: half a blob must not appear under its key.
type writer struct {
	to     io.WriteCloser
	cancel context.CancelFunc
	room   *room // that is looked at, nil for none
	since  int64 // bytes since the last look
	left   int64 // bytes that were announced and are not written yet
	err    error
}

func (w *writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.room != nil {
		if w.since += int64(len(p)); w.since >= lookEvery {
			w.since = 0
			if w.err = w.room.check(int64(len(p))); w.err != nil {
				w.cancel()
				return 0, w.err
			}
		}
		w.announce(-min(int64(len(p)), w.left))
	}
	n, err := w.to.Write(p)
	if err != nil {
		w.err = full(err)
		w.cancel()
	}
	return n, w.err
}

// announce changes what is expected of the writer.
func (w *writer) announce(n int64) {
	w.left += n
	w.room.pending.Add(n)
}

// Close makes the blob appear, unless something went wrong before.
func (w *writer) Close() error {
	defer w.cancel()
	if w.room != nil {
		w.announce(-w.left)
	}
	err := w.to.Close()
	if w.err != nil {
		return w.err
	}
	return full(err)
}
