package table

import (
	"regexp"
	"strconv"
	"strings"
)

// maxDigits is how many digits a float64 holds without loss; longer ones are
// account numbers and the like anyway.
const maxDigits = 15

// Notation is how the numbers of a column are written.
type Notation struct {
	Decimal byte // '.' or ','; 0 reads whole numbers without groups only
	Spaces  bool // groups of three may be set off by spaces
}

var (
	wholeNumber  = regexp.MustCompile(`^[-−]?(?:0|[1-9][0-9]*)$`)
	pointNumber  = regexp.MustCompile(`^[-−]?(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)?(?:\.[0-9]+)?$`)
	commaNumber  = regexp.MustCompile(`^[-−]?(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)?(?:,[0-9]+)?$`)
	spacedNumber = regexp.MustCompile(`^[-−]?[1-9][0-9]{0,2}(?: [0-9]{3})+(?:[.,][0-9]+)?$`)
)

// narrowSpaces are the spaces that may stand in a number.
var narrowSpaces = strings.NewReplacer("\u00a0", " ", "\u2009", " ", "\u202f", " ")

// Number reads a text that is a plain number and nothing else, or returns nil:
// int64 for whole numbers, float64 for those with decimals.
//
// A number has an optional minus, digits, and an optional decimal sign with
// digits: "12", "-3.5", "−0.25", ".05". Groups of three may be set off by the
// sign that is not the decimal one, "1,234,567.8", or by spaces where the
// notation has them. Everything else stays text, because turning it into a
// number would lose or invent something: leading zeros (007), plus signs (+3),
// percent and currency (12%, $5), brackets ((12)), exponents (1e5), codes and
// dates (12-3, 2024-01-02), more than 15 digits.
func Number(s string, n Notation) any {
	if len(s) == 0 || len(s) > 2*maxDigits {
		return nil
	}
	if last := s[len(s)-1]; last < '0' || last > '9' {
		return nil
	}
	if s = narrowSpaces.Replace(s); strings.Contains(s, " ") {
		if !n.Spaces || !spacedNumber.MatchString(s) {
			return nil
		}
		s = strings.ReplaceAll(s, " ", "")
	}
	switch {
	case wholeNumber.MatchString(s):
	case n.Decimal == '.' && pointNumber.MatchString(s):
		s = strings.ReplaceAll(s, ",", "")
	case n.Decimal == ',' && commaNumber.MatchString(s):
		s = strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
	default:
		return nil
	}
	if strings.HasPrefix(s, "−") {
		s = "-" + strings.TrimPrefix(s, "−")
	}
	if len(strings.Trim(strings.Replace(s, ".", "", 1), "-")) > maxDigits {
		return nil
	}
	if !strings.Contains(s, ".") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && (n != 0 || s == "0") {
			return n
		}
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return f
}

// Decimals returns how many decimals a number has as printed and whether its
// groups of three are set off.
func Decimals(printed string, number any) (decimals int, grouped bool) {
	printed = strings.TrimSpace(printed)
	if _, ok := number.(float64); ok {
		at := strings.LastIndexAny(printed, ".,")
		decimals, printed = len(printed)-at-1, printed[:max(at, 0)]
	}
	return decimals, strings.ContainsAny(narrowSpaces.Replace(printed), "., ")
}
