package task

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"recto/internal/ocr"
	"recto/internal/sandbox"
)

// timed is a recognition that finds nothing and says when it looked.
type timed struct{ reads }

func (timed) Recognize(context.Context, image.Image, ocr.Options) (*ocr.Result, error) {
	begun := time.Now()
	for time.Since(begun) < 20*time.Millisecond { // work
	}
	return nil, fmt.Errorf("looked from %d to %d", begun.UnixMicro(), time.Now().UnixMicro())
}

var looked = regexp.MustCompile(`looked from (\d+) to (\d+)`)

// TestTurns has two children with two workers each recognize pages: all together
// one at a time, though some of them are killed on the way.
func TestTurns(t *testing.T) {
	turns := make(chan struct{}, 1)
	var mu sync.Mutex
	var spans [][2]int64
	var wg sync.WaitGroup
	for range 2 {
		r := remote(t, told{Turn: true}, 0, time.Minute)
		r.Turns = turns
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			s := newKept()
			s.begun = make(chan struct{})
			begun := s.begun
			document := scan(t, 3)
			wg.Go(func() {
				if _, err := r.Process(ctx, taskOf(`{"tier":"cost_effective","version":"latest"}`), document, s); err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
			wg.Go(func() { <-begun; cancel() }) // in the middle
		}
		document := scan(t, 4)
		wg.Go(func() {
			rep, err := r.Process(t.Context(), taskOf(`{"tier":"cost_effective","version":"latest"}`), document, newKept())
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, m := range looked.FindAllStringSubmatch(string(rep.Meta["warnings"]), -1) {
				a, _ := strconv.ParseInt(m[1], 10, 64)
				b, _ := strconv.ParseInt(m[2], 10, 64)
				spans = append(spans, [2]int64{a, b})
			}
		})
	}
	wg.Wait()
	slices.SortFunc(spans, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	spans = slices.Compact(spans)
	if len(spans) < 8 {
		t.Fatalf("%d pictures were looked at, want 8", len(spans))
	}
	for i := 1; i < len(spans); i++ {
		if spans[i][0] < spans[i-1][1] {
			t.Errorf("a picture was looked at from %d, another until %d", spans[i][0], spans[i-1][1])
		}
	}
	if len(turns) != 0 {
		t.Error("a turn was not given back")
	}
}

// TestTurnsAreGivenBack: neither a child that dies nor one that lies keeps one.
func TestTurnsAreGivenBack(t *testing.T) {
	turns := make(chan struct{}, 1)
	granted := make(chan struct{}, 2)
	open := func() (*desk, context.CancelFunc) {
		ctx, cancel := context.WithCancel(t.Context())
		d := newDesk(ctx, nil, func(byte, []byte) error { granted <- struct{}{}; return nil })
		d.turns = turns
		return d, cancel
	}
	number := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	a, stopA := open()
	b, stopB := open()
	if err := a.turn(number(1)); err != nil {
		t.Fatal(err)
	}
	<-granted
	if err := b.turn(number(1)); err != nil {
		t.Fatal(err)
	}
	if err := b.turnOver(number(1)); !errors.Is(err, errStream) {
		t.Errorf("a turn that was never given is given back: %v", err)
	}
	if err := b.turn(number(1)); !errors.Is(err, errStream) {
		t.Errorf("a turn is asked for twice: %v", err)
	}
	stopA()
	a.close() // it died with its turn
	<-granted // b has it
	if err := b.turnOver(number(1)); err != nil {
		t.Fatal(err)
	}
	if err := b.turnOver(number(1)); !errors.Is(err, errStream) {
		t.Errorf("a turn is given back twice: %v", err)
	}
	stopB()
	b.close()
	if len(turns) != 0 {
		t.Error("a turn is lost")
	}
}

// TestWaitingIsNoWork: a page whose picture waits for its turn is not late.
func TestWaitingIsNoWork(t *testing.T) {
	overdue := make(chan struct{}, 1)
	f := newFlights(time.Millisecond, func() { overdue <- struct{}{} })
	f.waits(true)
	f.note(1, "recognizing", true)
	select {
	case <-overdue:
		t.Fatal("it was late while it waited")
	case <-time.After(5 * recognizingFactor * time.Millisecond):
	}
	f.waits(false)
	<-overdue
	if late, _, _ := f.stop(); late == nil || late.Page != 1 {
		t.Errorf("late = %v", late)
	}
}

// frames of a child that was taken over, and what the parent says of them.
func TestLyingChild(t *testing.T) {
	le := binary.LittleEndian
	two := func(a, b uint32) []byte { return le.AppendUint32(le.AppendUint32(nil, a), b) }
	step := func(page uint32, step, begins byte) []byte { return append(le.AppendUint32(nil, page), step, begins) }
	many := func(n int, f func(i int) []byte) (out [][]byte) {
		for i := range n {
			out = append(out, f(i))
		}
		return out
	}
	for _, c := range []struct {
		name  string
		kind  byte
		first []byte // an output or picture that is begun, "" for none
		body  [][]byte
		want  error
	}{
		{"a kind that is none", 'z', nil, [][]byte{nil}, errStream},
		{"a step without an end", frameStep, nil, [][]byte{{1, 0, 0}}, errStream},
		{"a step that is none", frameStep, nil, [][]byte{step(1, 99, 1)}, errStream},
		{"a page that is none", frameStep, nil, [][]byte{step(1<<31, 1, 1)}, errStream},
		{"the end of a step that did not begin", frameStep, nil, [][]byte{step(1, 1, 0)}, errStream},
		{"more pages than there are workers", frameStep, nil, many(maxUnderWay+1, func(i int) []byte { return step(uint32(i), 1, 1) }), errStream},
		{"steps within steps for ever", frameStep, nil, many(maxNested+1, func(int) []byte { return step(1, 1, 1) }), errStream},
		{"progress beyond the end", frameProgress, nil, [][]byte{two(3, 2)}, errStream},
		{"progress of four milliard pages", frameProgress, nil, [][]byte{two(1, 1<<32-1)}, errStream},
		{"an output outside of its folder", frameOutput, nil, [][]byte{[]byte(`{"Name":"../x.md","ContentType":"text/plain"}`)}, errStream},
		{"an output with a header in its type", frameOutput, nil, [][]byte{[]byte(`{"Name":"x.md","ContentType":"text/plain\r\nSet-Cookie: a=b"}`)}, errStream},
		{"an output within an output", frameOutput, []byte(`{"Name":"x.md","ContentType":"text/plain"}`), [][]byte{[]byte(`{"Name":"y.md","ContentType":"text/plain"}`)}, errStream},
		{"a picture outside of its folder", frameImage, nil, [][]byte{[]byte(`{"Name":"../../x.png","ContentType":"image/png"}`)}, errStream},
		{"a picture that is a page", frameImage, nil, [][]byte{[]byte(`{"Name":"x.png","ContentType":"text/html"}`)}, errStream},
		{"a picture that is the same as another folder's", frameImage, nil, [][]byte{[]byte(`{"Name":"x.png","ContentType":"image/png","SameAs":"../y.png"}`)}, errStream},
		{"a picture that comes at once", frameImage, nil, [][]byte{[]byte(`{"Name":"x.png","ContentType":"image/png","Data":"AAAA"}`)}, errStream},
		{"data of nothing", frameData, nil, [][]byte{{1}}, errStream},
		{"the end of nothing", frameClose, nil, [][]byte{nil}, errStream},
		{"a name to drop outside of its folder", frameDrop, nil, [][]byte{[]byte("../x.png")}, errStream},
		{"an output for ever", frameData, []byte(`{"Name":"x.md","ContentType":"text/plain"}`), many(5, func(int) []byte { return make([]byte, 1<<20) }), errTooMuch},
		{"a picture to recognize of no size", framePicture, nil, [][]byte{[]byte(`{"ID":1,"Width":0,"Height":5}`)}, errStream},
		{"a picture to recognize of all memory", framePicture, nil, [][]byte{[]byte(`{"ID":1,"Width":20000,"Height":20000}`)}, errStream},
		{"pictures to recognize of all memory", framePicture, nil, many(9, func(i int) []byte { return fmt.Appendf(nil, `{"ID":%d,"Width":8000,"Height":4000}`, i) }), errStream},
		{"pixels of nothing", framePixels, nil, [][]byte{{1, 0, 0, 0, 9}}, errStream},
		{"pixels without a number", framePixels, nil, [][]byte{{1}}, errStream},
		{"a turn without a number", frameTurn, nil, [][]byte{{1}}, errStream},
		{"a turn that is not its own", frameTurnOver, nil, [][]byte{{1, 0, 0, 0}}, errStream},
		{"an end that is none", frameReport, nil, [][]byte{[]byte("{")}, errStream},
		{"words for the parent", frameWords, nil, [][]byte{[]byte("{}")}, errStream},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, end := lying(t)
			defer end()
			if c.first != nil {
				if _, err := s.take(frameOutput, c.first); err != nil {
					t.Fatal(err)
				}
			}
			for i, body := range c.body {
				_, err := s.take(c.kind, body)
				if last := i == len(c.body)-1; last && !errors.Is(err, c.want) || !last && err != nil {
					t.Fatalf("frame %d: %v, want %v at the last of %d", i, err, c.want, len(c.body))
				}
			}
		})
	}
}

