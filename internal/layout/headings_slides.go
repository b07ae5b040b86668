package layout

// A deck of slides.
const (
	minDeckPages = 3
	deckShare    = 0.6 // of the pages that are wide and begin with a heading
	slideRatio   = 1.2 // width to height
)

// isDeck reports whether the document is a deck of slides: wide pages that begin
// with a heading.
func isDeck(d *document) bool {
	n := 0
	for _, s := range d.sheets {
		if s.in.Width < slideRatio*s.in.Height {
			continue
		}
		for i := range s.blocks {
			if len(s.blocks[i].lines) == 0 {
				continue
			}
			if s.blocks[i].kind == heading {
				n++
			}
			break
		}
	}
	return n >= minDeckPages && float64(n) >= deckShare*float64(len(d.sheets))
}

// levelSlides puts the titles of slides on one level: each is the first heading
// of its page and no smaller than the others there.
func levelSlides(d *document) {
	if !isDeck(d) {
		return
	}
	for _, s := range d.sheets {
		var title *block
		for i := range s.blocks {
			b := &s.blocks[i]
			switch {
			case b.kind != heading || b.told && b.treeLevel > 0:
			case title == nil || b.size > title.size && b.level == 1:
				title = b
				b.level = 1
			default:
				b.level = max(b.level, 2)
			}
		}
	}
}
