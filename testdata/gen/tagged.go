package main

import (
	"fmt"
	"strings"
)

// tagged is a page with a structure tree that says more than the page shows:
// the heading is no larger than the text, and the table has no rules.
func tagged() (sample, error) {
	r := newRaw(1)
	var content strings.Builder
	count := 0
	mark := func(tag, draw string) int {
		id := count
		count++
		fmt.Fprintf(&content, "/%s << /MCID %d >> BDC\n%sEMC\n", tag, id, draw)
		return id
	}
	content.WriteString("/Artifact << /Type /Pagination >> BDC\n" + show("F1", 8, 50, 570, "Boat keeper's almanac") + "EMC\n")
	content.WriteString("/Artifact BMC\n0.5 w 50 565 m 370 565 l S\nEMC\n")

	type element struct {
		tag, entries string
		ids          []int
		children     []element
	}
	leaf := func(tag, draw string) element { return element{tag: tag, ids: []int{mark(tag, draw)}} }
	with := func(e element, entries string) element { e.entries = entries; return e }

	title := leaf("H1", show("F1", 11, 50, 530, "Care of wooden boats"))
	text := leaf("P", show("F1", 11, 50, 505, "A boat that lies dry for a summer opens at the")+
		show("F1", 11, 50, 491, "seams. Keep it wet, or in the shade."))
	heading := leaf("H2", show("F1", 11, 50, 463, "What to do when"))
	cellText := func(col, row int, text string) string {
		return show("F1", 11, []float64{50, 150, 260}[col], 438-16*float64(row), text)
	}
	var rows []element
	row := func(cells ...element) { rows = append(rows, element{tag: "TR", children: cells}) }
	row(leaf("TH", cellText(0, 0, "Season")), with(leaf("TH", cellText(1, 0, "Work")), "/A << /O /Table /ColSpan 2 >>"))
	row(with(leaf("TD", cellText(0, 1, "Spring")), "/A [<< /O /Table /RowSpan 2 >>]"), leaf("TD", cellText(1, 1, "scrape")), leaf("TD", cellText(2, 1, "two days")))
	row(leaf("TD", cellText(1, 2, "varnish")), leaf("TD", cellText(2, 2, "four days")))
	row(leaf("TD", cellText(0, 3, "Autumn")), leaf("TD", cellText(1, 3, "wash")), leaf("TD", cellText(2, 3, "one day")))
	table := element{tag: "Table", children: rows}
	item := func(y float64, text string) element {
		return element{tag: "LI", children: []element{
			leaf("Lbl", show("F1", 11, 50, y, "\x95")), leaf("LBody", show("F1", 11, 64, y, text)),
		}}
	}
	list := element{tag: "L", children: []element{item(360, "linseed oil, half a litre"), item(344, "a brush that is not new")}}
	picture := with(element{tag: "Figure", ids: []int{mark("Figure", "q 90 0 0 60 50 260 cm /Im1 Do Q\n")}},
		"/Alt (A rowing boat seen from above) /Lang (en-GB)")
	last := with(leaf("P", show("F1", 11, 50, 230, "Ask @ the pier.")), "/ActualText (Ask at the pier.)")

	// Children are added before their parents, whose numbers they need; so the
	// parents are written in place afterwards.
	owners := make([]string, count)
	var put func(e element, parent string) string
	put = func(e element, parent string) string {
		self := r.add("")
		at := len(r.objects) - 1
		kids := ""
		for _, id := range e.ids {
			owners[id] = self
			kids += fmt.Sprintf("%d ", id)
		}
		for _, c := range e.children {
			kids += put(c, self) + " "
		}
		r.objects[at] = fmt.Sprintf("<< /Type /StructElem /S /%s /P %s /Pg %s /K [%s] %s >>", e.tag, parent, r.page(0), strings.TrimSpace(kids), e.entries)
		return self
	}
	image := r.stream("/Type /XObject /Subtype /Image /Width 2 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceRGB", "\x20\x60\xA0\xC0\xD0\xE0")
	root := r.add("")
	at := len(r.objects) - 1
	document := put(element{tag: "Document", children: []element{title, text, heading, table, list, picture, last}}, root)
	parents := r.add("<< /Nums [0 [" + strings.Join(owners, " ") + "]] >>")
	r.objects[at] = "<< /Type /StructTreeRoot /K [" + document + "] /ParentTree " + parents + " /ParentTreeNextKey 1 >>"
	r.set(0, rawPage{content: content.String(), entries: "/StructParents 0 /Tabs /S", resources: "/XObject << /Im1 " + image + " >>"})
	data := r.finish("/MarkInfo << /Marked true >> /Lang (en) /StructTreeRoot " + root)
	return sample{data, `# Care of wooden boats

A boat that lies dry for a summer opens at the seams. Keep it wet, or in the shade.

## What to do when

<table><tr><th>Season</th><th colspan="2">Work</th></tr>
<tr><td rowspan="2">Spring</td><td>scrape</td><td>two days</td></tr>
<tr><td>varnish</td><td>four days</td></tr>
<tr><td>Autumn</td><td>wash</td><td>one day</td></tr>
</table>

- linseed oil, half a litre
- a brush that is not new

Ask at the pier.
`, 1}, nil
}
