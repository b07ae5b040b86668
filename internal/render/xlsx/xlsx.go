// Package xlsx writes the tables of a document as a workbook, one sheet a table,
// row by row, so that big tables take little memory beyond their own. It is the
// only door to the spreadsheet library. Text never becomes a formula;
// cells that are plain numbers (see package table) become numbers that look as
// printed. The same tables give the same bytes.
package xlsx

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"recto/internal/doc"
	"recto/internal/table"
)

// Options shape the workbook. The zero value names sheets after captions.
type Options struct {
	NumberedSheets bool // "Table 1", "Table 2", … instead
}

// Column widths in characters.
const (
	minWidth = 8
	maxWidth = 60 // wider ones are wrapped
)

// Render writes the workbook. A document without tables gives one empty sheet,
// since a workbook must have one.
func Render(w io.Writer, d *doc.Document, o Options) error {
	f := excelize.NewFile().SetZipWriter(newSorted)
	defer f.Close()
	b := book{file: f, names: sheetNames{taken: map[string]bool{}}, styles: map[style]int{}}
	for i, t := range tables(d) {
		name := fmt.Sprintf("Table %d", i+1)
		if !o.NumberedSheets {
			name = cmp.Or(t.title, name)
		}
		if err := b.add(t.Table, b.names.unique(name)); err != nil {
			return fmt.Errorf("write table %d as a sheet: %w", i+1, err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// book is the workbook being written.
type book struct {
	file   *excelize.File
	sheets int
	names  sheetNames
	styles map[style]int // ids in the file
}

// style is how a cell looks.
type style struct {
	header bool
	format string // number format, "" for text
}

func (b *book) add(t *doc.Table, name string) error {
	b.sheets++
	var err error
	if b.sheets == 1 { // a new file comes with a sheet
		err = b.file.SetSheetName(b.file.GetSheetName(0), name)
	} else {
		_, err = b.file.NewSheet(name)
	}
	if err != nil {
		return err
	}
	s, err := b.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for col, width := range columnWidths(t) {
		if err := s.SetColWidth(col+1, col+1, width); err != nil {
			return err
		}
	}
	cells := map[[2]int]*doc.Cell{}
	for i := range t.Cells {
		cells[[2]int{t.Cells[i].Row, t.Cells[i].Col}] = &t.Cells[i]
	}
	for row, values := range table.Rows(t) {
		out := make([]any, len(values))
		for col, v := range values {
			c := cells[[2]int{row, col}]
			if c == nil {
				continue
			}
			id, err := b.style(style{header: c.Header || row < t.HeaderRows, format: numberFormat(v, c.Text.Plain())})
			if err != nil {
				return err
			}
			out[col] = excelize.Cell{StyleID: id, Value: v}
		}
		if err := s.SetRow(cellName(row, 0), out); err != nil {
			return err
		}
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		lastRow, lastCol := min(c.Row+c.RowSpan, t.RowCount)-1, min(c.Col+c.ColSpan, t.ColCount)-1
		if lastRow <= c.Row && lastCol <= c.Col {
			continue
		}
		if err := s.MergeCell(cellName(c.Row, c.Col), cellName(max(lastRow, c.Row), max(lastCol, c.Col))); err != nil {
			return err
		}
	}
	return s.Flush()
}

// style returns the file's id of a style.
func (b *book) style(s style) (int, error) {
	if id, ok := b.styles[s]; ok {
		return id, nil
	}
	x := &excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
	if s.header {
		x.Font = &excelize.Font{Bold: true}
		x.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}
	}
	if s.format != "" {
		x.CustomNumFmt = &s.format
	}
	id, err := b.file.NewStyle(x)
	if err != nil {
		return 0, err
	}
	b.styles[s] = id
	return id, nil
}

// numberFormat returns the format that shows a number as it was printed: with
// its decimals and its grouping.
func numberFormat(v any, printed string) string {
	switch v.(type) {
	case int64, float64:
	default:
		return ""
	}
	format := "0"
	decimals, grouped := table.Decimals(printed, v)
	if grouped {
		format = "#,##0"
	}
	if decimals > 0 {
		format += "." + strings.Repeat("0", decimals)
	}
	return format
}

func columnWidths(t *doc.Table) []float64 {
	widths := make([]float64, t.ColCount)
	for col := range widths {
		widths[col] = minWidth
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		if c.ColSpan > 1 || c.Col < 0 || c.Col >= t.ColCount {
			continue
		}
		for line := range strings.SplitSeq(c.Text.Plain(), "\n") {
			widths[c.Col] = min(maxWidth, max(widths[c.Col], float64(utf8.RuneCountInString(line)+2)))
		}
	}
	return widths
}

// cellName returns a place as "A1".
func cellName(row, col int) string {
	name, err := excelize.CoordinatesToCellName(col+1, row+1)
	if err != nil {
		return "" // refused by whatever it is passed to
	}
	return name
}
