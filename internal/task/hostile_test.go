package task

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// written makes a PDF of objects, numbered from 1.
func written(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

func streamOf(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(content), content)
}

// nested is a document of three pages. The second shows a form that shows a form
// many times over, and so on: some kilobytes that stand for times^depth forms.
func nested(depth, times int) []byte {
	page := func(content int, resources string) string {
		return fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</Font<</F 9 0 R>>%s>>>>", content, resources)
	}
	text := func(s string) string { return streamOf("", "BT /F 14 Tf 72 700 Td ("+s+") Tj ET") }
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>",
		page(6, ""), page(7, "/XObject<</X 10 0 R>>"), page(8, ""),
		text("The first page is fine."), streamOf("", "/X Do"), text("The third page is fine."),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	for level := range depth {
		form := "/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F 9 0 R>>"
		if level < depth-1 {
			objects = append(objects, streamOf(fmt.Sprintf("%s/XObject<</X %d 0 R>>>>", form, 11+level), strings.Repeat("/X Do ", times)))
		} else {
			objects = append(objects, streamOf(form+">>", "BT /F 9 Tf (deep) Tj ET"))
		}
	}
	return written(objects)
}

// TestNestedForms parses a document that takes for ever and all memory: it costs
// its page, no more time than the page has, and nothing of this process.
func TestNestedForms(t *testing.T) {
	for _, c := range []struct {
		name   string
		memory int64
		limit  time.Duration
		why    string
	}{
		{"it hangs", 8 << 30, 2 * time.Second, "it took longer than 2s"},
		{"it takes all memory", 256 << 20, time.Minute, "it used more than 256 MB of memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, s := remote(t, told{}, c.memory, c.limit), newKept()
			document := fileOf(t, nested(8, 60))
			before, begun := residentMB(t), time.Now()
			rep, err := r.Process(t.Context(), taskOf(`{"tier":"cost_effective","version":"latest"}`), document, s)
			if err != nil {
				t.Fatal(err)
			}
			took, grown := time.Since(begun), residentMB(t)-before
			if got := string(rep.Meta["failed_pages"]); got != "[2]" || !strings.Contains(s.outputs[MarkdownJSON], c.why) {
				t.Errorf("failed_pages = %s, want the second page because %s: %s", got, c.why, s.outputs[MarkdownJSON])
			}
			for _, n := range []string{"first", "third"} {
				if !strings.Contains(s.outputs[MarkdownFull], "The "+n+" page is fine.") {
					t.Errorf("the %s page is missing: %s", n, s.outputs[MarkdownFull])
				}
			}
			if took > c.limit+10*time.Second { // alone it is half a second more than the limit
				t.Errorf("it took %s", took)
			}
			if grown > 32 {
				t.Errorf("this process has grown by %d MB", grown)
			}
			t.Logf("took %s, this process grew by %d MB, %d restarts", took, grown, s.restarts)
		})
	}
}

// Limits of TestBombs.
const (
	bombLimit  = 5 * time.Second // of a step of a page
	bombMemory = 700 << 20       // of the child
	bombSlack  = 2 * time.Second
	ownGrowth  = 32 // megabytes by which this process may grow
)

// TestBombs parses documents that balloon, loop or lie. Each costs a page, or fails
// for a reason that clients know; the rest of it is read, and this process does not
// notice.
func TestBombs(t *testing.T) {
	r := remote(t, told{}, bombMemory, bombLimit)
	for i, b := range bombs {
		t.Run(b.name, func(t *testing.T) {
			if testing.Short() && (b.long || i%4 > 0) {
				t.Skip("a few are enough for a short run")
			}
			document, s := fileOf(t, b.build()), newKept()
			debug.FreeOSMemory() // of what built it
			before, begun := residentMB(t), time.Now()
			rep, err := r.Process(t.Context(), taskOf(request), document, s)
			took, grown := time.Since(begun), residentMB(t)-before
			f, failed := errors.AsType[*Failure](err)
			code, bad := "", strings.Trim(string(rep.Meta["failed_pages"]), "[]")
			if failed {
				code, bad = f.Code, ""
			}
			t.Logf("%.1f s, %d restarts, grown by %d MB, code %q, failed pages [%.20s]", took.Seconds(), s.restarts, grown, code, bad)
			if err != nil && !failed || code != b.code {
				t.Errorf("it ended with %v, want code %q", err, b.code)
			}
			if bad != b.bad && (b.may == "" || bad != b.may) {
				t.Errorf("failed pages [%.100s], want [%.100s]", bad, b.bad)
			}
			if !failed && !strings.Contains(s.outputs[MarkdownFull], goodText) {
				t.Errorf("the first page is missing: %.300s", s.outputs[MarkdownFull])
			}
			// A page is read, understood and drawn, each in the time of a step, and once
			// more after each death.
			if took > time.Duration(s.restarts+2)*bombLimit+bombSlack {
				t.Errorf("it took %s with %d restarts", took, s.restarts)
			}
			if grown > ownGrowth {
				t.Errorf("this process has grown by %d MB", grown)
			}
		})
	}
}

// TestHeavyPage: a page whose text is read in time but not understood fails alone.
func TestHeavyPage(t *testing.T) {
	h := told{Evil: map[string]string{"2 understanding": "spin"}}
	var b strings.Builder
	for i := range 12_000 {
		fmt.Fprintf(&b, "BT /F 3 Tf %d %d Td (x) Tj ET\n", 20+i%100*5, 20+i/100*5)
	}
	document := fileOf(t, sheets().page(b.String(), "", "").bytes())
	r, task := remote(t, h, 0, 3*time.Second), taskOf(`{"tier":"cost_effective","version":"latest"}`)
	whole, _ := process(t, r, task, document)
	divided, ok := inParts(t, r, task, document, 1)
	if !ok {
		t.Error("the document was not divided")
	}
	for _, m := range []made{whole, divided} {
		if got := string(m.meta["failed_pages"]); got != "[2]" || !strings.Contains(m.outputs[MarkdownJSON], "the page could not be understood: it took longer than 3s") || !strings.Contains(m.outputs[MarkdownFull], goodText) {
			t.Errorf("failed pages %s, %s: %s", got, m.failure, m.outputs[MarkdownJSON])
		}
	}
}

// residentMB is the memory of this process, 0 where the system does not tell.
func residentMB(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var all, resident int
	if _, err := fmt.Sscan(string(data), &all, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * os.Getpagesize() >> 20
}
