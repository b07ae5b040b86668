package text

import "testing"

func TestGarbled(t *testing.T) {
	tests := []struct {
		word string
		want int
	}{
		{"plain", 0},
		{"Größe,", 0},
		{"naïve—not", 0},
		{"λ-Kalkül", 0},
		{"日本語テキスト", 0},
		{"USBメモリ", 0},
		{"한국어", 0},
		{"שלום", 0},
		{"ภาษาไทย", 0},
		{"हिन्दी", 0},
		{"a\uFFFDb", 1},
		{"\uE001\uE002", 2},
		{"x\x03", 1},
		{"ɐ", 0},     // a phonetic sign
		{"ɎɅȺɇ", 4},  // letters nobody strings together
		{"ଋҨǥ", 3},   // three scripts in one word
		{"ଋକఁಱ", 3},  // two that never meet; the third sign is a mark
		{"Tx−Rx", 0}, // signs belong to no script
	}
	for _, tt := range tests {
		if got := Garbled(tt.word); got != tt.want {
			t.Errorf("Garbled(%q) = %d, want %d", tt.word, got, tt.want)
		}
	}
}
