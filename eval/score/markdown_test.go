package score

import (
	"slices"
	"testing"
)

func TestInlineText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a **bold** and __strong__ and *soft* and _soft_ word", "a bold and strong and soft and soft word"},
		{"snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"},
		{"x*y*z", "x*y*z"},
		{"![alt](a.png)see [here](http://a.b/c(d)).", "see here."},
		{"a<br/>b<br>c", "a b c"},
		{"H<sub>2</sub>O <big>x</big>", "H2O <big>x</big>"},
		{`2 \* 3 &amp; &lt;b&gt;`, "2 * 3 & <b>"},
		{"thin\u2009and\u00a0hard  space ", "thin and hard space"},
	} {
		if got := inlineText(c.in); got != c.want {
			t.Errorf("inlineText(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestListItems(t *testing.T) {
	markdown := "- a\n  * b\n1. c\n(2) d\niv) e\nx. f\n1.5 not\n-not\n• g\n| - | h |\n|---|---|\n| - i | |\n"
	want := []string{"a", "b", "c", "d", "e", "f", "g"}
	if got := ListItems(markdown); !slices.Equal(got, want) {
		t.Errorf("ListItems(%q) = %q, want %q", markdown, got, want)
	}
}

func TestPlain(t *testing.T) {
	markdown := "# *Title*\n<!-- gone\n-->\n> quoted\n\n- item\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```go\ncode\n```\n<table><tr><td>x</td><td>y</td></tr></table>\n"
	want := "Title quoted item a b 1 2 code x y"
	if got := Plain(markdown); got != want {
		t.Errorf("Plain(%q) = %q, want %q", markdown, got, want)
	}
}

func TestSplitLines(t *testing.T) {
	in := "a\r\nb\u2028c\n\nd\n"
	want := []string{"a", "b", "c", "", "d"}
	if got := splitLines(in); !slices.Equal(got, want) {
		t.Errorf("splitLines(%q) = %q, want %q", in, got, want)
	}
}

func TestWithTablesAsHTML(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"text\n|a|b<|\n|-|-|\n|1|\nend", "text\n<table><tr><th>a</th><th>b&lt;</th></tr><tr><td>1</td><td></td></tr></table>\nend"},
		{"| | |\n|-|-|\n|1|2|", "<table><tr><th>1</th><th>2</th></tr></table>"},
		{"|a|b|c|d|\n|-|-|-|-|\n|1|2|3|", "<table><tr><th>a</th><th>b</th><th>c</th><th>d</th></tr><tr><td>1</td><td>2</td><td>2</td><td>3</td></tr></table>"},
		{"a | b\nno rule", "a | b\nno rule"},
	} {
		if got := withTablesAsHTML(c.in); got != c.want {
			t.Errorf("withTablesAsHTML(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
