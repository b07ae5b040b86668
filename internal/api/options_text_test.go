package api

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"
)

// draw makes a PDF of pages that each of the functions draws.
func draw(t *testing.T, pages ...func(*fpdf.Fpdf)) string {
	t.Helper()
	f := fpdf.New("P", "pt", "Letter", "")
	for _, p := range pages {
		f.AddPage()
		f.SetFont("Helvetica", "", 11)
		p(f)
	}
	var buf bytes.Buffer
	if err := f.Output(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// pagesOf returns a field of every page of an expanded result.
func pagesOf[T any](t *testing.T, answer map[string]any, result, field string) []T {
	t.Helper()
	r, ok := answer[result].(map[string]any)
	if !ok {
		t.Fatalf("no %s: %v", result, answer["job"])
	}
	var out []T
	for _, p := range r["pages"].([]any) {
		v, _ := p.(map[string]any)[field].(T)
		out = append(out, v)
	}
	return out
}

var verses = []string{
	"The miller took the longer road along the river bank that night, because the",
	"shorter one was under water; he counted the posts of the fence as he went and",
	"came to forty before the light of the inn stood over the hedge. The host had",
	"kept a chair for him by the stove. They spoke about the price of barley, and",
	"about the bridge that nobody wanted to pay for, until the candle was down to",
	"its last inch and the dog had fallen asleep across the doorway of the kitchen.",
	"In the morning the water had gone back into its bed, and the miller walked",
	"home over the meadow with dry feet and a very heavy head.",
}

func TestOptionAnnotateLineNumbers(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pdf := draw(t, func(f *fpdf.Fpdf) {
		for i, v := range verses {
			y := 90 + 20*float64(i)
			f.SetFontSize(8)
			f.Text(60, y, string(rune('1'+i)))
			f.SetFontSize(11)
			f.Text(90, y, v)
		}
	})
	without := b.wait(b.parse(pdf, ""), "?expand=markdown")
	if n := pagesOf[[]any](t, without, "markdown", "line_numbers")[0]; n != nil {
		t.Errorf("line_numbers = %v although not asked for", n)
	}
	m := b.wait(b.parse(pdf, `,"output_options":{"markdown":{"annotate_line_numbers":true}}`), "?expand=markdown")
	md := pagesOf[string](t, m, "markdown", "markdown")[0]
	numbers := pagesOf[[]any](t, m, "markdown", "line_numbers")[0]
	if len(numbers) != len(verses) {
		t.Fatalf("%d line numbers, want %d: %v", len(numbers), len(verses), numbers)
	}
	for i, n := range numbers {
		n := n.(map[string]any)
		got := cutUTF16(md, [2]int{int(n["start_index"].(float64)), int(n["end_index"].(float64))})
		if n["line_number"] != string(rune('1'+i)) || got != verses[i] {
			t.Errorf("line %v = %q, want %q", n["line_number"], got, verses[i])
		}
	}
}

func TestOptionInlineImages(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	pictures := document(t, "pdf/pictures.pdf")
	without := strings.Join(pagesOf[string](t, b.wait(b.parse(pictures, ""), "?expand=markdown"), "markdown", "markdown"), "\n")
	if strings.Contains(without, "data:image") {
		t.Errorf("pictures in the markdown although not asked for")
	}
	m := b.wait(b.parse(pictures, `,"output_options":{"markdown":{"inline_images":true}}`), "?expand=markdown,images_content_metadata")
	md := strings.Join(pagesOf[string](t, m, "markdown", "markdown"), "\n")
	if !strings.Contains(md, "](data:image/jpeg;base64,/9j/") {
		t.Errorf("no picture in the markdown: %.400s", md)
	}
	if n := m["images_content_metadata"].(map[string]any)["total_count"]; n != 0.0 {
		t.Errorf("%v files beside the pictures in the markdown, want none", n)
	}
}

func TestOptionSpatialText(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	text := func(pdf, options string) []string {
		return pagesOf[string](t, b.wait(b.parse(pdf, `,"output_options":{"spatial_text":{`+options+`}}`), "?expand=text"), "text", "text")
	}
	columns := draw(t, func(f *fpdf.Fpdf) {
		for i := range 12 {
			y := 90 + 14*float64(i)
			f.Text(60, y, "left column of this page, text "+string(rune('a'+i)))
			f.Text(330, y, "right column of this page, text "+string(rune('A'+i)))
		}
	})
	if s := text(columns, `"do_not_unroll_columns":true`)[0]; !strings.Contains(s, "text a  ") {
		t.Errorf("columns side by side: %.300q", s)
	}
	if s := text(columns, `"do_not_unroll_columns":false`)[0]; strings.Contains(s, "text a  ") || strings.Index(s, "text l") > strings.Index(s, "text A") {
		t.Errorf("columns unrolled: %.300q", s)
	}

	fine := draw(t, func(f *fpdf.Fpdf) {
		f.Text(60, 90, "Large print")
		f.SetFontSize(1.2)
		f.Text(60, 140, "tiny print")
	})
	if s := text(fine, "")[0]; strings.Contains(s, "tiny") || !strings.Contains(s, "Large") {
		t.Errorf("without tiny text: %q", s)
	}
	if s := text(fine, `"preserve_very_small_text":true`)[0]; !strings.Contains(s, "tiny print") {
		t.Errorf("with tiny text: %q", s)
	}

	two := draw(t,
		func(f *fpdf.Fpdf) { f.Text(60, 90, "edge"); f.Text(300, 90, "mark") },
		func(f *fpdf.Fpdf) { f.Text(130, 90, "dented"); f.Text(300, 90, "mark") })
	at := func(pages []string) []int {
		var out []int
		for _, p := range pages {
			out = append(out, strings.Index(p, "mark"))
		}
		return out
	}
	if own := at(text(two, "")); own[0] == own[1] {
		t.Errorf("each page on its own grid: the mark is at %v", own)
	}
	if same := at(text(two, `"preserve_layout_alignment_across_pages":true`)); same[0] != same[1] || same[0] < 10 {
		t.Errorf("aligned: the mark is at %v", same)
	}
}

// scan is a page that shows a picture, with the recognized text invisibly over it.
func scan(t *testing.T) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 200, 260))
	for i := range img.Pix {
		img.Pix[i] = 0xF4
	}
	for x := 20; x < 180; x++ {
		img.SetGray(x, 60, color.Gray{})
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return draw(t, func(f *fpdf.Fpdf) {
		f.RegisterImageOptionsReader("scan", fpdf.ImageOptions{ImageType: "PNG"}, &buf)
		f.ImageOptions("scan", 0, 0, 612, 792, false, fpdf.ImageOptions{}, 0, "")
		f.SetTextRenderingMode(3)
		f.Text(60, 180, "words that were recognized")
	})
}

