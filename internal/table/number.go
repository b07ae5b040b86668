package table

import (
	"regexp"
	"strconv"
	"strings"

	"recto/internal/doc"
)

// maxDigits is how many digits a float64 holds without loss; longer ones are
// account numbers and the like anyway.
const maxDigits = 15

var (
	plainNumber   = regexp.MustCompile(`^[-−]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?$`)
	groupedNumber = regexp.MustCompile(`^[-−]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?$`)
	decimalComma  = regexp.MustCompile(`^[-−]?[0-9.]*[0-9],(?:[0-9]{1,2}|[0-9]{4,})$|^[-−]?0,[0-9]+$|^[-−]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$`)
)

// Number reads a cell that is a plain number and nothing else, or returns nil.
//
// A number has an optional minus, digits, and an optional point with digits:
// "12", "-3.5", "−0.25", ".05". Groups of three may be set off by commas,
// "1,234,567.8", unless grouped is false. Everything else stays text, because
// turning it into a number would lose or invent something: leading zeros (007),
// plus signs (+3), percent and currency (12%, $5), brackets ((12)), exponents
// (1e5), codes and dates (12-3, 2024-01-02), more than 15 digits.
func Number(s string, grouped bool) any {
	if len(s) == 0 || len(s) > 2*maxDigits {
		return nil
	}
	if last := s[len(s)-1]; last < '0' || last > '9' {
		return nil
	}
	switch {
	case plainNumber.MatchString(s):
	case grouped && groupedNumber.MatchString(s):
		s = strings.ReplaceAll(s, ",", "")
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
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return n
}

// numberReader returns Number as it applies to a table: where some cell uses
// the comma as decimal sign ("0,5", "1.234,5"), no number of that table is read
// with commas as group signs, nor "1.234" as a fraction.
func numberReader(t *doc.Table) func(string) any {
	for i := range t.Cells {
		if decimalComma.MatchString(plain(t.Cells[i].Text)) {
			return func(s string) any {
				if strings.Contains(s, ".") {
					return nil
				}
				return Number(s, false)
			}
		}
	}
	return func(s string) any { return Number(s, true) }
}
