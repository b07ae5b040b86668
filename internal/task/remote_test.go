package task

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-pdf/fpdf"

	"recto/internal/engine"
	"recto/internal/ocr"
	"recto/internal/sandbox"
	"recto/internal/wire"
)

// TestMain lets the test binary be the child, too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		if err := sandbox.Serve(prepare); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// told is what the child of a test is told: what it does when a step begins, by
// "PAGE STEP".
type told struct {
	Evil map[string]string
	OCR  bool // its parent recognizes text
	Turn bool // it recognizes text itself, in turns
	Dir  string
}

func prepare(c *sandbox.Conn, hello []byte) (sandbox.Handler, sandbox.Access, error) {
	var h told
	if err := json.Unmarshal(hello, &h); err != nil {
		return nil, sandbox.Access{}, err
	}
	config := engine.Config{CacheDir: h.Dir, Workers: 2}
	if h.OCR {
		config.OCR = &Recognizer{Title: "the parent", Packs: []string{"eng"}, Conn: c}
	}
	if h.Turn {
		config.OCR = &InTurns{Engine: timed{}, Conn: c}
	}
	e, err := engine.Start(context.Background(), config)
	return Serve(evilParser{e, h.Evil}), sandbox.Access{}, err
}

// evilParser is the real engine with a document that does something bad.
type evilParser struct {
	partParser
	evil map[string]string
}

func (p evilParser) Parse(ctx context.Context, src engine.Source, o engine.Options) (*engine.Result, error) {
	res, err := p.partParser.Parse(ctx, src, p.watched(o))
	do(p.evil["0 outputs"])
	return res, err
}

func (p evilParser) ReadPart(ctx context.Context, src engine.Source, o engine.Options, tell bool, to io.Writer) error {
	return p.partParser.ReadPart(ctx, src, p.watched(o), tell, to)
}

func (p evilParser) Assemble(ctx context.Context, src engine.Source, o engine.Options, parts io.Reader) (*engine.Result, error) {
	return p.partParser.Assemble(ctx, src, p.watched(o), parts)
}

// watched is options under which steps do what they are told to.
func (p evilParser) watched(o engine.Options) engine.Options {
	watch := o.Watch
	o.Watch = func(page int, s engine.Step, begins bool) {
		watch(page, s, begins)
		bad := !begins || slices.ContainsFunc(o.Troubles, func(t engine.Trouble) bool { return t.Page == page && t.Step == s })
		if !bad {
			do(p.evil[fmt.Sprint(page, " ", s)])
		}
	}
	return o
}

func do(what string) {
	switch what {
	case "crash":
		panic("crash")
	case "spin":
		for {
			runtime.Gosched()
		}
	case "take":
		var all [][]byte
		for {
			b := make([]byte, 16<<20)
			for i := range b {
				b[i] = byte(i)
			}
			all = append(all, b)
			if len(all) > 200 {
				return
			}
		}
	}
}

// kept is a sink in memory.
type kept struct {
	mu       sync.Mutex
	outputs  map[string]string
	images   map[string]int // bytes
	restarts int
	progress []int
	begun    chan struct{} // gets a value at the first progress, when not nil
}

type keptOutput struct {
	bytes.Buffer
	ctx  context.Context
	done func(string)
}

func (o *keptOutput) Close() error {
	if err := o.ctx.Err(); err != nil {
		return err
	}
	o.done(o.String())
	return nil
}

func (k *kept) Create(ctx context.Context, name, _ string) (io.WriteCloser, error) {
	return &keptOutput{ctx: ctx, done: func(s string) { k.outputs[name] = s }}, nil
}
func (k *kept) Image(i engine.Image) error { k.images[i.Name] = len(i.Data); return nil }
func (k *kept) Drop(name string) error     { delete(k.images, name); return nil }
func (k *kept) Progress(done, total int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.progress = append(k.progress, done)
	if k.begun != nil {
		close(k.begun)
		k.begun = nil
	}
}
func (k *kept) Restart() {
	k.restarts++
	k.outputs, k.images = map[string]string{}, map[string]int{}
}

func newKept() *kept { return &kept{outputs: map[string]string{}, images: map[string]int{}} }

