package format

import "testing"

// TestExtensions keeps the list and the detection together.
func TestExtensions(t *testing.T) {
	for f, list := range extensions {
		for _, ext := range list {
			if got := Detect("file"+ext, nil); got != f {
				t.Errorf("Detect(file%s) = %q, want %q", ext, got, f)
			}
		}
	}
	if len(Extensions()) == 0 {
		t.Error("there is nothing to read")
	}
}
