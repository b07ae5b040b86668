package eval

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"recto/eval/score"
)

// icdarTruth is the tables of a document, the rest of which is unknown.
type icdarTruth struct {
	tables  []score.TrueTable
	regions []score.Region
}

func icdarTruths(dir string, names []string) ([]truth, error) {
	var truths []truth
	for _, name := range names {
		t, err := readICDAR(filepath.Join(dir, "gt", name+".json"))
		if err != nil {
			return nil, err
		}
		truths = append(truths, t)
	}
	return truths, nil
}

func readICDAR(path string) (icdarTruth, error) {
	var file struct {
		Tables [][]struct {
			Table struct {
				NRows, NCols int
				Cells        []truthCell
			}
		}
		Regions [][]truthRegion
	}
	if err := readJSON(path, &file); err != nil {
		return icdarTruth{}, err
	}
	var t icdarTruth
	for _, table := range file.Tables {
		var whole score.TrueTable
		for _, region := range table {
			part := score.Table{Rows: region.Table.NRows, Cols: region.Table.NCols}
			for _, c := range region.Table.Cells {
				part.Cells = append(part.Cells, score.Cell(c))
			}
			whole = append(whole, part)
		}
		t.tables = append(t.tables, whole)
	}
	for _, table := range file.Regions {
		for _, r := range table {
			t.regions = append(t.regions, score.Region(r))
		}
	}
	return t, nil
}

// truthCell is written [row, column, row span, column span, text].
type truthCell score.Cell

func (c *truthCell) UnmarshalJSON(data []byte) error {
	return unmarshalTuple(data, &c.Row, &c.Col, &c.RowSpan, &c.ColSpan, &c.Text)
}

// truthRegion is written [page, [x1, y1, x2, y2]].
type truthRegion score.Region

func (r *truthRegion) UnmarshalJSON(data []byte) error {
	var box json.RawMessage
	if err := unmarshalTuple(data, &r.Page, &box); err != nil {
		return err
	}
	return unmarshalTuple(box, &r.Box.X1, &r.Box.Y1, &r.Box.X2, &r.Box.Y2)
}

func unmarshalTuple(data []byte, fields ...any) error {
	n := len(fields)
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	if len(fields) != n {
		return fmt.Errorf("%d values in place of %d", len(fields), n)
	}
	return nil
}

type icdarDetail struct {
	tables score.TableScore
	areas  *score.AreaCount // nil where the program gives no places
}

func (t icdarTruth) score(markdown string, boxes []score.Region) detail {
	d := icdarDetail{tables: score.CompareTables(t.tables, score.Tables(markdown))}
	if len(boxes) > 0 {
		areas := score.CompareAreas(t.regions, boxes)
		d.areas = &areas
	}
	return d
}

func (d icdarDetail) numbers() []Number {
	one := []score.TableScore{d.tables}
	numbers := []Number{{Name: "det F1", Value: tableRetrieval(one).F1}}
	for _, n := range append(structureNumbers("", one), relationNumbers(one)...) {
		switch n.Name {
		case "TEDS", "TEDS-S", "adj F1", "adjM F1":
			n.Count = 0
			numbers = append(numbers, n)
		}
	}
	if d.areas != nil {
		numbers = append(numbers, areaNumber([]icdarDetail{d})...)
	}
	return numbers
}

func (d icdarDetail) failures() []string {
	return tableFailures(d.tables)
}

func summarizeICDAR(details []detail) []Number {
	all := as[icdarDetail](details)
	var tables []score.TableScore
	for _, d := range all {
		tables = append(tables, d.tables)
	}
	found := tableRetrieval(tables)
	numbers := []Number{
		{Name: "det P", Value: found.Precision},
		{Name: "det R", Value: found.Recall},
		{Name: "det F1", Value: found.F1},
	}
	numbers = append(numbers, structureNumbers("", tables)...)
	numbers = append(numbers, relationNumbers(tables)...)
	return append(numbers, areaNumber(all)...)
}

// relationNumbers are precision and recall as means over documents, and their
// F1, as the competition sums up.
func relationNumbers(tables []score.TableScore) []Number {
	var numbers []Number
	for _, scope := range []struct {
		name  string
		count func(score.TableScore) score.RelationCount
	}{
		{"adj", func(t score.TableScore) score.RelationCount { return t.All }},
		{"adjM", func(t score.TableScore) score.RelationCount { return t.Matched }},
	} {
		r := score.F1(
			meanOf(tables, func(t score.TableScore) score.Value { return scope.count(t).Precision() }),
			meanOf(tables, func(t score.TableScore) score.Value { return scope.count(t).Recall() }),
		)
		numbers = append(numbers,
			Number{Name: scope.name + " P", Value: r.Precision},
			Number{Name: scope.name + " R", Value: r.Recall},
			Number{Name: scope.name + " F1", Value: r.F1})
	}
	return numbers
}

// areaNumber is the F1 of table areas over the documents with places.
func areaNumber(all []icdarDetail) []Number {
	var sum score.AreaCount
	measured := false
	for _, d := range all {
		if d.areas != nil {
			measured = true
			sum.Right += d.areas.Right
			sum.True += d.areas.True
			sum.Given += d.areas.Given
		}
	}
	if !measured {
		return nil
	}
	return []Number{{Name: "area F1", Value: score.NewRetrieval(sum.Right, sum.True, sum.Given).F1}}
}
