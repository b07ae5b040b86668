// Package markdown writes a document as GitHub-flavoured markdown that reads
// well as it is and parses back into the same structure: CommonMark's rules for
// emphasis are obeyed, text that looks like markup is escaped, and what markdown
// cannot say (superscripts, merged cells) is HTML. No text of an item is lost.
// Page headers and footers are written apart from the body.
package markdown

import (
	"io"
	"strings"

	"recto/internal/doc"
)

// PageSeparator stands between the pages of a whole document.
const PageSeparator = "\n\n---\n\n"

// Options shape the markdown. The zero value gives HTML tables and links.
type Options struct {
	PipeTables    bool // tables as pipes: reads easier, knows no spans
	CompactTables bool // pipe tables without padding
	// MultilineSeparator joins the lines of a cell in pipe tables as printed; ""
	// makes one running text of them.
	MultilineSeparator string
	Underline          bool // underlined text as <u>; else it is plain
	Links              bool // links as [text](target); else their text alone
	// ImageURL returns the address of a figure's picture, "" for none; nil means
	// the name it is saved under.
	ImageURL func(*doc.Figure) string
}

// Page writes a page's body, "" when it has none. There is no line break at the
// end.
func Page(p *doc.Page, o Options) string { return join(p.Items, o) }

// Header writes a page's header.
func Header(p *doc.Page, o Options) string { return join(p.Header, o) }

// Footer writes a page's footer.
func Footer(p *doc.Page, o Options) string { return join(p.Footer, o) }

// Text writes styled text as a paragraph.
func Text(t doc.Text, o Options) string { return inline(t, o, inBlock) }

// Rendered is an item's markdown and where its pieces stand in it.
type Rendered struct {
	MD     string
	Pieces []Range // one for each of the item's Boxes
}

// Range is a stretch of markdown in UTF-16 code units, End exclusive. Pieces of
// which the markdown shows nothing are empty.
type Range struct{ Start, End int }

// Item writes one item as it stands in a page.
func Item(it doc.Item, o Options) Rendered {
	w := blocks{o: o}
	md := w.block(it)
	return Rendered{MD: md, Pieces: locate(it, md)}
}

// Render writes all pages, parted by PageSeparator, and a line break at the end.
// Pages that could not be read are left out.
func Render(w io.Writer, d *doc.Document, o Options) error {
	written := false
	for _, p := range d.Pages {
		if p.Err != nil {
			continue
		}
		md := Page(p, o)
		if written {
			md = PageSeparator + md
		}
		written = true
		if _, err := io.WriteString(w, md); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// join writes items with empty lines between them.
func join(items []doc.Item, o Options) string {
	w := blocks{o: o}
	var b strings.Builder
	for _, it := range items {
		md := w.block(it)
		if md == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(md)
	}
	return b.String()
}

// safeSchemes are the schemes a link may have; others could run code or read
// files where the markdown is shown.
var safeSchemes = []string{"http:", "https:", "mailto:", "tel:", "ftp:", "sftp:", "news:", "urn:", "doi:"}

// Target returns a link's address as it can stand in markdown and in an HTML
// attribute, or "" when a link there would be dangerous or empty.
func Target(url string) string {
	url = strings.TrimSpace(url)
	if colon := strings.IndexByte(url, ':'); colon >= 0 && !strings.ContainsAny(url[:colon], "/?#") {
		safe := false
		for _, s := range safeSchemes {
			safe = safe || strings.EqualFold(url[:colon+1], s)
		}
		if !safe {
			return ""
		}
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i, c := range []byte(url) {
		switch {
		case c <= ' ' || c == 0x7F || strings.IndexByte("()<>[]\\|`\"^{}*", c) >= 0,
			c == '&' && isEntity(url[i:]):
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return strings.ToValidUTF8(b.String(), "%EF%BF%BD")
}
