package score

import (
	"html"
	"regexp"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Likeness says how alike two markdown texts are as a whole. The definitions
// are those of opendataloader-bench, so that the numbers can be compared with
// published ones; its oddities are part of them.
type Likeness struct {
	Overall  Value // mean of NID, TEDS and MHS, as far as they apply
	NID      Value // text, with tables as HTML
	NIDNoTab Value // text without tables
	TEDS     Value // all tables as one tree
	TEDSForm Value // the same, without the text of the cells
	MHS      Value // headings and the text below each
	MHSForm  Value // the same, without texts
}

// Compare measures the likeness of an output with the truth.
func Compare(truth, output string) Likeness {
	truth, output = withTablesAsHTML(truth), withTablesAsHTML(output)
	var l Likeness
	l.NID, l.NIDNoTab = textLikeness(truth, output)
	l.TEDS, l.TEDSForm = tablesLikeness(truth, output)
	l.MHS, l.MHSForm = sectionsLikeness(truth, output)
	l.Overall = Mean(l.NID, l.TEDS, l.MHS)
	return l
}

// withTablesAsHTML turns pipe tables into HTML. Each becomes one line.
func withTablesAsHTML(markdown string) string {
	lines := splitLines(markdown)
	var out []string
	for i := 0; i < len(lines); {
		head := plainPipeCells(lines[i])
		if head == nil || i+1 == len(lines) || !isPlainPipeRule(plainPipeCells(lines[i+1])) {
			out = append(out, lines[i])
			i++
			continue
		}
		width := max(len(head), len(plainPipeCells(lines[i+1])))
		head = fitRow(head, width)
		var body [][]string
		for i += 2; i < len(lines); i++ {
			row := plainPipeCells(lines[i])
			if row == nil {
				break
			}
			body = append(body, fitRow(row, width))
		}
		if len(body) > 0 && strings.Join(head, "") == "" {
			head, body = body[0], body[1:]
		}
		out = append(out, htmlOfRows(head, body))
	}
	return strings.Join(out, "\n")
}

// plainPipeCells is [pipeCells] as this family of metrics sees it: an escaped
// pipe cuts like any other.
func plainPipeCells(line string) []string {
	line = trim(line)
	if !strings.Contains(line, "|") {
		return nil
	}
	cells := strings.Split(line, "|")
	if cells[0] == "" {
		cells = cells[1:]
	}
	if line[len(line)-1] == '|' {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return nil
	}
	for i, c := range cells {
		cells[i] = trim(c)
	}
	return cells
}

// isPlainPipeRule is [isPipeRule] for this family of metrics, where colons
// alone make a rule, too.
func isPlainPipeRule(cells []string) bool {
	for _, c := range cells {
		c = strings.ReplaceAll(c, " ", "")
		if c == "" || strings.Trim(c, "-:") != "" {
			return false
		}
	}
	return len(cells) > 0
}

// fitRow makes a row as wide as its table. In a row of three cells the middle
// one is taken for a spanning one and repeated.
func fitRow(cells []string, width int) []string {
	if len(cells) == 3 && width > 3 {
		fitted := []string{cells[0]}
		for range width - 2 {
			fitted = append(fitted, cells[1])
		}
		return append(fitted, cells[2])
	}
	for len(cells) < width {
		cells = append(cells, "")
	}
	return cells[:width]
}

// htmlEscapes are longer than those of html.EscapeString. They count, since
// NID is taken of the HTML.
var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;")

func htmlOfRows(head []string, body [][]string) string {
	var b strings.Builder
	writeRow := func(tag string, cells []string) {
		b.WriteString("<tr>")
		for _, c := range cells {
			b.WriteString("<" + tag + ">" + htmlEscapes.Replace(c) + "</" + tag + ">")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("<table>")
	writeRow("th", head)
	for _, row := range body {
		writeRow("td", row)
	}
	b.WriteString("</table>")
	return b.String()
}

// textLikeness is NID, with and without tables.
func textLikeness(truth, output string) (all, noTables Value) {
	if collapse(truth) == "" {
		return None(), None()
	}
	bare := func(s string) string { return collapse(tableHTML.ReplaceAllString(s, " ")) }
	return Ratio(collapse(truth), collapse(output)), Ratio(bare(truth), bare(output))
}

// tablesLikeness is TEDS and its form without text.
func tablesLikeness(truth, output string) (text, form Value) {
	want, wantSize := tablesTree(truth)
	if len(want.kids) == 0 {
		return None(), None()
	}
	got, gotSize := tablesTree(output)
	if len(got.kids) == 0 {
		return 0, 0
	}
	s := compare(want, got, max(wantSize, gotSize))
	return s.text, s.shape
}

// tablesTree returns all tables of a text as one tree, and the number of
// elements that make them.
func tablesTree(s string) (root *node, size int) {
	root = &node{tag: "table"}
	for _, source := range outerTables(s) {
		for _, n := range parseHTML(source) {
			if !isElement(n, atom.Table) {
				continue // text that the parser moved out of a broken table
			}
			root.kids = append(root.kids, elementTree(n))
			size++
			for d := range n.Descendants() {
				if d.Type == nethtml.ElementNode && !isRowGroup(d) {
					size++
				}
			}
		}
	}
	return root, size
}

// tableTag is a tag that opens or, with the group not empty, closes a table.
var tableTag = regexp.MustCompile(`(?i)<(/?)table(?:[` + space + `/][^>]*)?>`)

// outerTables cuts out the HTML tables that are not inside others. The rest of
// the text is not given to the HTML parser: it is markdown, and what looks
// like a tag there would swallow tables.
func outerTables(s string) []string {
	s = comment.ReplaceAllString(s, "")
	var tables []string
	depth, start := 0, 0
	for _, m := range tableTag.FindAllStringSubmatchIndex(s, -1) {
		closes := m[2] < m[3]
		switch {
		case !closes && depth == 0:
			depth, start = 1, m[0]
		case !closes:
			depth++
		case depth > 1:
			depth--
		case depth == 1:
			depth = 0
			tables = append(tables, s[start:m[1]])
		}
	}
	if depth > 0 {
		tables = append(tables, s[start:])
	}
	return tables
}

func isRowGroup(n *nethtml.Node) bool {
	return isElement(n, atom.Thead, atom.Tbody, atom.Tfoot)
}

// elementTree returns an element of a table as a tree: head cells are cells,
// row groups are not there, and what is inside a cell is its text.
func elementTree(n *nethtml.Node) *node {
	out := &node{tag: n.Data, colSpan: number(n, "colspan"), rowSpan: number(n, "rowspan")}
	if isElement(n, atom.Td, atom.Th) {
		out.tag, out.text = "td", cellText(n)
		return out
	}
	for k := range n.ChildNodes() {
		switch {
		case k.Type != nethtml.ElementNode:
		case isRowGroup(k):
			out.kids = append(out.kids, elementTree(k).kids...)
		default:
			out.kids = append(out.kids, elementTree(k))
		}
	}
	return out
}

var cellBreak = regexp.MustCompile(`<br[` + space + `]*/?>`)

// cellText returns the text of a cell without tags, also without those that
// were written as text, as they are when a pipe table holds HTML.
func cellText(cell *nethtml.Node) string {
	var b strings.Builder
	for k := range cell.ChildNodes() {
		if k.Type == nethtml.TextNode && k == cell.FirstChild {
			b.WriteString(k.Data)
			continue
		}
		if err := nethtml.Render(&b, k); err != nil {
			continue // only elements that no parser makes cannot be written
		}
	}
	s := html.UnescapeString(b.String())
	s = cellBreak.ReplaceAllString(s, "\n")
	return collapse(tag.ReplaceAllString(s, ""))
}

// sectionsLikeness is MHS and its form without text.
func sectionsLikeness(truth, output string) (text, form Value) {
	isHeading := func(n *node) bool { return n.tag == "heading" }
	want := sectionTree(truth)
	if !slices.ContainsFunc(want.kids, isHeading) {
		return None(), None()
	}
	got := sectionTree(output)
	if !slices.ContainsFunc(got.kids, isHeading) {
		return 0, 0
	}
	s := compare(want, got, max(want.size(), got.size()))
	return min(1, max(0, s.text)), min(1, max(0, s.shape))
}

// sectionTree returns the headings of a text in one row, whatever their
// level, each with what stands below it as its only child.
func sectionTree(s string) *node {
	root := &node{tag: "document"}
	section := root
	var below []string
	flush := func() {
		if t := collapse(strings.Join(below, " ")); t != "" {
			section.kids = append(section.kids, &node{tag: "content", text: t})
		}
		below = nil
	}
	for _, line := range splitLines(s) {
		if m := headingLine.FindStringSubmatch(line); m != nil {
			flush()
			section = &node{tag: "heading", text: collapse(m[2])}
			root.kids = append(root.kids, section)
			continue
		}
		below = append(below, line)
	}
	flush()
	return root
}
