package ocr

import "testing"

// FuzzTSV: whatever a program prints becomes words with a place.
func FuzzTSV(f *testing.F) {
	f.Add("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n5\t1\t1\t1\t1\t1\t10\t20\t30\t12\t96.5\tword\n")
	f.Add("5\t1\t1\t1\t1\t1\tNaN\tInf\t1e308\t1e308\t-1\tx\n5\t1\t1\t1\t1\t2\t1\t1\t1\t1\t1e9\t漢\n")
	f.Fuzz(func(t *testing.T, tsv string) {
		r := ReadTSV(tsv)
		for _, l := range r.Lines {
			if len(l.Words) == 0 {
				t.Error("a line without words")
			}
			for _, w := range l.Words {
				if w.Text == "" || !(w.Box.W() > 0 && w.Box.H() > 0) || !(w.Confidence >= 0 && w.Confidence <= 1) {
					t.Errorf("word %+v", w)
				}
			}
		}
		if c := r.Confidence(); !(c >= 0 && c <= 1) {
			t.Errorf("confidence %v", c)
		}
	})
}
