package recto

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers is the law of imports: a package may import those of the lines above
// its own. Packages of one line do not know each other.
var layers = [][]string{
	{"internal/cachedir", "internal/freeze", "internal/sandbox", "internal/geom", "internal/text", "internal/language", "internal/fetch", "internal/heif", "internal/seal", "internal/observe"},
	{"internal/page", "internal/doc"},
	{"internal/table", "internal/format"},
	{"internal/format/pdf", "internal/format/image", "internal/format/svg"},
	{"internal/ocr"},
	{"internal/ocr/tesseract", "internal/ocr/tesswasm", "internal/ocr/remote", "internal/ocr/ppocr"},
	{"internal/layout", "internal/render/markdown", "internal/render/plain", "internal/render/searchable", "internal/render/spatial", "internal/render/xlsx"},
	{"internal/engine"},
	{"internal/wire", "internal/store", "internal/store/storetest", "internal/blob", "internal/blob/blobtest"},
	{"internal/task"},
	{"internal/job"},
	{"internal/api"},
	{"cmd/recto", "eval/processes", "eval/score", "soak/cluster"},
	{"deploy/cmd/recto-licenses"},
	{"eval", "soak/cmd/recto-load", "soak/cmd/recto-soak"},
	{"eval/cmd/recto-bench-ocr", "eval/cmd/recto-eval", "eval/cmd/recto-ocr", "eval/cmd/recto-page", "eval/cmd/recto-robust", "eval/cmd/recto-twice", "testdata/gen"},
}

// doors are the only packages that may import a third party's engine.
var doors = map[string][]string{
	"github.com/klippa-app/go-pdfium": {"internal/format/pdf"},
	"github.com/tetratelabs/wazero":   {"internal/format/pdf", "internal/ocr/tesswasm", "internal/heif"},
	"github.com/ebitengine/purego":    {"internal/ocr/ppocr"},
	"golang.org/x/image":              {"internal/ocr", "internal/ocr/ppocr", "internal/format/image"},
	"github.com/riverqueue/river":     {"internal/job"},
	"gocloud.dev":                     {"internal/blob"},
	"github.com/aws":                  {"internal/blob"},
	"modernc.org/sqlite":              {"internal/store"},
	"github.com/jackc/pgx":            {"internal/store", "internal/store/storetest"},
	"github.com/pressly/goose":        {"internal/store"},
	"github.com/xuri/excelize":        {"internal/render/xlsx"},
	"github.com/prometheus":           {"internal/observe"},
	"go.opentelemetry.io":             {"internal/observe"},
	"code.dny.dev/ssrf":               {"internal/fetch"},
	"github.com/getkin/kin-openapi":   {"internal/api"},
	"github.com/alecthomas/kong":      {"cmd/recto"},
	"gopkg.in/yaml.v3":                {"cmd/recto"},
}

// TestLayers reads the imports itself: a test built on the go command's answer
// is served stale from its cache.
func TestLayers(t *testing.T) {
	rank := map[string]int{}
	for i, line := range layers {
		for _, p := range line {
			rank[p] = i
		}
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "zscratch") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		level, known := rank[pkg]
		if !known {
			if !seen[pkg] {
				t.Errorf("package %s stands in no layer: enter it in layers_test.go", pkg)
				seen[pkg] = true
			}
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if own, ok := strings.CutPrefix(name, "recto/"); ok {
				if at, known := rank[own]; !known || at >= level {
					t.Errorf("%s imports %s, which does not stand in a layer below %s", path, name, pkg)
				}
				continue
			}
			for prefix, allowed := range doors {
				if strings.HasPrefix(name, prefix) && !slices.Contains(allowed, pkg) {
					t.Errorf("%s imports %s; its only doors are %v", path, name, allowed)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
