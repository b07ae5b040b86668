package score

// OutputLikeness returns for every output table how like the true table it is
// that it stands for, as TEDS: 0 for one that stands for none.
func OutputLikeness(truth []TrueTable, outputs []Table) []Value {
	m := matchTables(truth, outputs)
	values := make([]Value, len(outputs))
	for r, b := range m.best {
		if b.output >= 0 && b.overlap >= minMatchedOverlap {
			values[b.output] = max(values[b.output], compareTable(m.regions[r], outputs[b.output]).TEDS)
		}
	}
	for i, j := range m.joined {
		if j != nil {
			values[j.output] = max(values[j.output], compareTable(stack(truth[i]), outputs[j.output]).TEDS)
		}
	}
	return values
}
