package eval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"recto/eval/score"
)

// Predictor turns a PDF into markdown.
type Predictor func(ctx context.Context, pdfPath string) (markdown string, err error)

// Locator tells where the tables of a PDF are.
type Locator func(ctx context.Context, pdfPath string) ([]score.Region, error)

// ErrNoPrediction means that there is no output for a document. It counts as
// an empty one.
var ErrNoPrediction = errors.New("no prediction")

// FromFolder returns a predictor that reads DIR/CORPUS/NAME.md.
func FromFolder(dir string) Predictor {
	return func(_ context.Context, pdfPath string) (string, error) {
		text, err := readText(predictionPath(dir, pdfPath, ".md"))
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%w: %w", ErrNoPrediction, err)
		}
		return text, err
	}
}

// predictionPath returns the file in a folder of predictions that belongs to
// CORPUS/pdf/NAME.pdf.
func predictionPath(dir, pdfPath, extension string) string {
	corpus := filepath.Base(filepath.Dir(filepath.Dir(pdfPath)))
	name := strings.TrimSuffix(filepath.Base(pdfPath), filepath.Ext(pdfPath))
	return filepath.Join(dir, corpus, name+extension)
}

// BoxesFromFolder returns a locator that reads DIR/CORPUS/NAME.json, a list of
// items of which those of type table have a page and a box, {"type": "table",
// "page": 1, "bbox": [x1, y1, x2, y2]}, in points from the bottom left. Without
// the file there are no boxes.
func BoxesFromFolder(dir string) Locator {
	return func(_ context.Context, pdfPath string) ([]score.Region, error) {
		data, err := os.ReadFile(predictionPath(dir, pdfPath, ".json"))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		var items []struct {
			Type string
			Page int
			Box  *[4]float64 `json:"bbox"`
		}
		if err := json.Unmarshal(data, &items); err != nil {
			return nil, fmt.Errorf("read boxes of %s: %w", pdfPath, err)
		}
		var regions []score.Region
		for _, it := range items {
			if it.Type == "table" && it.Page > 0 && it.Box != nil {
				b := *it.Box
				regions = append(regions, score.Region{Page: it.Page, Box: score.Box{X1: b[0], Y1: b[1], X2: b[2], Y2: b[3]}})
			}
		}
		return regions, nil
	}
}