func TestOptionIgnore(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	markdown := func(pdf, options string) string {
		m := b.wait(b.parse(pdf, `,"processing_options":{"ignore":{`+options+`}}`), "?expand=markdown")
		return strings.Join(pagesOf[string](t, m, "markdown", "markdown"), "\n")
	}
	s := scan(t)
	if md := markdown(s, ""); !strings.Contains(md, "words that were recognized") {
		t.Errorf("the text over a scan is lost: %q", md)
	}
	if md := markdown(s, `"ignore_text_in_image":true`); strings.Contains(md, "recognized") {
		t.Errorf("the text over a scan is not ignored: %q", md)
	}

	slanted := draw(t, func(f *fpdf.Fpdf) {
		for i, v := range verses {
			f.Text(72, 90+20*float64(i), v)
		}
		f.TransformBegin()
		f.TransformRotate(20, 300, 500)
		f.Text(250, 500, "a note across")
		f.TransformEnd()
	})
	if md := markdown(slanted, ""); !strings.Contains(md, "a note across") {
		t.Errorf("diagonal text is lost: %q", md)
	}
	if md := markdown(slanted, `"ignore_diagonal_text":true`); strings.Contains(md, "a note") || !strings.Contains(md, "The miller") {
		t.Errorf("diagonal text is not ignored: %q", md)
	}

	hidden := draw(t, func(f *fpdf.Fpdf) {
		f.Text(72, 90, verses[0])
		f.SetTextRenderingMode(3)
		f.Text(72, 120, "nobody sees this")
	})
	if md := markdown(hidden, ""); strings.Contains(md, "nobody sees this") {
		t.Errorf("hidden text is in the markdown: %q", md)
	}
	if md := markdown(hidden, `"ignore_hidden_text":false`); !strings.Contains(md, "nobody sees this") {
		t.Errorf("hidden text was asked for: %q", md)
	}
}

