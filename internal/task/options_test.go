package task

import (
	"testing"

	"recto/internal/wire"
)

// TestTableOptions follows the options of tables from the request to the engine
// and the markdown.
func TestTableOptions(t *testing.T) {
	r := work{Task: Task{Tier: "cost_effective"}}
	o, err := r.options()
	if err != nil || o.MergeTables {
		t.Errorf("without options: merge %v, %v, want not to", o.MergeTables, err)
	}
	merge := true
	r.req.OutputOptions.Markdown.Tables = wire.TablesOptions{
		OutputTablesAsMarkdown: true, CompactMarkdownTables: true, MultilineSeparator: " / ", MergeContinuedTables: &merge,
	}
	o, err = r.options()
	if err != nil || !o.MergeTables {
		t.Errorf("with merge_continued_tables: merge %v, %v, want to", o.MergeTables, err)
	}
	m := r.markdown()
	if !m.PipeTables || !m.CompactTables || m.MultilineSeparator != " / " {
		t.Errorf("markdown options %+v, want compact pipes with a separator", m)
	}
	if names := r.notYet(); len(names) != 0 {
		t.Errorf("%v have no effect, want all to have one", names)
	}
}
