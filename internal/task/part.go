package task

import (
	"context"
	"errors"
	"io"

	"recto/internal/engine"
	"recto/internal/sandbox"
)

// Kinds of frames of parts, which go down to the child that assembles them.
const (
	framePart    = 'p' // some bytes of them
	framePartEnd = 'e' // all are sent; with a body they could not be read
)

// errNoParts means that parts were asked of a parser that has none.
var errNoParts = errors.New("documents are parsed whole here")

// parse parses the document, or puts its parts together.
func (w *work) parse(ctx context.Context, src engine.Source, o engine.Options, parts io.Reader) (*engine.Result, error) {
	if parts == nil {
		return w.parser.Parse(ctx, src, o)
	}
	p, ok := w.parser.(partParser)
	if !ok {
		return nil, errNoParts
	}
	return p.Assemble(ctx, src, o, parts)
}

// readPart reads the pages of a part.
func (w *work) readPart(ctx context.Context, src engine.Source, o engine.Options) error {
	p, ok := w.parser.(partParser)
	if !ok {
		return errNoParts
	}
	o.Pages, o.MaxPages, o.SplitAbove = w.Part.Pages, 0, 0
	var failed error
	err := w.writeOne(ctx, PartFile, "application/octet-stream", func(out io.Writer) error {
		failed = p.ReadPart(ctx, src, o, w.Part.Tell, out)
		return failed
	})
	if failed != nil {
		return fromEngine(failed)
	}
	return err
}

// FailedPart writes what a part would make of pages none of which can be read.
func FailedPart(s *Split, pages []int, why string, to io.Writer) error {
	return engine.FailedPart(s.Format, s.Count, pages, why, to)
}

// sentParts are the parts as they come to a child.
type sentParts struct {
	conn *sandbox.Conn
	left []byte
	err  error // when nothing more comes
}

func (s *sentParts) Read(p []byte) (int, error) {
	for len(s.left) == 0 && s.err == nil {
		kind, body, err := s.conn.Read()
		switch {
		case err != nil:
			s.err = err
		case kind == framePart:
			s.left = body
		case kind == framePartEnd && len(body) > 0:
			s.err = errors.New(string(body))
		case kind == framePartEnd:
			s.err = io.EOF
		default:
			s.err = errStream
		}
	}
	if len(s.left) == 0 {
		return 0, s.err
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

// drain takes what nobody has read, or it would be taken for the next task.
func (s *sentParts) drain() { _, _ = io.Copy(io.Discard, s) }

// partsOf returns the parts that a child gets, nil for a task without; done takes
// what is left of them.
func partsOf(t *Task, c *sandbox.Conn) (parts io.Reader, done func()) {
	if !t.Assemble {
		return nil, func() {}
	}
	s := &sentParts{conn: c}
	return s, s.drain
}

// sendParts sends the parts to a child and returns why they cannot be read.
func sendParts(t *Task, child *sandbox.Child) error {
	parts, err := t.Parts()
	if err != nil {
		_ = child.Write(framePartEnd, []byte(err.Error())) // a child that is gone needs none
		return err
	}
	defer parts.Close()
	buf := make([]byte, chunk)
	for {
		n, err := parts.Read(buf)
		if n > 0 {
			if child.Write(framePart, buf[:n]) != nil {
				return nil // a death is told by who reads from the child
			}
		}
		if errors.Is(err, io.EOF) {
			_ = child.Write(framePartEnd, nil)
			return nil
		}
		if err != nil {
			_ = child.Write(framePartEnd, []byte(err.Error()))
			return err
		}
	}
}