// remote starts a pool whose children do evil.
func remote(t *testing.T, h told, memory int64, limit time.Duration) *Remote {
	t.Helper()
	h.Dir = cacheDir(t)
	hello, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	pool, err := sandbox.Start(t.Context(), sandbox.Config{Command: []string{os.Args[0], "child"}, Hello: hello, Memory: memory, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return &Remote{Pool: pool, Limit: limit, Log: log}
}

func cacheDir(t *testing.T) string {
	t.Helper()
	user, err := os.UserCacheDir()
	if err != nil {
		return t.TempDir()
	}
	return filepath.Join(user, "recto")
}

// pdf draws a document whose pages say which they are.
func pdf(t *testing.T, pages int) *os.File {
	t.Helper()
	f := fpdf.New("P", "pt", "Letter", "")
	f.SetFont("Times", "", 12)
	for n := range pages {
		f.AddPage()
		for line := range 30 {
			f.Text(72, 72+float64(line)*15, fmt.Sprintf("This is line %d of page number %d.", line+1, n+1))
		}
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return fileOf(t, b.Bytes())
}

func fileOf(t *testing.T, data []byte) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

const request = `{"tier":"cost_effective","version":"latest","output_options":{"images_to_save":["screenshot"],"additional_outputs":["word_bbox"]}}`

func taskOf(request string) Task {
	return Task{Name: "document.pdf", Request: []byte(request), Tier: "cost_effective", Version: "2026-06-15", Attempt: 1}
}

// TestSameBothWays compares what a child makes with what is made here.
func TestSameBothWays(t *testing.T) {
	e, err := engine.Start(t.Context(), engine.Config{CacheDir: cacheDir(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	here, there := newKept(), newKept()
	a, err := Local{Parser: e}.Process(t.Context(), taskOf(request), pdf(t, 5), here)
	if err != nil {
		t.Fatal(err)
	}
	b, err := remote(t, told{}, 0, time.Minute).Process(t.Context(), taskOf(request), pdf(t, 5), there)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range here.outputs {
		if got := there.outputs[name]; got != want {
			t.Errorf("%s of the child is %.200q, want %.200q", name, got, want)
		}
	}
	if len(here.outputs) != len(there.outputs) || len(here.outputs) < 6 || fmt.Sprint(here.images) != fmt.Sprint(there.images) || len(here.images) != 5 {
		t.Errorf("the child made %d outputs and %v, want %d and %v", len(there.outputs), there.images, len(here.outputs), here.images)
	}
	if fmt.Sprint(a.Meta) != fmt.Sprint(b.Meta) || there.progress[len(there.progress)-1] != 5 {
		t.Errorf("meta %s, want %s; progress %v", b.Meta, a.Meta, there.progress)
	}
}

func TestBadPages(t *testing.T) {
	for _, c := range []struct {
		name   string
		evil   map[string]string
		failed string // failed_pages
		text   string // in the metadata or warnings
		images int
	}{
		{"crash", map[string]string{"3 reading": "crash"}, "[3]", "the page could not be read: it crashed", 7},
		{"hang", map[string]string{"2 reading": "spin"}, "[2]", "the page could not be read: it took longer than 1.5s", 7},
		{"balloon", map[string]string{"8 reading": "take"}, "[8]", "the page could not be read: it used more than 600 MB of memory", 7},
		{"two", map[string]string{"4 reading": "crash", "5 reading": "take"}, "[4,5]", "", 6},
		{"drawing", map[string]string{"6 showing": "crash"}, "[]", "the page could not be drawn: it crashed", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			limit := time.Minute
			if c.name == "hang" {
				limit = 1500 * time.Millisecond
			}
			r, s := remote(t, told{Evil: c.evil}, 600<<20, limit), newKept()
			begun := time.Now()
			rep, err := r.Process(t.Context(), taskOf(request), pdf(t, 8), s)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(rep.Meta["failed_pages"]); got != c.failed {
				t.Errorf("failed_pages = %s, want %s", got, c.failed)
			}
			if all := fmt.Sprint(s.outputs) + string(rep.Meta["warnings"]); !strings.Contains(all, c.text) {
				t.Errorf("nothing says %q: %s; warnings %s", c.text, s.outputs[MarkdownJSON], rep.Meta["warnings"])
			}
			if len(s.images) != c.images {
				t.Errorf("images %v, want %d", s.images, c.images)
			}
			if !strings.Contains(s.outputs[MarkdownFull], "line 30 of page number 1.") {
				t.Error("the first page is missing")
			}
			t.Logf("took %s, %d restarts", time.Since(begun), s.restarts)
		})
	}
}

// TestFailures has whole documents fail.
func TestFailures(t *testing.T) {
	evil := map[string]string{}
	for n := range 40 {
		evil[fmt.Sprint(n+1, " reading")] = "crash"
	}
	for _, c := range []struct {
		name, code, text string
		evil             map[string]string
	}{
		{"opening", wire.PDFIsBroken, "opening it: it crashed", map[string]string{"0 opening": "crash"}},
		{"hang while opening", wire.TimedOut, "opening it: it took longer than", map[string]string{"0 opening": "spin"}},
		{"outside of pages", wire.PDFIsBroken, "putting its pages together: it crashed", map[string]string{"0 outputs": "crash"}},
		{"too many", wire.PDFIsBroken, "16 tries: it crashed", evil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := remote(t, told{Evil: c.evil}, 0, 1500*time.Millisecond)
			_, err := r.Process(t.Context(), taskOf(request), pdf(t, 40), newKept())
			f, ok := errors.AsType[*Failure](err)
			if !ok || f.Code != c.code || !strings.Contains(f.Error(), c.text) {
				t.Errorf("err = %v, want %s with %q", err, c.code, c.text)
			}
		})
	}
	r := remote(t, told{}, 0, time.Minute)
	odd := taskOf(request)
	odd.Name = "document.xyz"
	if _, err := r.Process(t.Context(), odd, fileOf(t, []byte("no document")), newKept()); err == nil || !strings.Contains(err.Error(), wire.UnsupportedFileType) {
		t.Errorf("err = %v, want %s", err, wire.UnsupportedFileType)
	}
}

// TestCancel stops a child that would never end.
func TestCancel(t *testing.T) {
	r, s := remote(t, told{Evil: map[string]string{"1 reading": "spin", "2 reading": "spin"}}, 0, time.Minute), newKept()
	ctx, cancel := context.WithCancel(t.Context())
	s.begun = make(chan struct{})
	begun := s.begun
	var stopped time.Time
	go func() {
		select {
		case <-begun:
		case <-time.After(300 * time.Millisecond):
		}
		stopped = time.Now()
		cancel()
	}()
	_, err := r.Process(ctx, taskOf(request), pdf(t, 3), s)
	if took := time.Since(stopped); !errors.Is(err, context.Canceled) || took > time.Second {
		t.Errorf("err = %v after %s, want to be stopped within a second", err, took)
	}
}

// reads is a recognition that finds nothing and says what it was shown.
type reads struct{}

func (r reads) Name() string        { return "reads 1.0" }
func (r reads) Languages() []string { return []string{"eng"} }
func (r reads) Recognize(_ context.Context, img image.Image, o ocr.Options) (*ocr.Result, error) {
	return nil, errors.New("no words in " + img.Bounds().String() + " " + strings.Join(o.Languages, "+"))
}

// TestRelay has the parent recognize text.
func TestRelay(t *testing.T) {
	r := remote(t, told{OCR: true}, 0, time.Minute)
	r.OCR = reads{}
	s := newKept()
	rep, err := r.Process(t.Context(), taskOf(`{"tier":"cost_effective","version":"latest"}`), scan(t, 3), s)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(rep.Meta["warnings"]), "no words in (0,0)-("); n < 3 {
		t.Errorf("warnings %s, want what the recognition said of 3 pages", rep.Meta["warnings"])
	}
}

// scan is a document of pictures.
func scan(t *testing.T, pages int) *os.File {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 850, 1100))
	for y := range 1100 {
		for x := range 850 {
			img.Pix[y*850+x] = 255
			if y > 100 && y < 1000 && y%20 < 10 && x > 100 && x < 750 && x%9 < 5 {
				img.Pix[y*850+x] = 0 // looks like print from afar
			}
		}
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, img); err != nil {
		t.Fatal(err)
	}
	f := fpdf.New("P", "pt", "Letter", "")
	f.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "PNG"}, &picture)
	for range pages {
		f.AddPage()
		f.ImageOptions("scan", 0, 0, 612, 792, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	}
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		t.Fatal(err)
	}
	return fileOf(t, b.Bytes())
}
