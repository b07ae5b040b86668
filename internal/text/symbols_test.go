package text

import "testing"

func TestSymbols(t *testing.T) {
	tests := []struct{ font, in, want string }{
		{"Wingdings", "\uF0FC", "✔"},
		{"Wingdings", "ü", "✔"}, // the same code read as a letter
		{"Wingdings-Regular", "\uF06E\uF0A7\uF0D8\uF0E0", "■▪➢→"},
		{"Wingdings", "✓", "✓"}, // mapped by the font itself
		{"Wingdings2", "PQR", "✔☒☑"},
		{"Wingdings-Regular", "o¨xþý", "☐☐☒☑☒"}, // of forms
		{"FontAwesome5Free-Solid", "\uF096\uF14A", "☐☑"},
		{"MaterialIcons-Regular", "\uE835\uE834", "☐☑"},
		{"Wingdings 3", "fgh}", "←→↑▸"},
		{"Webdings", "a", "✔"},
		{"ZapfDingbats", "4ln", "✔●■"},
		{"ZapfDingbats", "\uF0AC\uF0B5\uF0E0", "①⑩➠"},
		{"SymbolMT", "abS\uF0B7", "αβΣ•"},
		{"Symbol", "×°", "×°"}, // proper characters stay
		{"Symbola", "abc", "abc"},
		{"SomeSymbols", "\uF0B7\uF0FE", "•☑"},
		{"SomeSymbols", "\uF021", "\uF021"}, // nobody knows
	}
	for _, tt := range tests {
		if got := Symbols(tt.font, tt.in); got != tt.want {
			t.Errorf("Symbols(%s, %q) = %q, want %q", tt.font, tt.in, got, tt.want)
		}
	}
	for _, f := range symbolFonts {
		if len(f.signs) != 0x100-0x20 {
			t.Errorf("%s has %d signs", f.name, len(f.signs))
		}
	}
}
