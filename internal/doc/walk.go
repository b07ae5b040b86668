package doc

// EachText calls f with every text of an item and of what is nested in it, in
// reading order: paragraphs, entries, cells, captions, labels. Code and links
// have no styled text and are passed over.
func EachText(it Item, f func(Text)) {
	switch it := it.(type) {
	case *Heading:
		f(it.Text)
	case *Paragraph:
		f(it.Text)
	case *List:
		for i := range it.Entries {
			f(it.Entries[i].Text)
			for _, child := range it.Entries[i].Items {
				EachText(child, f)
			}
		}
	case *Table:
		f(it.Caption)
		for i := range it.Cells {
			f(it.Cells[i].Text)
		}
	case *Figure:
		f(it.Caption)
		f(it.Labels)
	case *Caption:
		f(it.Text)
	case *Footnote:
		f(it.Text)
	case *Formula:
		f(it.Text)
	case *Code, *Link:
	}
}
