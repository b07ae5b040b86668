package ocr

import (
	"image/color"
	"slices"
	"strings"
	"testing"
)

// TestReadBullets: discs that the engine took for letters, or did not see, are
// bullets; letters and full stops are not.
func TestReadBullets(t *testing.T) {
	for _, test := range []struct {
		name string
		as   string // what the engine reads for a disc, "" when it sees none
		in   []string
		want []string
	}{
		{"read as letters", "e", []string{"● flour and water", "● e and o", "o o"}, []string{"• flour and water", "• e and o", "o o"}},
		{"not seen", "", []string{"● flour and water", "● salt", "from the sea"}, []string{"• flour and water", "• salt", "from the sea"}},
		{"one alone is dirt", "", []string{"● flour and water", "and salt"}, []string{"flour and water", "and salt"}},
		{"full stops", "", []string{". flour", ". salt"}, []string{". flour", ". salt"}},
	} {
		img, p := typeset(t, 28, color.Black, test.in...)
		for i := range p.Lines {
			l := &p.Lines[i]
			for k := range l.Words {
				if l.Words[k].Text == "●" {
					l.Words[k].Text = test.as
				}
			}
			l.Words = slices.DeleteFunc(l.Words, func(w Word) bool { return w.Text == "" })
		}
		p.readBullets(inkOf(toGray(img)))
		for i := range p.Lines {
			var texts []string
			for _, w := range p.Lines[i].Words {
				texts = append(texts, w.Text)
			}
			if got := strings.Join(texts, " "); got != test.want[i] {
				t.Errorf("%s: line %d = %q, want %q", test.name, i, got, test.want[i])
			}
		}
	}
}
