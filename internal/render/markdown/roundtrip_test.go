package markdown

import (
	"math/rand/v2"
	"strings"
	"testing"

	"recto/internal/doc"
)

// maker builds items from a row of bytes, each of them one choice, so that the
// fuzzer can vary and shorten what it finds.
type maker struct {
	choices []byte
	depth   int
}

func (m *maker) choose(n int) int {
	if len(m.choices) == 0 {
		return 0
	}
	c := int(m.choices[0])
	m.choices = m.choices[1:]
	return c % n
}

// words are what texts are made of: everything markdown might take for markup.
var words = []string{
	"word", "a", "B", " ", " ", " ", "  ", "\n", "*", "**", "_", "__", "snake_case", "~", "~~", "~~~", "`", "```", "[", "]", "](", "(x)", "[1]", "[a]: b", "]:",
	"!", "!", "#", "##", "# ", "1.", "1. ", "12)", "-", "- ", "---", "--", "===", "=", "+", "+ ", ">", "> ", "<", "<b>", "<br", "<!--", "</", "&", "&amp;", "&lt", ";", "&#35;",
	"\\", "\\\\", "|", "| a |", "|---|", ":", ".", ",", "\"", "é", "“", "”", "©", "€", "+", "\u00a0", "\u3000", "中文", "http://x.y/a_b", "$", "^", "2", "\t", "\x00", "\xff", "\u2028", "😀",
}

var links = []string{"", "", "", "", "https://example.com/a?b=1&amp;c", "https://example.com/(x y)", "javascript:alert(1)"}

func (m *maker) text() doc.Text {
	var t doc.Text
	for range m.choose(6) + 1 {
		var b strings.Builder
		for range m.choose(6) {
			b.WriteString(words[m.choose(len(words))])
		}
		style := doc.Style(0)
		if m.choose(3) > 0 {
			mask := m.choose(128) // few styles at once
			style = doc.Style(m.choose(128) & mask)
		}
		t = append(t, doc.Inline{Text: b.String(), Style: style, Link: links[m.choose(len(links))]})
	}
	return t
}

func (m *maker) items(count int) []doc.Item {
	var items []doc.Item
	for range count {
		items = append(items, m.item())
	}
	return items
}

func (m *maker) item() doc.Item {
	switch m.choose(10) {
	case 1:
		return &doc.Heading{Level: m.choose(6) + 1, Text: m.text()}
	case 2, 3:
		if m.depth > 2 {
			break
		}
		m.depth++
		defer func() { m.depth-- }()
		l := &doc.List{Ordered: m.choose(2) == 1}
		markers := [][]string{{"•", "", "(a)", "☐"}, {"1.", "7)", "", "(3)"}}[map[bool]int{true: 1}[l.Ordered]]
		for range m.choose(4) {
			l.Entries = append(l.Entries, doc.ListEntry{Marker: markers[m.choose(4)], Number: m.choose(20), Text: m.text(), Items: m.items(m.choose(3))})
		}
		return l
	case 4:
		var b strings.Builder
		for range m.choose(8) {
			if w := words[m.choose(len(words))]; w != "\x00" && w != "\xff" && w != "\t" {
				b.WriteString(w)
			}
		}
		return &doc.Code{Value: b.String(), Language: []string{"", "go", "c`+ +"}[m.choose(3)]}
	case 5:
		return m.table()
	case 6:
		return &doc.Caption{Text: m.text()}
	case 7:
		return &doc.Footnote{Marker: []string{"", "1", "*", "[2]"}[m.choose(4)], Text: m.text()}
	case 8:
		return &doc.Link{Text: "see", URL: "https://example.com"}
	}
	return &doc.Paragraph{Text: m.text()}
}

func (m *maker) table() *doc.Table {
	t := &doc.Table{RowCount: m.choose(3) + 1, ColCount: m.choose(3) + 1, HeaderRows: m.choose(2)}
	taken := map[[2]int]bool{}
	for row := range t.RowCount {
		for col := range t.ColCount {
			if taken[[2]int{row, col}] {
				continue
			}
			c := doc.Cell{Row: row, Col: col, RowSpan: 1, ColSpan: 1, Text: m.text()}
			if m.choose(6) == 5 && col+1 < t.ColCount && !taken[[2]int{row, col + 1}] {
				c.ColSpan = 2
			}
			if m.choose(6) == 5 {
				c.RowSpan = t.RowCount - row
			}
			for r := row; r < row+c.RowSpan; r++ {
				for k := col; k < col+c.ColSpan; k++ {
					taken[[2]int{r, k}] = true
				}
			}
			t.Cells = append(t.Cells, c)
		}
	}
	return t
}

func (m *maker) options() Options { return Options{Links: true, PipeTables: m.choose(2) == 1} }

// TestRoundTrip reads back the markdown of many random pages.
func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pages := 20_000
	if testing.Short() {
		pages = 2_000
	}
	for i := range pages {
		choices := make([]byte, 10+i/100) // small ones first: they are easier to read
		for k := range choices {
			choices[k] = byte(random.Uint32())
		}
		m := &maker{choices: choices}
		o := m.options()
		checkRoundTrip(t, m.items(m.choose(3)+1), o)
		if t.Failed() {
			return
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("a page"))
	f.Fuzz(func(t *testing.T, choices []byte) {
		m := &maker{choices: choices}
		o := m.options()
		checkRoundTrip(t, m.items(m.choose(3)+1), o)
	})
}

// FuzzText reads back a paragraph of any characters.
func FuzzText(f *testing.F) {
	f.Add("some *text*", "more", uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, a, b string, x, y uint8) {
		text := doc.Text{{Text: a, Style: doc.Style(x & 127)}, {Text: b, Style: doc.Style(y & 127)}, {Text: a}}
		checkRoundTrip(t, []doc.Item{&doc.Paragraph{Text: text}}, Options{Links: true})
	})
}
