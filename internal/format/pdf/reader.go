package pdf

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"recto/internal/doc"
	"recto/internal/format"
	"recto/internal/page"
)

// The error codes of FPDF_GetLastError.
const (
	lastErrorFile     = 2
	lastErrorFormat   = 3
	lastErrorPassword = 4
	lastErrorSecurity = 5
)

// Reader is one open document. It is not safe for concurrent use.
type Reader struct {
	m        *module
	limits   Limits
	doc      handle
	form     handle // form environment, 0 when the document has no form
	formless bool   // looked for a form and found none
	pages    int
	tagged   bool
	data     handle // the document's bytes
	size     uint32
	layers   *bool                    // nil until asked for
	fonts    map[page.Font]*page.Font // one value for every face of the document
	letters  map[*page.Font]*letterWidths
	notes    map[int]*annotations // of the pages that have been flattened, by number
}

// Open reads the document's structure. The bytes are copied. It reports
// format.ErrEmpty, ErrEncrypted, ErrPassword or ErrBroken.
func (rt *Runtime) Open(ctx context.Context, data []byte, password string) (*Reader, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, format.ErrEmpty
	}
	m, err := rt.newModule(ctx)
	if err != nil {
		return nil, err
	}
	limits := Limits{Glyphs: cmp.Or(rt.Limits.Glyphs, DefaultGlyphs), Objects: cmp.Or(rt.Limits.Objects, DefaultObjects)}
	r := &Reader{m: m, limits: limits, fonts: map[page.Font]*page.Font{}, letters: map[*page.Font]*letterWidths{}, notes: map[int]*annotations{}}
	if err := r.load(data, password); err != nil {
		_ = m.close()
		return nil, err
	}
	return r, nil
}

func (r *Reader) load(data []byte, password string) error {
	m := r.m
	buf := m.upload(data)
	if buf == 0 {
		return fmt.Errorf("%w: it does not fit into the reader's memory", format.ErrTooLarge)
	}
	r.data, r.size = buf, uint32(len(data))
	var pass handle
	if password != "" {
		pass = m.cstring(password)
		defer m.free(pass)
	}
	r.doc = m.call("FPDF_LoadMemDocument64", buf, uint64(len(data)), pass)
	if m.trap != nil {
		return fmt.Errorf("%w: %w", format.ErrBroken, m.trap)
	}
	if r.doc == 0 {
		switch m.callInt("FPDF_GetLastError") {
		case lastErrorPassword:
			if password != "" {
				return format.ErrPassword
			}
			return format.ErrEncrypted
		case lastErrorSecurity:
			return fmt.Errorf("%w (it uses an unknown kind of encryption)", format.ErrEncrypted)
		case lastErrorFile, lastErrorFormat:
			return format.ErrBroken
		}
		return format.ErrBroken
	}
	r.pages = m.callInt("FPDF_GetPageCount", r.doc)
	r.tagged = m.callInt("FPDFCatalog_IsTagged", r.doc) != 0
	if m.trap != nil {
		return fmt.Errorf("%w: %w", format.ErrBroken, m.trap)
	}
	if r.pages <= 0 {
		return fmt.Errorf("%w: it has no pages", format.ErrBroken)
	}
	return nil
}

// Close frees the document and its instance.
func (r *Reader) Close() error {
	// The instance is thrown away whole, so there is nothing to take apart first.
	return r.m.close()
}

// PageCount returns the number of pages, at least 1.
func (r *Reader) PageCount() int { return r.pages }

// Tagged reports whether the document says that it has a structure tree.
func (r *Reader) Tagged() bool { return r.tagged }

// Broken returns the failure after which the Reader answers nothing any more,
// nil while it works.
func (r *Reader) Broken() error { return r.m.trap }

// Meta returns what the document says about itself.
func (r *Reader) Meta() doc.Meta {
	text := func(tag string) string {
		key := r.m.cstring(tag)
		defer r.m.free(key)
		return strings.TrimSpace(r.m.utf16String("FPDF_GetMetaText", r.doc, key))
	}
	return doc.Meta{
		Title: text("Title"), Author: text("Author"), Subject: text("Subject"), Keywords: text("Keywords"),
		Creator: text("Creator"), Producer: text("Producer"),
		Lang:      r.m.utf16String("FPDFCatalog_GetLanguage", r.doc),
		PageCount: r.pages,
	}
}

// Label returns the page's label by the document's own numbering, "" when there
// is none. n counts from 1.
func (r *Reader) Label(n int) string {
	return r.m.utf16String("FPDF_GetPageLabel", r.doc, uint64(n-1))
}

// Limits of the outline: enough for any book, little for a loop.
const (
	maxBookmarks     = 10_000
	maxBookmarkDepth = 16
)

// Outline returns the bookmarks in order, depth first.
func (r *Reader) Outline() []doc.Bookmark {
	var out []doc.Bookmark
	places := placeFinder{}
	seen := map[handle]bool{}
	var walk func(parent handle, level int)
	walk = func(parent handle, level int) {
		if level > maxBookmarkDepth {
			return
		}
		for b := r.m.call("FPDFBookmark_GetFirstChild", r.doc, parent); b != 0; b = r.m.call("FPDFBookmark_GetNextSibling", r.doc, b) {
			if seen[b] || len(out) >= maxBookmarks {
				return
			}
			seen[b] = true
			title := strings.TrimSpace(r.m.utf16String("FPDFBookmark_GetTitle", b))
			pageNumber, y := r.destination(r.m.call("FPDFBookmark_GetDest", r.doc, b), places)
			if title != "" {
				out = append(out, doc.Bookmark{Title: title, Level: level, Page: pageNumber, Y: y})
			}
			walk(b, level+1)
		}
	}
	walk(0, 1)
	return out
}

// latin1 returns the bytes as UTF-8, reading them as Latin-1 where they are not.
func latin1(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
