package layout

import "fmt"

// check says which text has been lost or doubled after a pass: every piece that
// was not dropped is in exactly one line, table or item.
func (s *Sheet) check(pass string) error {
	count := make([]int, len(s.pieces))
	if s.out != nil && s.tagged && pass != "items" {
		return nil // header and footer are made with the items
	}
	if s.out != nil {
		for i := range s.fate {
			count[i] = s.fate[i].used
		}
	} else {
		for li := range s.lines {
			for _, i := range s.lines[li].pieces {
				count[i]++
			}
		}
		for _, t := range s.tables {
			for k := range t.cells {
				for _, i := range t.cells[k].pieces {
					count[i]++
				}
			}
		}
	}
	for i := range s.pieces {
		want := 1
		if s.fate[i].reason != "" {
			want = 0
		}
		if count[i] != want {
			return fmt.Errorf("after pass %s: text %q at %v is in %d places, want %d", pass, s.pieces[i].text, s.pieces[i].box, count[i], want)
		}
	}
	return nil
}
