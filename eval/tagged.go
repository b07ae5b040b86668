package eval

import (
	"fmt"
	"path/filepath"

	"recto/eval/score"
)

// taggedTruth is a document as markdown.
type taggedTruth struct{ markdown string }

func taggedTruths(dir string, names []string) ([]truth, error) {
	var truths []truth
	for _, name := range names {
		text, err := readText(filepath.Join(dir, "gt", name+".md"))
		if err != nil {
			return nil, err
		}
		truths = append(truths, taggedTruth{text})
	}
	return truths, nil
}

type taggedDetail struct {
	like    score.Likeness
	plain   score.Value // NID-T
	outline score.Outline
	lists   score.Retrieval
	tables  score.TableScore
}

func (t taggedTruth) score(markdown string, _ []score.Region) detail {
	var truth []score.TrueTable
	for _, table := range score.Tables(t.markdown) {
		truth = append(truth, score.TrueTable{table})
	}
	return taggedDetail{
		like:    score.Compare(t.markdown, markdown),
		plain:   score.Ratio(score.Plain(t.markdown), score.Plain(markdown)),
		outline: score.CompareHeadings(score.Headings(t.markdown), score.Headings(markdown)),
		lists:   score.CompareItems(score.ListItems(t.markdown), score.ListItems(markdown)),
		tables:  score.CompareTables(truth, score.Tables(markdown)),
	}
}

func (d taggedDetail) numbers() []Number {
	table := score.None()
	if t := d.tables; t.Regions+t.Outputs > 0 {
		table = tableRetrieval([]score.TableScore{t}).F1
	}
	return []Number{
		{Name: "overall", Value: d.like.Overall},
		{Name: "NID", Value: d.like.NID},
		{Name: "NID-T", Value: d.plain},
		{Name: "MHS", Value: d.like.MHS},
		{Name: "head F1", Value: d.outline.F1},
		{Name: "head lev", Value: d.outline.Level},
		{Name: "list F1", Value: d.lists.F1},
		{Name: "tab F1", Value: table},
		{Name: "TEDS", Value: d.like.TEDS},
	}
}

func (d taggedDetail) failures() []string {
	return tableFailures(d.tables)
}

func summarizeTagged(details []detail) []Number {
	all := as[taggedDetail](details)
	mean := func(name string, value func(taggedDetail) score.Value) Number {
		return Number{Name: name, Value: meanOf(all, value)}
	}
	var tables []score.TableScore
	for _, d := range all {
		tables = append(tables, d.tables)
	}
	found := tableRetrieval(tables)
	return append([]Number{
		mean("overall", func(d taggedDetail) score.Value { return d.like.Overall }),
		mean("NID", func(d taggedDetail) score.Value { return d.like.NID }),
		mean("NID-S", func(d taggedDetail) score.Value { return d.like.NIDNoTab }),
		mean("NID-T", func(d taggedDetail) score.Value { return d.plain }),
		mean("MHS", func(d taggedDetail) score.Value { return d.like.MHS }),
		mean("MHS-S", func(d taggedDetail) score.Value { return d.like.MHSForm }),
		mean("head P", func(d taggedDetail) score.Value { return d.outline.Precision }),
		mean("head R", func(d taggedDetail) score.Value { return d.outline.Recall }),
		mean("head F1", func(d taggedDetail) score.Value { return d.outline.F1 }),
		mean("head lev", func(d taggedDetail) score.Value { return d.outline.Level }),
		mean("list F1", func(d taggedDetail) score.Value { return d.lists.F1 }),
		{Name: "tab P", Value: found.Precision},
		{Name: "tab R", Value: found.Recall},
		{Name: "tab F1", Value: found.F1},
		mean("TEDS", func(d taggedDetail) score.Value { return d.like.TEDS }),
		mean("TEDS-S", func(d taggedDetail) score.Value { return d.like.TEDSForm }),
	}, structureNumbers("t", tables)...)
}

// tableRetrieval sums up which tables were found.
func tableRetrieval(tables []score.TableScore) score.Retrieval {
	var found, regions, right, outputs int
	for _, t := range tables {
		found += t.FoundRegions
		regions += t.Regions
		right += t.TrueOutputs
		outputs += t.Outputs
	}
	recall := score.NewRetrieval(found, regions, 0).Recall
	precision := score.NewRetrieval(right, 0, outputs).Precision
	return score.F1(precision, recall)
}

// tableFailures says how many tables were lost and invented.
func tableFailures(t score.TableScore) []string {
	var lines []string
	if lost := t.Regions - t.FoundRegions; lost > 0 {
		lines = append(lines, fmt.Sprintf("%d of %d tables not found", lost, t.Regions))
	}
	if invented := t.Outputs - t.TrueOutputs; invented > 0 {
		lines = append(lines, fmt.Sprintf("%d of %d output tables match none", invented, t.Outputs))
	}
	return lines
}

// structureNumbers are the means over all true tables.
func structureNumbers(prefix string, tables []score.TableScore) []Number {
	var all []score.TableLikeness
	for _, t := range tables {
		all = append(all, t.Structure...)
	}
	return []Number{
		{Name: prefix + "TEDS", Value: meanOf(all, func(t score.TableLikeness) score.Value { return t.TEDS }), Count: len(all)},
		{Name: prefix + "TEDS-S", Value: meanOf(all, func(t score.TableLikeness) score.Value { return t.TEDSForm }), Count: len(all)},
		{Name: prefix + "TEDS-X", Value: meanOf(all, func(t score.TableLikeness) score.Value { return t.TEDSText }), Count: len(all)},
	}
}
