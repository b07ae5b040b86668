package text

import "testing"

func TestTeXSigns(t *testing.T) {
	for _, tt := range []struct{ font, in, want string }{
		{"CMEX10", "X", "∑"},
		{"CMEX10", "\"", "["},
		{"CMEX10", "∑(", "∑("},
		{"CMSY10", "0", "′"},
		{"CMSY7", "f2g", "{∈}"},
		{"CMSY10", "A≤", "A≤"},
		{"CMR10", "X0", "X0"},
		{"Times", "X0", "X0"},
	} {
		if got := TeXSigns(tt.font, tt.in); got != tt.want {
			t.Errorf("TeXSigns(%q, %q) = %q, want %q", tt.font, tt.in, got, tt.want)
		}
	}
}
