package task

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"recto/internal/engine"
	"recto/internal/ocr/tesseract"
	"recto/internal/wire"
)

// bytesKept also keeps the bytes of pictures.
type bytesKept struct {
	*kept
	pictures map[string]string
}

func (k bytesKept) Image(i engine.Image) error {
	k.pictures[i.Name] = fmt.Sprint(i.Category, i.Page, i.Box, i.WidthPx, i.HeightPx, i.ContentType, i.SameAs, string(i.Data))
	return k.kept.Image(i)
}

func (k bytesKept) Drop(name string) error {
	delete(k.pictures, name)
	return k.kept.Drop(name)
}

// made is all that comes of a document.
type made struct {
	outputs, pictures map[string]string
	meta              map[string]json.RawMessage
	failed            int
	failure           string
}

func process(t *testing.T, p Processor, task Task, file *os.File) (made, Report) {
	t.Helper()
	k := bytesKept{newKept(), map[string]string{}}
	rep, err := p.Process(t.Context(), task, file, k)
	m := made{k.outputs, k.pictures, rep.Meta, rep.FailedPages, ""}
	if f, ok := errors.AsType[*Failure](err); ok {
		m.failure = f.Error()
	} else if err != nil {
		t.Fatal(err)
	}
	return m, rep
}

// inParts parses a document in parts of so many pages, the last one first.
func inParts(t *testing.T, p Processor, task Task, file *os.File, size int) (made, bool) {
	t.Helper()
	task.SplitAbove = 1
	m, rep := process(t, p, task, file)
	if rep.Split == nil {
		return m, false
	}
	task.SplitAbove = 0
	var parts []string
	ranges := slices.Collect(slices.Chunk(rep.Split.Pages, size))
	for i := range ranges {
		part := task
		part.Part = &Part{Pages: ranges[len(ranges)-1-i], Tell: i == len(ranges)-1}
		got, _ := process(t, p, part, file)
		if got.failure != "" {
			return got, true
		}
		parts = append([]string{got.outputs[PartFile]}, parts...)
	}
	task.Parts = func() (io.ReadCloser, error) {
		var readers []io.Reader
		for _, x := range parts {
			readers = append(readers, strings.NewReader(x))
		}
		return io.NopCloser(io.MultiReader(readers...)), nil
	}
	m, _ = process(t, p, task, file)
	return m, true
}

// requests ask for everything that needs more than the text of a page.
var requests = []string{
	`{}`,
	`{"output_options":{"images_to_save":["screenshot","embedded","layout"],"additional_outputs":["word_bbox","stripped_md","concatenated_stripped_txt"],"granular_bboxes":["word"],"save_output_pdf":true},"processing_options":{"forms":"enrich"}}`,
	`{"page_ranges":{"target_pages":"2-9"},"output_options":{"markdown":{"tables":{"merge_continued_tables":true},"inline_images":true},"spatial_text":{"preserve_layout_alignment_across_pages":true}}}`,
	`{"processing_options":{"auto_mode":[{"table_in_page":true,"parsing_conf":{"aggressive_table_extraction":true,"ignore":{"diagonal_text":true}}}]},"output_options":{"images_to_save":["layout"],"spatial_text":{"do_not_unroll_columns":false}}}`,
}

