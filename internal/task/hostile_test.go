package task

import (
	"bytes"
	"fmt"
	"os"
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