func TestOptionFailureConditions(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	bad := document(t, "pdf/badpage.pdf")
	status := func(pdf, conditions string) (string, string) {
		m := b.wait(b.parse(pdf, `,"processing_control":{"job_failure_conditions":{`+conditions+`}}`), "?expand=job_metadata")
		message, _ := jobOf(m)["error_message"].(string)
		return jobOf(m)["status"].(string), message
	}
	if s, _ := status(bad, ""); s != "COMPLETED" {
		t.Fatalf("a document with a bad page is %s", s)
	}
	for _, c := range []string{`"fail_on_markdown_reconstruction_error":true`, `"allowed_page_failure_ratio":0.01`} {
		if s, message := status(bad, c); s != "FAILED" || !strings.HasPrefix(message, "PDF_IS_BROKEN: ") {
			t.Errorf("%s: %s %q", c, s, message)
		}
	}
	if s, _ := status(bad, `"allowed_page_failure_ratio":1`); s != "COMPLETED" {
		t.Errorf("with all failures allowed the job is %s", s)
	}
	good := document(t, "corpus/tagged/pdf/report.pdf")
	if s, m := status(good, `"fail_on_markdown_reconstruction_error":true,"fail_on_image_extraction_error":true`); s != "COMPLETED" {
		t.Errorf("a good document is %s: %s", s, m)
	}
}

// unmapped is a page of one line in a font that says its letters are codes for
// private use.
func unmapped(text string) string {
	stream := "BT /F 12 Tf 72 700 Td (" + text + ") Tj ET"
	toUnicode := "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7E> <E020> endbfrange"
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(stream), stream),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(toUnicode), toUnicode),
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%s endobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF", len(at)+1, table)
	return b.String()
}

// TestOptionBuggyFont: a page that its fonts make unreadable says so, and fails
// the job when the request wants that.
func TestOptionBuggyFont(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	odd := unmapped("nobody can tell what these letters are")
	m := b.wait(b.parse(odd, ""), "?expand=metadata")
	if jobOf(m)["status"] != "COMPLETED" {
		t.Fatalf("a document with an unreadable font is %v", jobOf(m))
	}
	if why := pagesOf[string](t, m, "metadata", "needs_ocr")[0]; !strings.Contains(why, "unreadable") {
		t.Errorf("needs_ocr = %q, want why", why)
	}
	if c := pagesOf[float64](t, m, "metadata", "confidence")[0]; c != 0 {
		t.Errorf("confidence = %v, want 0: nothing can be read", c)
	}
	const strict = `,"processing_control":{"job_failure_conditions":{"fail_on_buggy_font":true}}`
	m = b.wait(b.parse(odd, strict), "")
	if message, _ := jobOf(m)["error_message"].(string); jobOf(m)["status"] != "FAILED" || !strings.HasPrefix(message, "PDF_IS_BROKEN: ") {
		t.Errorf("with fail_on_buggy_font the job is %v", jobOf(m))
	}
	good := b.wait(b.parse(document(t, "corpus/tagged/pdf/report.pdf"), strict), "?expand=metadata")
	if jobOf(good)["status"] != "COMPLETED" {
		t.Errorf("with fail_on_buggy_font a good document is %v", jobOf(good))
	}
}

// TestOptionsWithoutEffect: what is not built yet is told.
func TestOptionsWithoutEffect(t *testing.T) {
	b := start(t, settings{parser: realEngine(t)})
	m := b.wait(b.parse(samplePDF(t, 1), `,"processing_options":{"ocr_parameters":{"languages":["de"]}}`), "?expand=job_metadata")
	warnings := m["job_metadata"].(map[string]any)["warnings"].([]any)
	if !slices.ContainsFunc(warnings, func(w any) bool {
		return strings.Contains(w.(map[string]any)["message"].(string), "processing_options.ocr_parameters")
	}) {
		t.Errorf("warnings = %v, want the option named", warnings)
	}
}
