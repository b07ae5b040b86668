package task

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"recto/internal/engine"
	"recto/internal/sandbox"
)

// Kinds of frames a child sends while it does a task.
const (
	frameStep     = 'S' // a step begins or ends
	frameProgress = 'P'
	frameOutput   = 'O' // an output begins; data follows
	frameImage    = 'I' // a picture begins; data follows
	frameData     = 'D'
	frameClose    = 'C' // it is complete
	frameAbort    = 'A' // it is not wanted any more
	frameDrop     = 'X' // a picture is taken back
	frameReport   = 'R' // the end
)

// chunk is how much of an output goes into one frame.
const chunk = 256 << 10

// head begins an output.
type head struct{ Name, ContentType string }

// ending is the end of a task as it goes over the connection.
type ending struct {
	Report  Report
	Code    string // of a Failure
	Failure string // its cause
	Err     string // any other error
}

// steps in the order of their numbers on the connection.
var steps = []engine.Step{engine.Opening, engine.Reading, engine.Recognizing, engine.Showing, engine.Understanding}

// remoteSink sends what a task makes to the parent.
type remoteSink struct{ conn *sandbox.Conn }

func (s remoteSink) send(kind byte, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.conn.Write(kind, body)
}

func (s remoteSink) Create(ctx context.Context, name, contentType string) (io.WriteCloser, error) {
	return remoteOutput{ctx, s}, s.send(frameOutput, head{name, contentType})
}

type remoteOutput struct {
	ctx context.Context
	remoteSink
}

