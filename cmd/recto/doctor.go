package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"recto/internal/engine"
	"recto/internal/store"
)

// DoctorCmd says what is there, what is not, and what to do.
type DoctorCmd struct {
	DataFlags `embed:""`
	StorageFlags
	OCRFlags
	SandboxFlags
	JSON bool `help:"Write JSON."`
}

// What a check can find. Missing is what can be done without.
const (
	fine    = "ok"
	missing = "missing"
	broken  = "broken"
)

// finding is the outcome of one check.
type finding struct {
	Name   string `json:"name"`
	State  string `json:"state"` // ok, missing or broken
	Detail string `json:"detail"`
	Advice string `json:"advice,omitempty"` // what to do, when there is something
}

const (
	doctorTimeout = 2 * time.Minute
	leastDisk     = 1 << 30 // for uploads and results
	leastMemory   = 1 << 30 // for a large document and its pictures
)

// errUnwell ends the command; what is wrong stands above already.
var errUnwell = errors.New("something is broken: see above")

// Run makes all checks, whatever the first of them finds.
func (c *DoctorCmd) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, doctorTimeout)
	defer cancel()
	at, err := c.store()
	if err != nil {
		return err
	}
	dir := at.Dir
	found := []finding{checkEngine(ctx)}
	found = append(found, c.checkOCR(ctx)...)
	found = append(found, c.checkChildren(ctx))
	found = append(found,
		checkFolder("data", dir, "choose another folder with --data-dir or RECTO_DATA_DIR, or give this user the right to write there"),
		checkDatabase(ctx, at),
		c.checkStorage(ctx, dir),
		checkFolder("temporary files", os.TempDir(), "set TMPDIR to a folder this user can write to"),
		checkMemory())
	well := true
	for _, f := range found {
		well = well && f.State != broken
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		if err := out.Encode(map[string]any{"ok": well, "version": version, "checks": found}); err != nil {
			return err
		}
	} else if err := writeFindings(os.Stdout, found); err != nil {
		return err
	}
	if !well {
		return errUnwell
	}
	return nil
}

func writeFindings(w io.Writer, found []finding) error {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%-8s %-16s %s\n", f.State, f.Name, f.Detail)
		if f.Advice != "" {
			fmt.Fprintf(&b, "%-25s → %s\n", "", f.Advice)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// smallest is a document with one word, as every version of PDF writes it.
const smallest = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 33>>stream
BT /F 20 Tf 20 40 Td (Well) Tj ET
endstream
endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R/Size 6>>
`

// checkEngine reads a document, which needs the PDF module to run here.
func checkEngine(ctx context.Context) finding {
	f := finding{Name: "reading PDF", State: fine, Detail: "reads a test document"}
	err := func() error {
		e, err := engine.Start(ctx, engine.Config{Workers: 1})
		if err != nil {
			return err
		}
		defer e.Close()
		r, err := e.Parse(ctx, engine.Source{Name: "test.pdf", Data: []byte(smallest)}, engine.Options{})
		if err != nil {
			return err
		}
		if n := len(r.Doc.Pages); n != 1 || r.Doc.Pages[0].Err != nil || len(r.Doc.Pages[0].Items) != 1 {
			return fmt.Errorf("a test document of one page with one word gave %d pages", n)
		}
		return nil
	}()
	if err != nil {
		f.State, f.Detail = broken, err.Error()
		f.Advice = "the folder for caches ($XDG_CACHE_HOME or ~/.cache) must be writable, and a gigabyte of memory free"
	}
	return f
}

// checkFolder says whether a folder can be written to and has room. One that
// does not exist yet is judged by where it would be made.
func checkFolder(name, dir, advice string) finding {
	f := finding{Name: name, State: fine, Detail: dir}
	at, made := dir, true
	for {
		info, err := os.Stat(at)
		if err == nil && !info.IsDir() {
			return finding{name, broken, at + " is no folder", advice}
		}
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrNotExist) || filepath.Dir(at) == at {
			return finding{name, broken, err.Error(), advice}
		}
		at, made = filepath.Dir(at), false
	}
	probe, err := os.CreateTemp(at, ".recto-doctor-*")
	if err != nil {
		return finding{name, broken, "cannot write to " + at + ": " + plain(err).Error(), advice}
	}
	_, err = probe.Write(make([]byte, 4096))
	if err = errors.Join(err, probe.Close(), os.Remove(probe.Name())); err != nil {
		return finding{name, broken, "cannot write to " + at + ": " + err.Error(), advice}
	}
	if !made {
		f.Detail += " (is made when it is needed)"
	}
	if free, ok := freeDisk(at); ok {
		f.Detail += fmt.Sprintf(", %s free", gigabytes(free))
		if free < leastDisk {
			f.State, f.Advice = broken, "free some disk: uploads and results want a gigabyte and more"
		}
	}
	return f
}

func checkDatabase(ctx context.Context, at store.Config) finding {
	err := store.Check(ctx, at)
	advice := "give this user the right to write " + at.Place() + ", or put back a copy of the folder"
	if at.Address != "" {
		advice = "is the server of --database up, and does it let this user in and make tables?"
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return finding{"database", missing, "there is none yet", "recto serve makes it; recto parse needs none"}
	case err != nil:
		return finding{"database", broken, err.Error(), advice}
	}
	return finding{"database", fine, "can be read and written", ""}
}

func checkMemory() finding {
	free, ok := freeMemory()
	switch {
	case !ok:
		return finding{"memory", missing, "this system does not say how much is free", ""}
	case free < leastMemory:
		return finding{"memory", broken, gigabytes(free) + " free", "large documents want a gigabyte: give more, or run fewer jobs at once with --workers 1"}
	}
	return finding{"memory", fine, gigabytes(free) + " free", ""}
}

func gigabytes(n uint64) string { return fmt.Sprintf("%.1f GB", float64(n)/(1<<30)) }
