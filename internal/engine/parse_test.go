package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recto/internal/doc"
	"recto/internal/format"
	"recto/internal/geom"
	"recto/internal/page"
)

func TestPageSelection(t *testing.T) {
	tests := []struct {
		o    Options
		want []int
		err  error
	}{
		{Options{}, []int{1, 2, 3}, nil},
		{Options{Pages: []int{2}}, []int{2}, nil},
		{Options{Pages: []int{3, 1, 3}}, []int{1, 3}, nil},
		{Options{Pages: []int{0, 2, 9, -1}}, []int{2}, nil}, // those it has
		{Options{Pages: []int{4, 5}}, nil, format.ErrNoPages},
		{Options{MaxPages: 2}, []int{1, 2}, nil},
		{Options{MaxPages: 50}, []int{1, 2, 3}, nil},
		{Options{Pages: []int{3}, MaxPages: 1}, []int{3}, nil},
	}
	for _, tt := range tests {
		r, err := engine.Parse(t.Context(), sample(t, "report"), tt.o)
		if !errors.Is(err, tt.err) || tt.err == nil && err != nil {
			t.Errorf("Parse(report, %+v): %v, want %v", tt.o, err, tt.err)
		}
		if err != nil {
			continue
		}
		if got := numbers(r); !slices.Equal(got, tt.want) {
			t.Errorf("Parse(report, %+v) gives pages %v, want %v", tt.o, got, tt.want)
		}
		if r.Doc.Meta.PageCount != 3 {
			t.Errorf("the file has %d pages, want 3 whatever is asked for", r.Doc.Meta.PageCount)
		}
		if len(r.Text) != len(tt.want) || r.Words != nil || r.Images != nil {
			t.Errorf("Parse(report, %+v) gives %d texts, words %v and images %v", tt.o, len(r.Text), r.Words, r.Images)
		}
	}
}

func TestErrors(t *testing.T) {
	encrypted := sample(t, "encrypted")
	tests := []struct {
		name string
		src  Source
		o    Options
		want error
	}{
		{"encrypted", encrypted, Options{}, format.ErrEncrypted},
		{"wrong password", encrypted, Options{Password: "verso"}, format.ErrPassword},
		{"right password", encrypted, Options{Password: "recto"}, nil},
		{"broken", sample(t, "broken"), Options{}, format.ErrBroken},
		{"empty", sample(t, "empty"), Options{}, format.ErrEmpty},
		{"text", Source{Name: "a.txt", Data: []byte("a line")}, Options{}, format.ErrUnsupported},
		{"nameless text", Source{Data: []byte("a line")}, Options{}, format.ErrUnsupported},
		{"by content", Source{Name: "letter.doc", Data: sample(t, "letter").Data}, Options{}, nil},
	}
	for _, tt := range tests {
		r, err := engine.Parse(t.Context(), tt.src, tt.o)
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("Parse(%s): %v, want %v", tt.name, err, tt.want)
		}
		if (r == nil) != (err != nil) {
			t.Errorf("Parse(%s) gives %v with the error %v", tt.name, r, err)
		}
	}
}

