package score

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Heading is a heading of a markdown text.
type Heading struct {
	Level int // 1 to 6
	Text  string
}

// headingLine is a heading with number signs.
var headingLine = regexp.MustCompile(`^(#{1,6})[` + space + `]+(.*)$`)

// headingElement is a heading as HTML inside one line; the groups are level
// and text for each level in turn.
var headingElement = regexp.MustCompile(`(?i)` + headingElements())

func headingElements() string {
	var levels []string
	for _, n := range "123456" {
		levels = append(levels, strings.ReplaceAll(`<h(LEVEL)(?:[^\pL\pN_>][^>]*)?>(.*?)</hLEVEL>`, "LEVEL", string(n)))
	}
	return strings.Join(levels, "|")
}

// Headings returns the headings of a markdown text, outside tables and code.
func Headings(markdown string) []Heading {
	var found []Heading
	inCode := false
	for line := range strings.SplitSeq(withoutTables(markdown), "\n") {
		if isFence(line) {
			inCode = !inCode
			continue
		}
		if inCode {
			continue
		}
		if m := headingLine.FindStringSubmatch(trim(line)); m != nil {
			if t := inlineText(trim(strings.TrimRight(m[2], "# "))); t != "" {
				found = append(found, Heading{len(m[1]), t})
			}
			continue
		}
		for _, m := range headingElement.FindAllStringSubmatch(line, -1) {
			level := strings.Join([]string{m[1], m[3], m[5], m[7], m[9], m[11]}, "")
			text := strings.Join([]string{m[2], m[4], m[6], m[8], m[10], m[12]}, "")
			if t := inlineText(anyTag.ReplaceAllString(text, "")); t != "" {
				found = append(found, Heading{int(level[0] - '0'), t})
			}
		}
	}
	return found
}

var anyTag = regexp.MustCompile(`<[^>]+>`)

func isFence(line string) bool {
	line = trim(line)
	return strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")
}

// itemLine is a line of a list: a bullet, or a number, letter or small roman
// number with a full stop or bracket.
var itemLine = regexp.MustCompile(`^[` + space + `]*(?:[-*+•]|\(?(?:\p{Nd}{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])[` + space + `]+([^` + space + `].*)$`)

// ListItems returns the texts of the list items of a markdown text, each as
// far as its first line goes.
func ListItems(markdown string) []string {
	var items []string
	for line := range strings.SplitSeq(withoutTables(markdown), "\n") {
		if m := itemLine.FindStringSubmatch(line); m != nil {
			if t := inlineText(m[1]); t != "" {
				items = append(items, t)
			}
		}
	}
	return items
}

// tableHTML is a table as HTML. A table inside another ends it, as seen by
// the list of tables.
var tableHTML = regexp.MustCompile(`(?is)<table\b.*?</table>`)

// Tables returns all tables of a markdown text in reading order: HTML tables
// and tables drawn with pipes.
func Tables(markdown string) []Table {
	type found struct {
		offset int
		table  Table
	}
	var all []found
	rest := []byte(markdown)
	for _, m := range tableHTML.FindAllStringIndex(markdown, -1) {
		for _, element := range tableElements(markdown[m[0]:m[1]]) {
			if t := tableOf(element); len(t.Cells) > 0 {
				all = append(all, found{m[0], t})
			}
		}
		for i := m[0]; i < m[1]; i++ { // blank, so that offsets stay true
			if rest[i] != '\n' {
				rest[i] = ' '
			}
		}
	}
	lines := strings.Split(string(rest), "\n")
	offset := 0
	for i := 0; i < len(lines); {
		end := i + 1
		if pipeTableAt(lines, i) {
			end = pipeTableEnd(lines, i)
			all = append(all, found{offset, pipeTable(lines[i:end])})
		}
		for ; i < end; i++ {
			offset += len(lines[i]) + 1
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.offset - b.offset })
	var tables []Table
	for _, f := range all {
		tables = append(tables, f.table)
	}
	return tables
}

// pipeTableAt tells whether a table begins at this line: a row with a rule
// below it.
func pipeTableAt(lines []string, i int) bool {
	return i+1 < len(lines) && strings.Contains(lines[i], "|") && isPipeRule(pipeCells(lines[i+1]))
}

// pipeTableEnd returns the line after a table: the first without a pipe.
func pipeTableEnd(lines []string, i int) int {
	end := i + 2
	for end < len(lines) && strings.Contains(lines[end], "|") {
		end++
	}
	return end
}

// pipeTable reads the lines of one table. The head or the rule says how wide
// it is; an empty head, which some programs must write, is no row.
func pipeTable(lines []string) Table {
	head := pipeCells(lines[0])
	width := max(len(head), len(pipeCells(lines[1])))
	texts := [][]string{head}
	for _, line := range lines[2:] {
		if cells := pipeCells(line); !isPipeRule(cells) {
			texts = append(texts, cells)
		}
	}
	if len(texts) > 1 && !slices.ContainsFunc(head, func(s string) bool { return s != "" }) {
		texts = texts[1:]
	}
	rows := make([][]Cell, len(texts))
	for r, cells := range texts {
		for c := range width {
			cell := Cell{Head: r == 0}
			if c < len(cells) {
				cell.Text = inlineText(cells[c])
			}
			rows[r] = append(rows[r], cell)
		}
	}
	return placeCells(rows)
}

// escapedPipe stands for an escaped pipe while a row is cut at the others.
const escapedPipe = "\x00"

