package task

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"recto/internal/engine"
	"recto/internal/ocr/tesseract"
	"recto/internal/wire"
)

// TestAutoModeSearchablePDF: the output PDF has the words that auto mode read.
func TestAutoModeSearchablePDF(t *testing.T) {
	for _, program := range []string{"tesseract", "pdftotext"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	reader, err := tesseract.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Start(t.Context(), engine.Config{OCR: reader})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "corpus", "tagged", "pdf", "letter.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	src := engine.Source{Name: "scan.jpg"}
	shot := engine.Options{Pages: []int{1}, Images: engine.ImageKinds{Screenshot: true}, SaveImage: func(i engine.Image) error {
		src.Data = i.Data
		return nil
	}}
	if _, err := e.Parse(t.Context(), engine.Source{Name: "letter.pdf", Data: data}, shot); err != nil {
		t.Fatal(err)
	}
	words := func(pdf []byte) int {
		file := filepath.Join(t.TempDir(), "a.pdf")
		if err := os.WriteFile(file, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "pdftotext", file, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		return len(strings.Fields(string(out)))
	}
	first := engine.Options{SearchablePDF: true, NoOCR: true, Fast: true}
	res, err := e.Parse(t.Context(), src, first)
	if err != nil {
		t.Fatal(err)
	}
	if n := words(res.PDF); n != 0 {
		t.Fatalf("%d words without recognition", n)
	}
	r := &work{Task: Task{Tier: string(wire.CostEffective)}, parser: e, sink: newKept()}
	full := true
	r.req.ProcessingOptions.AutoMode = []wire.AutoMode{{FullPageImage: &full, ParsingConf: &wire.AutoModeConf{Language: "en"}}}
	triggered, err := r.autoMode(t.Context(), src, first, res)
	if err != nil || !triggered[1] {
		t.Fatalf("triggered %v, %v", triggered, err)
	}
	if n := words(res.PDF); n < 30 {
		t.Errorf("%d words in the PDF after auto mode", n)
	}
}