func (o remoteOutput) Write(p []byte) (int, error) {
	n := 0
	for part := range slices.Chunk(p, chunk) {
		if err := o.conn.Write(frameData, part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

func (o remoteOutput) Close() error {
	if o.ctx.Err() != nil {
		return o.conn.Write(frameAbort, nil)
	}
	return o.conn.Write(frameClose, nil)
}

func (s remoteSink) Image(i engine.Image) error {
	data := i.Data
	i.Data = nil
	if err := s.send(frameImage, i); err != nil {
		return err
	}
	o := remoteOutput{context.Background(), s}
	if _, err := o.Write(data); err != nil {
		return err
	}
	return o.Close()
}

func (s remoteSink) Drop(name string) error { return s.conn.Write(frameDrop, []byte(name)) }

// Progress and steps have no error to return: a broken connection shows at the
// next output, and the parent kills a child that it does not want any more.
func (s remoteSink) Progress(done, total int) {
	_ = s.conn.Write(frameProgress, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(done)), uint32(total))) //nolint:gosec // pages
}

func (s remoteSink) step(page int, step engine.Step, begins bool) {
	b := binary.LittleEndian.AppendUint32(nil, uint32(page)) //nolint:gosec // a page
	b = append(b, byte(slices.Index(steps, step)), 0)
	if begins {
		b[5] = 1
	}
	_ = s.conn.Write(frameStep, b)
}

// Restart is never asked for in a child.
func (remoteSink) Restart() {}

// errStream means that a child does not keep to the protocol, as one that was
// taken over by its document would.
var errStream = errors.New("the child process sends nonsense")

// What a child may say of outputs becomes keys of blobs and headers of answers.
var (
	outputName  = regexp.MustCompile(`^[a-z_]{1,40}\.[a-z]{2,5}$`)
	imageName   = regexp.MustCompile(`^[a-z0-9_]{1,60}\.[a-z0-9]{2,5}$`)
	contentType = regexp.MustCompile(`^[a-z]{1,20}/[a-z0-9.+-]{1,80}(; charset=utf-8)?$`)
	imageType   = regexp.MustCompile(`^image/[a-z0-9.+-]{1,40}$`)
)

// Limits of what a child may send.
const (
	DefaultMaxResult = 4 << 30   // bytes of everything
	maxImage         = 128 << 20 // bytes of a picture, which is held in memory
	maxImages        = 100_000
	maxOutputs       = 64
	maxPages         = 1_000_000
)

// errTooMuch means that a document makes more than the server takes.
var errTooMuch = errors.New("its results are too large")

// stream carries the frames of one task to its sink.
type stream struct {
	sink    Sink
	steps   *flights
	meter   *meter
	desk    *desk
	most    int64 // bytes that may be sent
	sent    int64
	images  int // so far, also those that were dropped
	outputs int // likewise
	image   *engine.Image
	writer  io.WriteCloser
	cancel  context.CancelFunc
	ctx     context.Context
}

// take handles one frame; the end is not nil when the task is at its end.
func (s *stream) take(kind byte, body []byte) (end *ending, err error) {
	switch kind {
	case frameStep:
		if len(body) != 6 || int(body[4]) >= len(steps) {
			return nil, errStream
		}
		page, step, begins := binary.LittleEndian.Uint32(body), steps[body[4]], body[5] != 0
		if page > maxPages || !s.steps.note(int(page), step, begins) {
			return nil, errStream
		}
		s.meter.note(int(page), step, begins)
	case frameProgress:
		if len(body) != 8 {
			return nil, errStream
		}
		done, total := binary.LittleEndian.Uint32(body), binary.LittleEndian.Uint32(body[4:])
		if done > total || total > maxPages {
			return nil, errStream
		}
		s.sink.Progress(int(done), int(total))
	case frameOutput:
		return nil, s.open(body)
	case frameImage:
		return nil, s.openImage(body)
	case frameData:
		return nil, s.data(body)
	case frameClose, frameAbort:
		return nil, s.close(kind == frameAbort)
	case framePicture:
		return nil, s.desk.open(body)
	case framePixels:
		return nil, s.desk.pixels(body)
	case frameTurn:
		return nil, s.desk.turn(body)
	case frameTurnOver:
		return nil, s.desk.turnOver(body)
	case frameDrop:
		if !imageName.Match(body) {
			return nil, errStream
		}
		return nil, s.sink.Drop(string(body))
	case frameReport:
		end = &ending{}
		if err := json.Unmarshal(body, end); err != nil {
			return nil, errStream
		}
		return end, nil
	default:
		return nil, errStream
	}
	return nil, nil
}

func (s *stream) open(body []byte) error {
	var h head
	if err := json.Unmarshal(body, &h); err != nil || s.busy() || !outputName.MatchString(h.Name) || !contentType.MatchString(h.ContentType) {
		return errStream
	}
	if s.outputs++; s.outputs > maxOutputs {
		return fmt.Errorf("%w: more than %d outputs", errTooMuch, maxOutputs)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	w, err := s.sink.Create(ctx, h.Name, h.ContentType)
	if err != nil {
		cancel()
		return err
	}
	s.writer, s.cancel = w, cancel
	return nil
}

func (s *stream) openImage(body []byte) error {
	var i engine.Image
	if err := json.Unmarshal(body, &i); err != nil || s.busy() || !imageName.MatchString(i.Name) || !imageType.MatchString(i.ContentType) ||
		i.SameAs != "" && !imageName.MatchString(i.SameAs) || i.Page < 0 || i.Page > maxPages || len(i.Category) > 20 || i.Data != nil {
		return errStream
	}
	if s.images++; s.images > maxImages {
		return fmt.Errorf("%w: more than %d pictures", errTooMuch, maxImages)
	}
	s.image = &i
	return nil
}

func (s *stream) busy() bool { return s.image != nil || s.writer != nil }

func (s *stream) data(body []byte) error {
	if s.sent += int64(len(body)); s.sent > s.most {
		return fmt.Errorf("%w: more than %d MB", errTooMuch, s.most>>20)
	}
	switch {
	case s.image != nil:
		if len(s.image.Data)+len(body) > maxImage {
			return fmt.Errorf("%w: a picture of more than %d MB", errTooMuch, maxImage>>20)
		}
		s.image.Data = append(s.image.Data, body...)
	case s.writer != nil:
		_, err := s.writer.Write(body)
		return err
	default:
		return errStream
	}
	return nil
}

func (s *stream) close(abort bool) error {
	switch {
	case s.image != nil:
		i := *s.image
		s.image = nil
		if abort {
			return nil
		}
		return s.sink.Image(i)
	case s.writer != nil:
		if abort {
			s.drop()
			return nil
		}
		w, cancel := s.writer, s.cancel
		s.writer, s.cancel = nil, nil
		defer cancel()
		return w.Close()
	}
	return errStream
}

// drop leaves nothing of an output that was begun.
func (s *stream) drop() {
	if s.writer != nil {
		s.cancel()
		_ = s.writer.Close() // the cancellation is its error
		s.writer = nil
	}
}
