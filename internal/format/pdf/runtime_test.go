package pdf

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	goruntime "runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"

	"recto/internal/format"
	"recto/internal/page"
)

// TestModule checks that the module linked in by name is PDFium. Should go-pdfium
// rename it, the variable would be empty.
func TestModule(t *testing.T) {
	if len(pdfiumModule) < 5_000_000 || !bytes.HasPrefix(pdfiumModule, []byte("\x00asm")) {
		t.Fatalf("the PDF module is %d bytes and begins with %q", len(pdfiumModule), pdfiumModule[:min(4, len(pdfiumModule))])
	}
	for _, name := range []string{"FPDF_LoadMemDocument64", "FPDFText_GetLooseCharBox", "FPDFPage_Flatten", "FORM_OnAfterLoadPage"} {
		if _, ok := runtime.compiled.ExportedFunctions()[name]; !ok {
			t.Errorf("the PDF module does not export %s", name)
		}
	}
}

// residentMB is the memory of the process.
func residentMB(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("this system does not tell the memory of a process: ", err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(data))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize() >> 20
}

// TestMemory opens many documents: each must give back its instance.
func TestMemory(t *testing.T) {
	data := sample(t, "report")
	once := func() {
		r, err := runtime.Open(t.Context(), data, "")
		if err != nil {
			t.Fatal(err)
		}
		if p := r.ReadPage(1); p.Err != nil {
			t.Fatal(p.Err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	settle := func() int {
		goruntime.GC()
		debug.FreeOSMemory()
		return residentMB(t)
	}
	for range 5 {
		once()
	}
	before := settle()
	for range 50 {
		once()
	}
	// An instance takes some 20 MB, so that 50 lost ones would be a gigabyte.
	if after := settle(); after > before+40 {
		t.Errorf("50 documents left %d MB behind", after-before)
	}
}

func TestCloseTwice(t *testing.T) {
	r, err := runtime.Open(t.Context(), sample(t, "letter"), "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

// TestParallel reads the same pages from two Readers at once.
func TestParallel(t *testing.T) {
	data := sample(t, "report")
	want := open(t, "report")
	var pages []*page.Page
	for n := range want.PageCount() {
		pages = append(pages, want.ReadPage(n+1))
	}
	var wg sync.WaitGroup
	for range 2 {
		r, err := runtime.Open(t.Context(), data, "")
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			defer func() { _ = r.Close() }()
			for range 5 {
				for n := range r.PageCount() {
					if got := r.ReadPage(n + 1); !reflect.DeepEqual(got, pages[n]) {
						t.Errorf("page %d reads differently beside another reader", n+1)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestAfterTrap checks that a Reader whose instance has failed answers nothing
// and says so, and that others go on.
func TestAfterTrap(t *testing.T) {
	r := open(t, "letter")
	r.m.call("FPDFPage_CountObjects", 0x7FFF_FFF0) // no page
	if r.Broken() == nil {
		t.Skip("the PDF module survives a wild address")
	}
	if !errors.Is(r.Broken(), errTrap) || errors.Is(r.Broken(), format.ErrBroken) {
		t.Errorf("Broken() = %v, want %v", r.Broken(), errTrap)
	}
	if p := r.ReadPage(1); !errors.Is(p.Err, errTrap) {
		t.Errorf("a broken reader reads %+v", p)
	}
	if p := read(t, "letter", 1); len(p.Runs) == 0 {
		t.Error("another reader reads nothing")
	}
}
