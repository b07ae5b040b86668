package score

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Recognition says how well text was read from a picture.
type Recognition struct {
	Chars, Wrong int // of the truth without spaces: all, and the edits to find each line in the reading
	// Words of the truth, of the reading, and common to both, as bags; characters
	// in scripts without spaces.
	Truth, Read, Common int
}

// CER is the share of characters that are wrong.
func (r Recognition) CER() float64 { return float64(r.Wrong) / float64(max(r.Chars, 1)) }

// F1 is the harmonic mean of precision and recall of the words.
func (r Recognition) F1() float64 { return 2 * float64(r.Common) / float64(max(r.Truth+r.Read, 1)) }

// Add sums up two readings.
func (r Recognition) Add(o Recognition) Recognition {
	return Recognition{r.Chars + o.Chars, r.Wrong + o.Wrong, r.Truth + o.Truth, r.Read + o.Read, r.Common + o.Common}
}

// Recognized compares a reading with the true lines. The order of the lines does
// not count: each is looked for in the whole reading. Quotes and dashes of a kind
// are the same, and rows of leaders are left out.
func Recognized(truth, reading string) Recognition {
	truth, reading = plainPrint(truth), plainPrint(reading)
	var r Recognition
	all := []rune(strings.Join(strings.Fields(reading), ""))
	for line := range strings.SplitSeq(truth, "\n") {
		want := []rune(strings.Join(strings.Fields(line), ""))
		r.Chars += len(want)
		r.Wrong += fit(want, all)
	}
	ideographs := isIdeographic(truth)
	a, b := bag(truth, ideographs), bag(reading, ideographs)
	for w, n := range a {
		r.Truth += n
		r.Common += min(n, b[w])
	}
	for _, n := range b {
		r.Read += n
	}
	return r
}

var sameSigns = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'", "‚", "'", "´", "'", "`", "'",
	"–", "-", "—", "-", "−", "-", "‐", "-", "‑", "-", "\u00ad", "-", "…", "...",
	"，", ",", "：", ":", "；", ";", "（", "(", "）", ")", "！", "!", "？", "?", "。", ".",
)

// plainPrint folds what print has in several shapes, and drops leaders.
func plainPrint(s string) string {
	s = sameSigns.Replace(norm.NFKC.String(s))
	in := []rune(s)
	var b strings.Builder
	for i := 0; i < len(in); {
		j := i
		for j < len(in) && in[j] == in[i] {
			j++
		}
		if j-i >= 3 && strings.ContainsRune("._-=~*", in[i]) {
			i = j
			continue
		}
		for _, r := range in[i:j] {
			switch {
			case r == '\n':
				b.WriteRune(r)
			case unicode.IsSpace(r):
				b.WriteByte(' ')
			case !unicode.IsControl(r) && r != '\uFFFD':
				b.WriteRune(r)
			}
		}
		i = j
	}
	return b.String()
}

// fit returns the fewest edits that turn want into some part of text.
func fit(want, text []rune) int {
	prev, cur := make([]int, len(text)+1), make([]int, len(text)+1)
	for i, w := range want {
		cur[0] = i + 1
		for j, t := range text {
			c := prev[j]
			if w != t {
				c++
			}
			cur[j+1] = min(c, prev[j+1]+1, cur[j]+1)
		}
		prev, cur = cur, prev
	}
	best := prev[0]
	for _, v := range prev {
		best = min(best, v)
	}
	return best
}

func isIdeographic(s string) bool {
	n, han := 0, 0
	for _, r := range s {
		if unicode.IsSpace(r) {
			continue
		}
		n++
		if unicode.Is(unicode.Han, r) {
			han++
		}
	}
	return han*5 > n
}

// bag counts the words of a text, or its characters.
func bag(s string, characters bool) map[string]int {
	out := map[string]int{}
	if characters {
		for _, r := range s {
			if !unicode.IsSpace(r) {
				out[string(r)]++
			}
		}
		return out
	}
	for _, w := range strings.Fields(s) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w != "" {
			out[w]++
		}
	}
	return out
}
