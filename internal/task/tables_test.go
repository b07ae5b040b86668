package task

import (
	"slices"
	"testing"

	"recto/internal/wire"
)

// TestTableFinding checks that the two options of table finding reach the engine and
// are not named as without effect.
func TestTableFinding(t *testing.T) {
	r := &work{Task: Task{Tier: string(wire.CostEffective)}}
	more := true
	r.req.ProcessingOptions.AggressiveTableExtraction = &more
	r.req.ProcessingOptions.DisableHeuristics = true
	o, err := r.options()
	if err != nil || !o.MoreTables || !o.DrawnTables {
		t.Errorf("options() = %+v, %v, want MoreTables and DrawnTables", o, err)
	}
	if idle := r.notYet(); slices.Contains(idle, "processing_options.aggressive_table_extraction") || slices.Contains(idle, "processing_options.disable_heuristics") {
		t.Errorf("notYet() = %v names options that have an effect", idle)
	}
}
