package format

import "testing"

// FuzzDetect: any beginning of a file is of some kind, or none.
func FuzzDetect(f *testing.F) {
	for _, s := range []string{"%PDF-1.7", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "II*\x00", "<svg xmlns='http://www.w3.org/2000/svg'>", "PK\x03\x04", "\x00\x00\x00\x18ftypheic", "RIFF\x00\x00\x00\x00WEBP"} {
		f.Add("a.pdf", []byte(s))
	}
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		if k := Detect(name, head); k.Picture() && k == PDF {
			t.Errorf("%q is a picture and a PDF", name)
		}
		_ = Unread(head)
	})
}
