package text

import "testing"

func TestPlausible(t *testing.T) {
	for _, word := range []string{"word", "Größe,", "(1987)", "1,200.50", "state-of-the-art", "don't", "NATO", "§", "—", "Angstschweiß", "слово", "日本語", "a", "3rd", "e.g.", "McArthur", "x@y.org"} {
		if !Plausible(word) {
			t.Errorf("Plausible(%q) = false", word)
		}
	}
	for _, word := range []string{"~t^e", "bcdfghk", "V1H5k", "llll", "o,[|8", "xwqz", "I|<=", "ynnal.IVIBaeMoMy~", "t", "\\<Pop", "a1b2c"} {
		if Plausible(word) {
			t.Errorf("Plausible(%q) = true", word)
		}
	}
}
