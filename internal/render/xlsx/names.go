package xlsx

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
)

// maxName is how many UTF-16 code units a sheet's name may have.
const maxName = 31

// sheetNames makes names that spreadsheet programs accept.
type sheetNames struct {
	taken map[string]bool // in lower case: names differ in more than case
}

// unique returns a name like the one wished for.
func (n sheetNames) unique(wish string) string {
	name := clean(wish)
	if name == "" || strings.EqualFold(name, "history") { // the latter is reserved
		name = "Table"
	}
	base := name
	name = shorten(base, maxName)
	for i := 2; n.taken[strings.ToLower(name)]; i++ {
		suffix := fmt.Sprintf(" (%d)", i)
		name = shorten(base, maxName-len(suffix)) + suffix
	}
	n.taken[strings.ToLower(name)] = true
	return name
}

// clean removes what no sheet name may contain, and apostrophes at the ends.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`[]:*?/\`, r), unicode.IsControl(r), unicode.IsSpace(r), r == unicode.ReplacementChar, r == 0xFFFE, r == 0xFFFF:
			return ' '
		}
		return r
	}, s)
	return strings.Trim(strings.Join(strings.Fields(s), " "), "' ")
}

func shorten(s string, most int) string {
	units := 0
	for i, r := range s {
		units += utf16.RuneLen(r)
		if units > most {
			return strings.TrimRight(s[:i], "' ")
		}
	}
	return s
}