// TestParts: a document parsed in parts gives the same bytes as whole. With
// RECTO_CORPUS, a folder of PDFs, those are parsed as well.
func TestParts(t *testing.T) {
	config := engine.Config{Workers: 2}
	if reader, err := tesseract.Find(t.Context()); err == nil {
		config.OCR = reader
	}
	e, err := engine.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	local := Local{Parser: e}
	files := documents(t, filepath.Join("..", "..", "testdata", "pdf"))
	files = append(files, documents(t, filepath.Join("..", "..", "testdata", "corpus"))...)
	asked := requests
	if dir := os.Getenv("RECTO_CORPUS"); dir != "" {
		files, asked = documents(t, dir), requests[:1]
		if n := os.Getenv("RECTO_REQUEST"); n != "" {
			asked = requests[n[0]-'0':][:1]
		}
	}
	divided := 0
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, request := range asked {
			task := Task{Name: filepath.Base(name), Tier: string(wire.CostEffective), Request: json.RawMessage(request), Attempt: 1}
			whole, _ := process(t, local, task, file)
			for _, size := range []int{1, 3} {
				parts, ok := inParts(t, local, task, file, size)
				if !ok {
					break
				}
				divided++
				compare(t, fmt.Sprintf("%s, request %d, %d pages a part", filepath.Base(name), i, size), whole, parts)
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if divided < 20 && os.Getenv("RECTO_CORPUS") == "" {
		t.Errorf("%d documents were divided, want 20 and more", divided)
	}
	t.Logf("%d documents were divided", divided)
}

func documents(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".pdf") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func compare(t *testing.T, what string, want, got made) {
	t.Helper()
	if want.failure != got.failure || want.failed != got.failed {
		t.Errorf("%s: failed with %q, %d pages, want %q, %d pages", what, got.failure, got.failed, want.failure, want.failed)
	}
	for _, m := range []struct {
		what      string
		want, got map[string]string
	}{{"output", want.outputs, got.outputs}, {"picture", want.pictures, got.pictures}} {
		for name := range maps.Keys(m.want) {
			a, b := m.want[name], m.got[name]
			if name == Tables { // whose parts come in any order
				a, b = unzipped(t, a), unzipped(t, b)
			}
			if a != b {
				at := 0
				for at < min(len(a), len(b)) && a[at] == b[at] {
					at++
				}
				t.Errorf("%s: %s %s differs at %d of %d bytes: %.100q, want %.100q", what, m.what, name, at, len(a), b[min(at, len(b)):], a[min(at, len(a)):])
			}
		}
		if len(m.want) != len(m.got) {
			t.Errorf("%s: %d of kind %s, want %d", what, len(m.got), m.what, len(m.want))
		}
	}
	if !reflect.DeepEqual(want.meta, got.meta) {
		t.Errorf("%s: metadata %s, want %s", what, got.meta, want.meta)
	}
}

// unzipped returns the files of an archive in the order of their names.
func unzipped(t *testing.T, archive string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f.Name+"\n"+string(data))
	}
	slices.Sort(files)
	return strings.Join(files, "\n")
}

// TestFailedPart: pages that a part could not read are failed pages, and what the
// document says of itself is known even without the part that should tell.
func TestFailedPart(t *testing.T) {
	e, err := engine.Start(t.Context(), engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	file := pdf(t, 3)
	task := Task{Name: "a.pdf", Tier: string(wire.CostEffective), Request: json.RawMessage(`{}`), SplitAbove: 2}
	_, rep := process(t, Local{Parser: e}, task, file)
	if rep.Split == nil || !slices.Equal(rep.Split.Pages, []int{1, 2, 3}) {
		t.Fatalf("the document is divided as %+v, want pages 1, 2, 3", rep.Split)
	}
	var bad bytes.Buffer
	if err := FailedPart(rep.Split, []int{1}, "its worker died", &bad); err != nil {
		t.Fatal(err)
	}
	task.SplitAbove = 0
	rest := task
	rest.Part = &Part{Pages: []int{2, 3}}
	good, _ := process(t, Local{Parser: e}, rest, file)
	task.Parts = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(bad.Bytes()), strings.NewReader(good.outputs[PartFile]))), nil
	}
	m, rep := process(t, Local{Parser: e}, task, file)
	if rep.FailedPages != 1 || !strings.Contains(m.outputs[MarkdownJSON], "its worker died") || !strings.Contains(m.outputs[MarkdownFull], "page number 3") {
		t.Errorf("%d failed pages in %s", rep.FailedPages, m.outputs[MarkdownJSON])
	}
}

// TestPartsInChildren: children read and assemble parts; one that dies costs its
// part a new beginning and the page that did it.
func TestPartsInChildren(t *testing.T) {
	r := remote(t, told{Evil: map[string]string{"2 reading": "crash"}}, 0, time.Minute)
	file := pdf(t, 5)
	task := Task{Name: "a.pdf", Tier: string(wire.CostEffective), Request: json.RawMessage(`{}`)}
	m, ok := inParts(t, r, task, file, 2)
	if !ok || m.failed != 1 || !strings.Contains(m.outputs[MarkdownFull], "page number 5") {
		t.Errorf("divided %v, %d failed pages, want true and 1; markdown %.200s", ok, m.failed, m.outputs[MarkdownFull])
	}
	task.Parts = func() (io.ReadCloser, error) { return nil, os.ErrPermission }
	if _, err := r.Process(t.Context(), task, file, newKept()); !errors.Is(err, os.ErrPermission) {
		t.Errorf("parts that cannot be opened give %v", err)
	}
	task.Parts = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("nonsense")), nil }
	if _, err := r.Process(t.Context(), task, file, newKept()); err == nil {
		t.Error("nonsense was assembled")
	}
	task.Parts = nil
	if m, _ := process(t, r, task, file); m.failed != 1 {
		t.Errorf("the child is not what it was: %d failed pages, want 1", m.failed)
	}
}
