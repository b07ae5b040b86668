package score

import "testing"

func TestRecognized(t *testing.T) {
	for _, c := range []struct {
		truth, reading string
		cer, f1        float64
	}{
		{"The quick fox\njumps.", "The quick fox\njumps.", 0, 1},
		{"The quick fox\njumps.", "jumps. The quick fox", 0, 1},
		{"The quick fox", "The quiek fox", 1.0 / 11, 2.0 / 3},
		{"“Yes” — no", `"Yes" - no`, 0, 1},
		{"Chapter 1 ........ 7", "Chapter 1 7", 0, 1},
		{"words", "", 1, 0},
		{"汉字文本", "汉字 文 本", 0, 1},
	} {
		got := Recognized(c.truth, c.reading)
		if d := got.CER() - c.cer; d > 1e-9 || d < -1e-9 {
			t.Errorf("Recognized(%q, %q).CER() = %v, want %v", c.truth, c.reading, got.CER(), c.cer)
		}
		if d := got.F1() - c.f1; d > 1e-9 || d < -1e-9 {
			t.Errorf("Recognized(%q, %q).F1() = %v, want %v", c.truth, c.reading, got.F1(), c.f1)
		}
	}
}
