package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/geom"
)

// RepeatedHeader is the reason of dropped text that repeats a table's header on
// a later page.
const RepeatedHeader = "repeated table header"

// stack puts the parts of a table under each other, in the first one.
func stack(parts []part) {
	t := parts[0].Table
	t.MergedFrom = append(t.MergedFrom, parts[0].page.Number)
	for _, p := range parts[1:] {
		t.MergedFrom = append(t.MergedFrom, p.page.Number)
		t.Confidence = min(t.Confidence, p.Confidence)
		t.Concerns = append(t.Concerns, p.Concerns...)
		add(t, p)
		p.MergedInto = parts[0].page.Number
		p.Cells, p.RowCount, p.ColCount, p.HeaderRows, p.Concerns = nil, 0, 0, 0, nil
	}
}

// add appends a part's rows to a table, but for a repeated header. A row that was
// cut by the page's end is made whole.
func add(t *doc.Table, p part) {
	from := p.header // first row of the part to take
	if cut(t, p) {
		joinRow(t, p)
		from++
	}
	down := t.RowCount - from
	for i := range p.Cells {
		c := p.Cells[i]
		if c.Row < from {
			if c.Row < p.header && !c.Text.Empty() {
				p.page.Dropped = append(p.page.Dropped, doc.Dropped{Text: c.Text.Plain(), Reason: RepeatedHeader, Box: c.Box})
			}
			continue
		}
		c.Header = c.Header && c.Row >= p.HeaderRows // what looked like a header is none
		c.Row += down
		c.Page = p.page.Number
		t.Cells = append(t.Cells, c)
	}
	t.RowCount = max(t.RowCount, p.RowCount+down)
}

// cut reports whether the first row of a part is the rest of the table's last
// row. Its first column is empty, its texts stand below other texts, and either
// each of them goes on in small letters or after a comma, or no other row of the
// table lacks its first column and these are words.
func cut(t *doc.Table, p part) bool {
	last := lastRow(t)
	goesOn, words, filled := 0, 0, 0
	for i := range p.Cells {
		c := &p.Cells[i]
		if c.Row > p.header {
			break
		}
		if c.Row < p.header || c.Text.Empty() {
			continue
		}
		above := last[c.Col]
		if c.Col == 0 || c.RowSpan > 1 || above == nil || above.ColSpan != c.ColSpan || above.Text.Empty() {
			return false
		}
		filled++
		if textGoesOn(above.Text.Plain(), c.Text.Plain()) {
			goesOn++
		}
		if !looksNumeric(plain(c.Text)) {
			words++
		}
	}
	if filled == 0 {
		return false
	}
	return goesOn == filled || words == filled && labelled(t, t.HeaderRows, t.RowCount) && labelled(p.Table, p.header+1, p.RowCount)
}

// labelled reports whether each of these rows has text in its first column.
func labelled(t *doc.Table, from, to int) bool {
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Col == 0 && c.Row >= from && c.Row < to && c.Text.Empty() {
			return false
		}
	}
	return to > from
}

func textGoesOn(before, after string) bool {
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	if before == "" {
		return false
	}
	next, _ := utf8.DecodeRuneInString(after)
	end, _ := utf8.DecodeLastRuneInString(before)
	return unicode.IsLower(next) || strings.ContainsRune(",;-–&", end) && unicode.IsLetter(next)
}

// lastRow returns the cells of a table's last row by their column.
func lastRow(t *doc.Table) map[int]*doc.Cell {
	row := map[int]*doc.Cell{}
	for i := len(t.Cells) - 1; i >= 0 && t.Cells[i].Row+t.Cells[i].RowSpan >= t.RowCount; i-- {
		row[t.Cells[i].Col] = &t.Cells[i]
	}
	return row
}

// joinRow appends the first row of a part to the table's last one.
func joinRow(t *doc.Table, p part) {
	last := lastRow(t)
	for i := range p.Cells {
		c := &p.Cells[i]
		if c.Row != p.header || c.Text.Empty() {
			continue
		}
		above := last[c.Col]
		text := append(doc.Text{}, above.Text...)
		if n := len(text) - 1; n >= 0 && !strings.HasSuffix(text[n].Text, " ") {
			text[n].Text += " "
		}
		for _, in := range c.Text {
			in.Box = geom.Rect{} // it stands on another page than the cell
			text = append(text, in)
		}
		above.Text = text
	}
}
