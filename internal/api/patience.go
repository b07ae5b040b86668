package api

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// stallTimeout is how long a client may send nothing of a body it has begun. A
// whole upload takes what its line takes.
const stallTimeout = time.Minute

// patient is a body whose client must not fall silent.
type patient struct {
	io.ReadCloser
	conn    *http.ResponseController
	timeout time.Duration
}

// Read waits for a minute. The deadline is the connection's: it is taken away at
// the end, or the wait for an answer would be cut off, too.
func (p *patient) Read(b []byte) (int, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(p.timeout)) // tests have no connection
	n, err := p.ReadCloser.Read(b)
	if err != nil {
		_ = p.conn.SetReadDeadline(time.Time{})
	}
	return n, err
}

// broken is the answer to a body that ended early, or whose client fell silent.
func broken(err error, otherwise string) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault(http.StatusRequestTimeout, "Nothing of the request came for a minute: send it again")
	}
	return fault(http.StatusBadRequest, otherwise)
}
