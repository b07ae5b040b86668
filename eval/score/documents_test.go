package score

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestDocuments compares whole documents. A case names the scores it is about;
// those it does not name are free.
func TestDocuments(t *testing.T) {
	for _, c := range textCases(t, "documents") {
		t.Run(c.name, func(t *testing.T) {
			got := scoreLines(c.sections["truth"], c.sections["output"])
			for want := range strings.Lines(c.sections["scores"]) {
				if want = strings.TrimSpace(want); !slices.Contains(got, want) {
					t.Errorf("scores lack %q, are\n%s", want, strings.Join(got, "\n"))
				}
			}
		})
	}
}

// scoreLines writes every score of a document.
func scoreLines(truth, output string) []string {
	like := Compare(truth, output)
	outline := CompareHeadings(Headings(truth), Headings(output))
	lists := CompareItems(ListItems(truth), ListItems(output))
	var want []TrueTable
	for _, t := range Tables(truth) {
		want = append(want, TrueTable{t})
	}
	tables := CompareTables(want, Tables(output))
	lines := []string{
		"overall " + like.Overall.String(),
		"NID " + like.NID.String(),
		"NID-S " + like.NIDNoTab.String(),
		"NID-T " + Ratio(Plain(truth), Plain(output)).String(),
		"TEDS " + like.TEDS.String(),
		"TEDS-S " + like.TEDSForm.String(),
		"MHS " + like.MHS.String(),
		"MHS-S " + like.MHSForm.String(),
		"head P " + outline.Precision.String(),
		"head R " + outline.Recall.String(),
		"head F1 " + outline.F1.String(),
		"head lev " + outline.Level.String(),
		"list P " + lists.Precision.String(),
		"list R " + lists.Recall.String(),
		"list F1 " + lists.F1.String(),
		fmt.Sprintf("tables found %d/%d, true %d/%d", tables.FoundRegions, tables.Regions, tables.TrueOutputs, tables.Outputs),
		fmt.Sprintf("adj %d/%d/%d", tables.All.Right, tables.All.True, tables.All.Given),
		fmt.Sprintf("adjM %d/%d/%d", tables.Matched.Right, tables.Matched.True, tables.Matched.Given),
	}
	for i, s := range tables.Structure {
		lines = append(lines, fmt.Sprintf("table %d: TEDS %v TEDS-S %v TEDS-X %v", i+1, s.TEDS, s.TEDSForm, s.TEDSText))
	}
	return lines
}
