package markdown

import (
	"flag"
	"testing"

	"recto/internal/doc"
	"recto/internal/geom"
)

// The flag is here because make golden passes it to all renderers.
var _ = flag.Bool("update", false, "rewrite the expected output; there is none here")

const (
	bold, italic, strike, mono = doc.Bold, doc.Italic, doc.Strike, doc.Monospace
	sup                        = doc.Superscript
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name string
		text doc.Text
		want string
	}{
		{"plain text stays", doc.Of("A sentence (with 50% of 3.5), snake_case, [1], a < b & c; 5 * 3."), "A sentence (with 50% of 3.5), snake_case, [1], a < b & c; 5 * 3."},
		{"bold", doc.Text{{Text: "a "}, {Text: "bold ", Style: bold}, {Text: "word"}}, "a **bold** word"},
		{"lines join", doc.Text{{Text: "one ", Style: bold}, {Text: "two", Style: bold}}, "**one two**"},
		{"space between joins", doc.Text{{Text: "one", Style: bold}, {Text: " "}, {Text: "two", Style: bold}}, "**one two**"},
		{"within a word", doc.Text{{Text: "un"}, {Text: "believ", Style: italic}, {Text: "able"}}, "un*believ*able"},
		{"both, one longer", doc.Text{{Text: "a", Style: bold}, {Text: " b ", Style: bold | italic}, {Text: "c", Style: bold}}, "**a *b* c**"},
		{"both together", doc.Text{{Text: "a", Style: bold | italic}, {Text: " b"}}, "***a*** b"},
		{"neighbours need a tag", doc.Text{{Text: "a", Style: bold}, {Text: "b", Style: italic}}, "**a**<i>b</i>"},
		{"punctuation before a word needs a tag", doc.Text{{Text: "(x)", Style: bold}, {Text: "y"}}, "<b>(x)</b>y"},
		{"strike", doc.Text{{Text: "no", Style: strike}, {Text: " yes"}}, "~~no~~ yes"},
		{"superscript", doc.Text{{Text: "x"}, {Text: "2", Style: sup | italic}, {Text: "."}}, "x<sup>2</sup>."},
		{"code", doc.Text{{Text: "call "}, {Text: "f(*x, `y`)", Style: mono}}, "call `` f(*x, `y`) ``"},
		{"a typewriter's text is no code", doc.Text{{Text: "Dear Sir", Style: mono}}, "Dear Sir"},
		{"lonely punctuation", doc.Text{{Text: "Title", Style: italic}, {Text: "1", Style: sup}, {Text: ".", Style: italic}}, "*Title*<sup>1</sup>."},
		{"link", doc.Text{{Text: "see "}, {Text: "our [page]", Link: "https://example.com/a b(c)"}, {Text: "!"}}, `see [our \[page\]](https://example.com/a%20b%28c%29)!`},
		{"bold link", doc.Text{{Text: "page", Link: "https://example.com", Style: bold}}, "[**page**](https://example.com)"},
		{"dangerous link", doc.Text{{Text: "click", Link: "JavaScript:alert(1)"}}, "click"},
		{"no image by chance", doc.Text{{Text: "wow!"}, {Text: "page", Link: "https://example.com"}}, `wow\![page](https://example.com)`},
		{"line break", doc.Of("one\n- two"), "one  \n\\- two"},
		{"number", doc.Of("1. no list"), `1\. no list`},
		{"year", doc.Of("2024 was good"), "2024 was good"},
		{"number sign", doc.Of("# no heading"), `\# no heading`},
		{"hashtag", doc.Of("#tag"), "#tag"},
		{"rule", doc.Of("---"), `\---`},
		{"definition", doc.Of("[1]: not a link"), `\[1]: not a link`},
		{"footnote mark", doc.Of("Revenue*"), `Revenue\*`},
		{"tag", doc.Of("<script>"), `\<script>`},
		{"entity", doc.Of("&amp; & AT&T"), `\&amp; & AT&T`},
		{"backslash", doc.Of(`C:\dir \* \`), `C:\dir \\\* \\`},
		{"only spaces", doc.Of(" \u00a0 "), ""},
		{"control characters", doc.Of("a\x01b"), "a\uFFFDb"},
	} {
		if got := Text(c.text, Options{Links: true}); got != c.want {
			t.Errorf("%s: Text = %q, want %q", c.name, got, c.want)
		}
	}
	if got := Text(doc.Text{{Text: "page", Link: "https://example.com"}}, Options{}); got != "page" {
		t.Errorf("without links: %q", got)
	}
}

func TestCellText(t *testing.T) {
	table := &doc.Table{RowCount: 1, ColCount: 1, Cells: []doc.Cell{{RowSpan: 1, ColSpan: 1, Text: doc.Text{{Text: "a|b *\nc", Style: bold}, {Text: " d"}}}}}
	if got, want := tableBlock(table, Options{PipeTables: true, CompactTables: true}), "|  |\n| --- |\n| **a\\|b \\*<br>c** d |"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPieces(t *testing.T) {
	left, right := geom.Rect{X0: 0, X1: 100, Y1: 100}, geom.Rect{X0: 200, X1: 300, Y1: 100}
	base := doc.Base{Boxes: []geom.Rect{left, right}}
	for _, c := range []struct {
		item doc.Item
		want []string
	}{
		{&doc.Paragraph{Base: base, Text: doc.Text{{Text: "sup ", Box: left}, {Text: "2", Style: sup, Box: left}, {Text: " é😀 next", Box: right}}}, []string{"sup <sup>2</sup>", "é😀 next"}},
		{&doc.Heading{Base: base, Level: 2, Text: doc.Text{{Text: "2 Head", Box: left}, {Text: "ing*", Box: right}}}, []string{"## 2 Head", `ing\*`}},
		{&doc.List{Base: base, Ordered: true, Entries: []doc.ListEntry{
			{Marker: "1.", Number: 1, Text: doc.Text{{Text: "1 apple", Box: left}}}, {Marker: "2.", Number: 2, Text: doc.Text{{Text: "2 pears", Box: right}}},
		}}, []string{"1. 1 apple", "2 pears"}},
		{&doc.Paragraph{Base: base, Text: doc.Text{{Text: "all here", Box: left}}}, []string{"all here", ""}},
		{&doc.Code{Base: base, Value: "x"}, []string{"```\nx\n```", "```\nx\n```"}},
	} {
		r := Item(c.item, Options{Links: true})
		units := []rune(r.MD) // the only character beyond the first plane is counted below
		for i, p := range r.Pieces {
			if got := cutUTF16(units, p); got != c.want[i] {
				t.Errorf("piece %d of %q is %q, want %q", i, r.MD, got, c.want[i])
			}
		}
	}
}

// cutUTF16 cuts a range in UTF-16 units out of a text.
func cutUTF16(s []rune, p Range) string {
	var out []rune
	unit := 0
	for _, r := range s {
		if unit >= p.Start && unit < p.End {
			out = append(out, r)
		}
		unit += Len(string(r))
	}
	return string(out)
}

func BenchmarkPage(b *testing.B) {
	p := &doc.Page{}
	for range 12 {
		text := doc.Text{}
		for range 6 {
			text = append(text, doc.Inline{Text: "A line of running text as it stands in any book, "}, doc.Inline{Text: "words", Style: italic}, doc.Inline{Text: " and so on. "})
		}
		p.Items = append(p.Items, &doc.Paragraph{Text: text})
	}
	b.ReportAllocs()
	for b.Loop() {
		Page(p, Options{Links: true})
	}
}
