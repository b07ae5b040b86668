package wire

import (
	"testing"

	"recto/internal/doc"
)

// TestCaptionOf checks which caption a picture gets.
func TestCaptionOf(t *testing.T) {
	figure := func() doc.Item { return &doc.Figure{} }
	caption := func(s string) doc.Item { return &doc.Caption{Text: doc.Of(s)} }
	tests := []struct {
		name  string
		items []doc.Item
		i     int
		want  string
	}{
		{"below", []doc.Item{figure(), caption("Figure 1")}, 0, "Figure 1"},
		{"above", []doc.Item{caption("Figure 1"), figure()}, 1, "Figure 1"},
		{"of the figure before", []doc.Item{figure(), caption("Figure 1"), figure()}, 2, ""},
		{"of a table", []doc.Item{figure(), caption("Table 3")}, 0, ""},
		{"none", []doc.Item{figure()}, 0, ""},
	}
	for _, tt := range tests {
		if got := captionOf(tt.items, tt.i); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