func TestLimits(t *testing.T) {
	report := sample(t, "report")
	tests := []struct {
		name string
		c    Config
		want error
	}{
		{"bytes", Config{MaxBytes: int64(len(report.Data)) - 1}, format.ErrTooLarge},
		{"pages", Config{MaxPages: 2}, format.ErrTooMany},
		{"neither", Config{MaxBytes: int64(len(report.Data)), MaxPages: 3}, nil},
	}
	for _, tt := range tests {
		e := &Engine{config: tt.c, pdf: engine.pdf} // compiled once is enough
		e.config.Workers = 1
		if e.config.MaxBytes == 0 {
			e.config.MaxBytes = DefaultMaxBytes
		}
		if e.config.MaxPages == 0 {
			e.config.MaxPages = DefaultMaxPages
		}
		// A selection within the limit is no way around it: the file is as large.
		_, err := e.Parse(t.Context(), report, Options{Pages: []int{1}})
		if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
			t.Errorf("Parse beyond the limit of %s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestFailedPage checks that a page that cannot be read stays in its place.
func TestFailedPage(t *testing.T) {
	kinds := ImageKinds{Screenshot: true, Embedded: true, Layout: true}
	var saved []string
	r := parse(t, "badpage", Options{Words: true, Images: kinds, SaveImage: func(i Image) error { saved = append(saved, i.Name); return nil }})
	if got := numbers(r); !slices.Equal(got, []int{1, 2, 3}) {
		t.Fatalf("pages %v, want all three", got)
	}
	for i, want := range []string{"The first page.", "", "The third page."} {
		p := r.Doc.Pages[i]
		if (p.Err != nil) != (want == "") {
			t.Errorf("page %d has the error %v", i+1, p.Err)
		}
		if got := strings.TrimSpace(text(p)); got != want {
			t.Errorf("page %d says %q, want %q", i+1, got, want)
		}
		if (len(r.Words[i]) == 0) != (want == "") {
			t.Errorf("page %d has the words %v", i+1, r.Words[i])
		}
	}
	if want := []string{"page_1.jpg", "page_3.jpg"}; !slices.Equal(saved, want) {
		t.Errorf("pictures %v, want %v", saved, want)
	}
}

func TestCrop(t *testing.T) {
	all := parse(t, "letter", Options{})
	upper := parse(t, "letter", Options{Crop: geom.Rect{X1: 1, Y1: 0.5}, Words: true})
	got := text(upper.Doc.Pages[0])
	if !strings.Contains(got, "Town Hall") || strings.Contains(got, "Yours sincerely") {
		t.Errorf("the upper half of the letter says %q", got)
	}
	p := upper.Doc.Pages[0]
	if p.Width != all.Doc.Pages[0].Width || p.Height != all.Doc.Pages[0].Height {
		t.Errorf("cropping changes the page to %v x %v", p.Width, p.Height)
	}
	for _, w := range upper.Words[0] {
		if w.Box.CenterY() > p.Height/2 {
			t.Errorf("the word %q at %v is outside the crop", w.Text, w.Box)
		}
	}
	whole := parse(t, "letter", Options{Crop: geom.Rect{X1: 1, Y1: 1}})
	if text(whole.Doc.Pages[0]) != text(all.Doc.Pages[0]) {
		t.Error("a crop of the whole page changes its text")
	}
	none := parse(t, "letter", Options{Crop: geom.Rect{X0: 0.98, X1: 1, Y1: 0.01}})
	if got := text(none.Doc.Pages[0]); got != "" {
		t.Errorf("an empty corner says %q", got)
	}
}

func TestProgress(t *testing.T) {
	var mu sync.Mutex
	var calls [][2]int
	parse(t, "report", Options{Progress: func(done, total int) {
		if !mu.TryLock() {
			t.Error("two calls of Progress overlap")
			return
		}
		defer mu.Unlock()
		calls = append(calls, [2]int{done, total})
	}})
	if want := [][2]int{{1, 3}, {2, 3}, {3, 3}}; !reflect.DeepEqual(calls, want) {
		t.Errorf("progress %v, want %v", calls, want)
	}
}

func TestWords(t *testing.T) {
	r := parse(t, "letter", Options{Words: true})
	if len(r.Words) != 1 {
		t.Fatalf("words of %d pages, want 1", len(r.Words))
	}
	find := func(text string) page.Word {
		for _, w := range r.Words[0] {
			if w.Text == text {
				return w
			}
		}
		t.Fatalf("no word %q among %v", text, r.Words[0])
		return page.Word{}
	}
	// The name is the first line: its left edge is the margin.
	first, second := find("Elsa"), find("Winter")
	if first.Box.X0 < 71.5 || first.Box.X0 > 72.5 || second.Box.X0 < first.Box.X1 || second.Box.Y0 != first.Box.Y0 || first.Confidence != 1 {
		t.Errorf("words %+v, %+v, want them side by side from 72 on", first, second)
	}
	if n := len(r.Words[0]); n != len(strings.Fields(text(r.Doc.Pages[0]))) {
		t.Errorf("%d words, the items have %d", n, len(strings.Fields(text(r.Doc.Pages[0]))))
	}
}

// TestHidden checks that hidden text is dropped with a reason, or kept on demand.
func TestHidden(t *testing.T) {
	r := parse(t, "hidden", Options{})
	got := text(r.Doc.Pages[0])
	for _, want := range []string{"Plain", "Blue", "Outlined"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q misses %q", got, want)
		}
	}
	reasons := map[string]string{}
	for _, d := range r.Doc.Pages[0].Dropped {
		for _, w := range strings.Fields(d.Text) {
			reasons[w] = d.Reason
		}
	}
	for word, reason := range map[string]string{"Unpainted": "hidden", "Clipping": "hidden", "Right": "outside the page", "Above": "outside the page"} {
		if strings.Contains(got, word) || reasons[word] != reason {
			t.Errorf("%s is dropped for the reason %q, want %q", word, reasons[word], reason)
		}
	}
	kept := parse(t, "hidden", Options{KeepHidden: true})
	if got := text(kept.Doc.Pages[0]); !strings.Contains(got, "Unpainted") {
		t.Errorf("hidden text is asked for, the page says %q", got)
	}
}

// TestCancel checks that a parse ends soon after its context, before and while it
// runs.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Parse(ctx, sample(t, "report"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a parse with a context that has ended: %v, want %v", err, context.Canceled)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	one := &Engine{config: engine.config, pdf: engine.pdf, ocr: engine.ocr}
	one.config.Workers = 1
	read := 0
	started := time.Now()
	_, err := one.Parse(ctx, sample(t, "report"), Options{Progress: func(done, _ int) { read = done; cancel() }})
	if !errors.Is(err, context.Canceled) || read != 1 {
		t.Errorf("a parse cancelled after its first page: %v after %d pages", err, read)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("a cancelled parse took %s", took)
	}
}

// TestConcurrent parses several documents at once and compares with one by one.
func TestConcurrent(t *testing.T) {
	names := []string{"report", "article", "letter", "slides", "form", "tagged", "rotated"}
	alone := map[string][]*doc.Page{}
	for _, n := range names {
		alone[n] = parse(t, n, Options{}).Doc.Pages
	}
	var wg sync.WaitGroup
	for _, n := range names {
		src := sample(t, n)
		wg.Go(func() {
			for range 3 {
				r, err := engine.Parse(t.Context(), src, Options{})
				if err != nil {
					t.Errorf("Parse(%s): %v", n, err)
					return
				}
				if !reflect.DeepEqual(r.Doc.Pages, alone[n]) {
					t.Errorf("%s is understood differently beside other documents", n)
				}
			}
		})
	}
	wg.Wait()
}

// TestNothingLost checks the promise of layout on every sample, with every option
// that changes what is looked for.
func TestNothingLost(t *testing.T) {
	var files []string
	for _, dir := range []string{"../../testdata/corpus/tagged/pdf", "../../testdata/pdf"} {
		found, err := filepath.Glob(filepath.Join(dir, "*.pdf"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no samples in %s: %v", dir, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".pdf")
		for _, o := range []Options{{}, {Fast: true}, {IgnoreTags: true}, {KeepHidden: true}, {IgnoreDiagonal: true}, {MoreTables: true}, {DrawnTables: true}, {Crop: geom.Rect{X0: 0.2, Y0: 0.2, X1: 0.7, Y1: 0.9}}} {
			o.Password = "recto"
			r, err := engine.Parse(t.Context(), Source{Name: file, Data: data}, o)
			if err != nil {
				if name != "empty" && name != "broken" {
					t.Errorf("Parse(%s, %+v): %v", name, o, err)
				}
				continue
			}
			for _, d := range unplaced(r) {
				t.Errorf("Parse(%s, %+v) loses %q at %v", name, o, d.Text, d.Box)
			}
			for _, p := range r.Doc.Pages {
				if p.Err != nil && name != "badpage" {
					t.Errorf("Parse(%s, %+v): %v", name, o, p.Err)
				}
			}
		}
	}
}
