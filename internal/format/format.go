// Package format tells what kind of file some bytes are, and names the errors
// that every reader reports in the same way.
package format

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
)

// Format is a kind of file.
type Format string

// The formats Recto knows.
const (
	Unknown Format = ""
	PDF     Format = "pdf"
)

// What can be wrong with a document as a whole. Readers wrap these.
var (
	ErrUnsupported = errors.New("unsupported file type")
	ErrEncrypted   = errors.New("document is encrypted: give its password")
	ErrPassword    = errors.New("the password does not open the document")
	ErrBroken      = errors.New("document is damaged and cannot be opened")
	ErrEmpty       = errors.New("document is empty")
	ErrTooLarge    = errors.New("document is too large")
	ErrTooMany     = errors.New("document has too many pages")
	ErrNoPages     = errors.New("the document has none of the pages asked for")
)

// headWindow is how far into a file the PDF header may stand; readers accept
// leading junk within the first kilobyte (ISO 32000-1, note to 7.5.2).
const headWindow = 1024

// Detect names the format by content first and by file name second.
// head is the beginning of the file, a kilobyte is enough.
func Detect(name string, head []byte) Format {
	if len(head) > headWindow {
		head = head[:headWindow]
	}
	if bytes.Contains(head, []byte("%PDF-")) {
		return PDF
	}
	if strings.EqualFold(filepath.Ext(name), ".pdf") {
		return PDF
	}
	return Unknown
}
