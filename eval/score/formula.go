package score

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// formulaMarks are the ways to mark a formula. They are looked for one after
// another, each in what the others left.
var formulaMarks = []*regexp.Regexp{
	regexp.MustCompile(`(?s)\\\((.+?)\\\)`),
	regexp.MustCompile(`(?s)\\\[(.+?)\\\]`),
	regexp.MustCompile(`(?s)\$\$(.+?)\$\$`),
	regexp.MustCompile(`(?s)\$(.+?)\$`),
}

// hasFormula tells whether a text has a formula, but for spaces and the look
// of letters.
func hasFormula(markdown, want string) bool {
	want = formulaKey(want)
	for _, mark := range formulaMarks {
		for _, m := range mark.FindAllStringSubmatch(markdown, -1) {
			if formulaKey(m[1]) == want {
				return true
			}
		}
		markdown = mark.ReplaceAllString(markdown, "")
	}
	return false
}

// Commands that do not change what a formula says. Those of spacing also come
// as signs (\, and \!).
var (
	spacingCommands = []string{"left", "right", "displaystyle", "limits", "nolimits", "quad", "qquad", "big", "Big", "bigl", "bigr"}
	fontCommands    = []string{"mathbf", "mathrm", "mathit", "mathcal", "operatorname", "text", "boldsymbol", "bm", "rm"}
)

const spacingSigns = ",;!:"

var (
	formulaNames  = strings.NewReplacer(`\dfrac`, `\frac`, `\tfrac`, `\frac`, `^{\prime}`, "'")
	needlessBrace = regexp.MustCompile(`\{(\\[a-zA-Z]+|.)\}`)
)

// maxBraceDepth is how deep braces around a single sign are removed.
const maxBraceDepth = 3

// formulaKey is what is left of a formula when it is compared.
func formulaKey(s string) string {
	s = withoutCommands(s, spacingLength)
	s = withoutCommands(s, fontLength)
	s = formulaNames.Replace(s)
	s = strings.Join(strings.FieldsFunc(s, isSpace), "")
	for range maxBraceDepth {
		s = needlessBrace.ReplaceAllString(s, "$1")
	}
	return strings.Trim(s, ".,;")
}

// withoutCommands removes the commands for which drop returns how long they
// are, given the text from the backslash on.
func withoutCommands(s string, drop func(s string) int) string {
	var b strings.Builder
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		n := drop(s)
		if n == 0 {
			b.WriteByte('\\')
			n = 1
		}
		s = s[n:]
	}
	b.WriteString(s)
	return b.String()
}

// spacingLength returns the length of a spacing command, 0 if s is another.
func spacingLength(s string) int {
	name := commandName(s)
	if slices.Contains(spacingCommands, name) {
		return 1 + len(name)
	}
	// A sign with a letter right behind it stays, as in the bench.
	if name == "" && len(s) > 1 && strings.IndexByte(spacingSigns, s[1]) >= 0 && commandName(s[1:]) == "" {
		return 2
	}
	return 0
}

// fontLength returns the length of a font command, 0 if s is another.
func fontLength(s string) int {
	name := commandName(s)
	if !slices.Contains(fontCommands, name) {
		return 0
	}
	rest := s[1+len(name):]
	if r, _ := utf8.DecodeRuneInString(rest); rest != "" && isWord(r) {
		return 0
	}
	if strings.HasPrefix(rest, "*") {
		return 2 + len(name)
	}
	return 1 + len(name)
}

// commandName returns the letters after the first byte.
func commandName(s string) string {
	end := 1
	for end < len(s) && ('a' <= s[end]|0x20 && s[end]|0x20 <= 'z') {
		end++
	}
	return s[1:end]
}
