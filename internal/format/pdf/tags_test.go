package pdf

import (
	"fmt"
	"strings"
	"testing"

	"recto/internal/page"
)

// outline writes a structure tree as one line.
func outline(tags []page.Tag) string {
	var parts []string
	for i := range tags {
		t := &tags[i]
		s := t.Type
		if t.RowSpan != 1 || t.ColSpan != 1 {
			s += fmt.Sprintf("(%dx%d)", t.RowSpan, t.ColSpan)
		}
		for _, k := range t.Kids {
			if k.MCID >= 0 {
				s += fmt.Sprintf(" %d", k.MCID)
			}
		}
		if len(t.Children) > 0 {
			s += "[" + outline(t.Children) + "]"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func TestTags(t *testing.T) {
	r := open(t, "tagged")
	if !r.Tagged() {
		t.Fatal("a tagged document does not say so")
	}
	p := r.ReadPage(1)
	const want = "Document[H1 0, P 1, H2 2, Table[TR[TH 3, TH(1x2) 4], TR[TD(2x1) 5, TD 6, TD 7], TR[TD 8, TD 9], TR[TD 10, TD 11, TD 12]], " +
		"L[LI[Lbl 13, LBody 14], LI[Lbl 15, LBody 16]], Figure 17, P 18]"
	if got := outline(p.Tags); got != want {
		t.Errorf("tags\n%s\nwant\n%s", got, want)
	}
	children := p.Tags[0].Children
	figure, last := children[5], children[6]
	if figure.Alt != "A rowing boat seen from above" || figure.Lang != "en-GB" || last.Actual != "Ask at the pier." {
		t.Errorf("figure %+v, last paragraph %+v", figure, last)
	}
	for text, id := range map[string]int{"Care of wooden boats": 0, "seams. Keep it wet, or in the shade.": 1, "four days": 9, "linseed oil, half a litre": 14} {
		if r := runOf(t, p, text); r.MCID != id || r.Artifact {
			t.Errorf("%q has the mark %d and is an artifact: %t, want %d and not", text, r.MCID, r.Artifact, id)
		}
	}
	if r := runOf(t, p, "Boat keeper's almanac"); !r.Artifact || r.MCID != -1 {
		t.Errorf("the page header has the mark %d and is an artifact: %t", r.MCID, r.Artifact)
	}
	if len(p.Images) != 1 || p.Images[0].MCID != 17 || p.Images[0].Alt != "A rowing boat seen from above" {
		t.Errorf("images %+v, want one with the mark and text of its figure", p.Images)
	}
	if other := open(t, "report"); other.Tagged() || other.ReadPage(1).Tags != nil {
		t.Error("a document without tags has some")
	}
}

// TestKids checks that a tag's kids name its marks and children in order.
func TestKids(t *testing.T) {
	var check func(tags []page.Tag)
	check = func(tags []page.Tag) {
		for i := range tags {
			marks, children := 0, 0
			for _, k := range tags[i].Kids {
				switch {
				case k.MCID >= 0 && k.Child == -1:
					if tags[i].MCIDs[marks] != k.MCID {
						t.Errorf("%s: mark %d is %d among the kids", tags[i].Type, tags[i].MCIDs[marks], k.MCID)
					}
					marks++
				case k.MCID == -1 && k.Child == children:
					children++
				default:
					t.Errorf("%s: kid %+v", tags[i].Type, k)
				}
			}
			if marks != len(tags[i].MCIDs) || children != len(tags[i].Children) {
				t.Errorf("%s: %d marks and %d children among the kids, want %d and %d", tags[i].Type, marks, children, len(tags[i].MCIDs), len(tags[i].Children))
			}
			check(tags[i].Children)
		}
	}
	check(read(t, "tagged", 1).Tags)
}