// pipeCells returns the cells of a table row, none for a line without a pipe.
func pipeCells(line string) []string {
	line = trim(line)
	if !strings.Contains(line, "|") {
		return nil
	}
	line = strings.ReplaceAll(line, `\|`, escapedPipe)
	line = strings.TrimPrefix(line, "|")
	line = strings.TrimSuffix(line, "|")
	cells := strings.Split(line, "|")
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(trim(c), escapedPipe, "|")
	}
	return cells
}

var ruleCell = regexp.MustCompile(`^:?-+:?$`)

// isPipeRule tells whether these are the cells of the rule below the head.
func isPipeRule(cells []string) bool {
	for _, c := range cells {
		if !ruleCell.MatchString(strings.ReplaceAll(c, " ", "")) {
			return false
		}
	}
	return len(cells) > 0
}

func withoutTables(markdown string) string {
	lines := strings.Split(tableHTML.ReplaceAllString(markdown, "\n"), "\n")
	var kept []string
	for i := 0; i < len(lines); {
		if pipeTableAt(lines, i) {
			kept = append(kept, "")
			i = pipeTableEnd(lines, i)
			continue
		}
		kept = append(kept, lines[i])
		i++
	}
	return strings.Join(kept, "\n")
}

// What inline markup looks like.
var (
	lineBreak  = regexp.MustCompile(`(?i)<br[` + space + `]*/?>`)
	inlineTag  = regexp.MustCompile(`(?i)</?(?:b|i|u|em|strong|sup|sub|span|s|del)(?:[^\pL\pN_>][^>]*)?>`)
	imageMark  = regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`)
	linkMark   = regexp.MustCompile(`\[([^\]]*)\]\((?:[^()` + space + `]|\([^)]*\))*\)`)
	strongMark = regexp.MustCompile(`\*\*(.+?)\*\*|__(.+?)__`)
	escapeMark = regexp.MustCompile("\\\\([\\\\`*_{}\\[\\]()#+.!|<>~$-])")
)

// inlineText returns a line or cell without markup.
func inlineText(s string) string {
	s = lineBreak.ReplaceAllString(s, " ")
	s = inlineTag.ReplaceAllString(s, "")
	s = imageMark.ReplaceAllString(s, "")
	s = linkMark.ReplaceAllString(s, "$1")
	s = strongMark.ReplaceAllString(s, "$1$2")
	s = withoutEmphasis(s, '*')
	s = withoutEmphasis(s, '_')
	s = escapeMark.ReplaceAllString(s, "$1")
	return collapse(html.UnescapeString(s))
}

// withoutEmphasis removes single marks around text, not those inside a word
// (snake_case) or beside a space (2 * 3).
func withoutEmphasis(s string, mark rune) string {
	if !strings.ContainsRune(s, mark) {
		return s
	}
	in := []rune(s)
	stops := func(i int) bool { return i >= 0 && i < len(in) && (isWord(in[i]) || in[i] == mark) }
	var out []rune
	for i := 0; i < len(in); i++ {
		if in[i] != mark || stops(i-1) || i+1 == len(in) || isSpace(in[i+1]) {
			out = append(out, in[i])
			continue
		}
		length := slices.Index(in[i+1:], mark)
		if length < 1 || stops(i+1+length+1) {
			out = append(out, in[i])
			continue
		}
		out = append(out, in[i+1:i+1+length]...)
		i += 1 + length
	}
	return string(out)
}

// What block markup looks like, for plain text.
var (
	comment       = regexp.MustCompile(`(?s)<!--.*?-->`)
	blockEnd      = regexp.MustCompile(`(?i)</(?:td|th|tr|table|p|li|h\d)>`)
	tag           = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)
	headingMark   = regexp.MustCompile(`^[` + space + `]*#{1,6}[` + space + `]+`)
	quoteMark     = regexp.MustCompile(`^[` + space + `]*>[` + space + `]?`)
	bulletMark    = regexp.MustCompile(`^[` + space + `]*[-*+][` + space + `]+`)
	thematicBreak = regexp.MustCompile(`^[` + space + `]*(?:[-*_][` + space + `]*){3,}$`)
)

// Plain returns the text of a markdown text: no markup, tables cell by cell,
// and typographic variants brought to one form.
func Plain(markdown string) string {
	markdown = comment.ReplaceAllString(markdown, " ")
	markdown = blockEnd.ReplaceAllString(markdown, " ")
	markdown = tag.ReplaceAllString(markdown, "")
	var lines []string
	for line := range strings.SplitSeq(markdown, "\n") {
		if isFence(line) {
			continue
		}
		cells := pipeCells(line)
		if isPipeRule(cells) {
			continue
		}
		if strings.HasPrefix(trim(line), "|") {
			line = strings.Join(cells, " ")
		}
		line = headingMark.ReplaceAllString(line, "")
		line = quoteMark.ReplaceAllString(line, "")
		line = bulletMark.ReplaceAllString(line, "")
		if !thematicBreak.MatchString(line) {
			lines = append(lines, inlineText(line))
		}
	}
	return foldTypography(strings.Join(lines, " "))
}

var typography = strings.NewReplacer(
	"\u2018", "'", "\u2019", "'", "\u201a", "'", "\u201c", `"`, "\u201d", `"`, "\u201e", `"`,
	"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-",
	"\u00ad", "", "\u2022", "", "\u25cf", "", "\u25aa", "", "\u25a0", "", "\u2026", "...",
)

// leaders are the dots of a table of contents, of which no two programs give
// the same number.
var leaders = regexp.MustCompile(`(?:[` + space + `]*[._]){4,}[` + space + `]*`)

// foldTypography brings quotes, dashes, ligatures, bullets and leaders to one
// form, since a plain text metric should not judge them.
func foldTypography(s string) string {
	s = norm.NFKC.String(typography.Replace(s))
	return collapse(leaders.ReplaceAllString(s, " "))
}
