package table

import (
	"testing"

	"recto/internal/doc"
)

func TestNumber(t *testing.T) {
	for s, want := range map[string]any{
		"0": int64(0), "12": int64(12), "-3": int64(-3), "−3": int64(-3), "2024": int64(2024),
		"1.5": 1.5, "0.25": 0.25, ".05": 0.05, "-.5": -0.5, "1.50": 1.5,
		"1,234": int64(1234), "-1,234,567.5": -1234567.5, "123456789012345": int64(123456789012345),
		"": nil, "-": nil, ".": nil, "007": nil, "01.5": nil, "+3": nil, "12%": nil, "$5": nil, "(12)": nil,
		"1e5": nil, "12-3": nil, "2024-01-02": nil, "1,23": nil, "12,34,567": nil, "1234,567": nil, "0,123": nil,
		"1 234": nil, "1.": nil, "-0": nil, "1.2.3": nil, "NaN": nil, "Inf": nil, "0x10": nil, "1_000": nil,
		"1234567890123456": nil, "١٢": nil, "½": nil, "n/a": nil,
	} {
		if got := Number(s, Notation{Decimal: '.'}); got != want {
			t.Errorf("Number(%q) = %v (%T), want %v (%T)", s, got, got, want, want)
		}
	}
	for s, want := range map[string]any{
		"1,5": 1.5, "1.234,50": 1234.5, "1.234": int64(1234), "1,234": 1.234, "0,5": 0.5, "12": int64(12),
		"1.5": nil, "1 234": int64(1234), "1\u00a0234\u202f567,8": 1234567.8, "12 34": nil,
	} {
		if got := Number(s, Notation{Decimal: ',', Spaces: true}); got != want {
			t.Errorf("Number(%q) = %v (%T), want %v (%T)", s, got, got, want, want)
		}
	}
	if got := Number("1.5", Notation{}); got != nil {
		t.Errorf("Number without a decimal sign = %v, want nil", got)
	}
}

func TestDecimals(t *testing.T) {
	for _, c := range []struct {
		printed  string
		number   any
		decimals int
		grouped  bool
	}{
		{"12", int64(12), 0, false},
		{"1,234", int64(1234), 0, true},
		{"1.234", int64(1234), 0, true},
		{"1.234,50", 1234.5, 2, true},
		{"0.250", 0.25, 3, false},
		{"1 234.5", 1234.5, 1, true},
	} {
		if d, g := Decimals(c.printed, c.number); d != c.decimals || g != c.grouped {
			t.Errorf("Decimals(%q) = %d, %v, want %d, %v", c.printed, d, g, c.decimals, c.grouped)
		}
	}
}

// TestSetDecimals reads an ambiguous number as the rest of the document does.
func TestSetDecimals(t *testing.T) {
	a, b := readTable(t, "#Preis\n0,50\n12,30"), readTable(t, "#Menge\n1.234")
	if got := Rows(b)[1][0]; got != 1.234 {
		t.Errorf("alone it is %v, want 1.234", got)
	}
	SetDecimals(&doc.Document{Pages: []*doc.Page{{Items: []doc.Item{a, b}}}})
	if got := Rows(b)[1][0]; got != int64(1234) {
		t.Errorf("beside prices with commas it is %v, want 1234", got)
	}
}