// lying is the parent's side of a child that says anything.
func lying(t testing.TB) (s *stream, end func()) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFlights(time.Minute, func() {})
	d := newDesk(ctx, reads{}, func(_ byte, body []byte) error {
		if len(body) > sandbox.MaxFrame {
			t.Errorf("an answer of %d bytes", len(body))
		}
		return nil
	})
	m := newMeter(nil)
	m.begin(ctx)
	s = &stream{sink: newKept(), steps: f, meter: m, desk: d, ctx: ctx, most: 4 << 20}
	return s, func() { s.drop(); cancel(); d.close(); f.stop() }
}

// FuzzFrames: whatever a child says, its parent neither falls over nor takes a
// name that leads elsewhere.
func FuzzFrames(f *testing.F) {
	frame := func(kind byte, body string) string {
		return string(kind) + string(binary.LittleEndian.AppendUint16(nil, uint16(len(body)))) + body
	}
	f.Add([]byte(frame(frameStep, "\x01\x00\x00\x00\x01\x01") + frame(frameProgress, "\x01\x00\x00\x00\x02\x00\x00\x00") + frame(frameStep, "\x01\x00\x00\x00\x01\x00")))
	f.Add([]byte(frame(frameOutput, `{"Name":"markdown.json","ContentType":"application/json"}`) + frame(frameData, "{}") + frame(frameClose, "")))
	f.Add([]byte(frame(frameImage, `{"Name":"page_1.jpg","ContentType":"image/jpeg","Page":1}`) + frame(frameData, "abc") + frame(frameClose, "") + frame(frameDrop, "page_1.jpg")))
	f.Add([]byte(frame(framePicture, `{"ID":1,"Width":2,"Height":2,"Gray":true}`) + frame(framePixels, "\x01\x00\x00\x00abcd")))
	f.Add([]byte(frame(frameTurn, "\x01\x00\x00\x00") + frame(frameTurnOver, "\x01\x00\x00\x00") + frame(frameAbort, "")))
	f.Add([]byte(frame(frameReport, `{"Report":{"Meta":{"a":1},"FailedPages":1},"Code":"PDF_IS_BROKEN","Failure":"x"}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, end := lying(t)
		defer end()
		for len(data) >= 3 {
			n := min(int(binary.LittleEndian.Uint16(data[1:])), len(data)-3)
			if _, err := s.take(data[0], data[3:3+n]); err != nil {
				break
			}
			data = data[3+n:]
		}
		k := s.sink.(*kept)
		for name := range k.outputs {
			if !outputName.MatchString(name) {
				t.Errorf("output %q", name)
			}
		}
		for name := range k.images {
			if !imageName.MatchString(name) {
				t.Errorf("picture %q", name)
			}
		}
	})
}
