package layout

import "strings"

// formRows is the share of a form's rows that hold two labels or more.
const formRows = 0.6

// isLabel reports whether a text is the label of a field: a few words and a colon.
func isLabel(t string) bool {
	t = strings.TrimSpace(t)
	return strings.HasSuffix(t, ":") && len(strings.Fields(t)) <= 5
}

// isForm reports whether rows are several pairs of label and value side by side:
// no table, because no column has a meaning of its own.
func (s *Sheet) isForm(rows []lineRow) bool {
	n := 0
	for _, r := range rows {
		labels := 0
		for _, li := range r.lines {
			if isLabel(s.lines[li].text) {
				labels++
			}
		}
		if labels >= 2 {
			n++
		}
	}
	return float64(n) >= formRows*float64(len(rows))
}

// startsPair reports whether l is the label of a second pair in the row that p
// has begun.
func startsPair(p, l *line) bool {
	return isLabel(l.text) && strings.Contains(p.text, ":") && !isLabel(p.text)
}
