// Package format tells what kind of file some bytes are, and names the errors
// that every reader reports in the same way.
package format

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strings"
)

// Format is a kind of file.
type Format string

// The formats Recto knows.
const (
	Unknown Format = ""
	PDF     Format = "pdf"
	PNG     Format = "png"
	JPEG    Format = "jpeg"
	GIF     Format = "gif"
	BMP     Format = "bmp"
	WEBP    Format = "webp"
	TIFF    Format = "tiff"
	SVG     Format = "svg"
	HEIC    Format = "heic" // in builds with the tag heic, otherwise never detected
)

// Picture reports whether files of the format are pictures.
func (f Format) Picture() bool {
	switch f {
	case PNG, JPEG, GIF, BMP, WEBP, TIFF, HEIC:
		return true
	}
	return false
}

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
	if f := detectPicture(head); f != Unknown {
		return f
	}
	if bytes.Contains(head, []byte("%PDF-")) {
		return PDF
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n"), []byte("<")) && bytes.Contains(head, []byte("<svg")) && !bytes.Contains(head, []byte("<html")) {
		return SVG
	}
	ext := strings.ToLower(filepath.Ext(name))
	for f, list := range extensions {
		if slices.Contains(list, ext) {
			return f
		}
	}
	return Unknown
}

// Unread names a format that is known and not read, "" for all others.
func Unread(head []byte) string {
	if bytes.HasPrefix(head, []byte("\x00\x00\x00\x0cjP  ")) || bytes.HasPrefix(head, []byte("\xff\x4f\xff\x51")) {
		return "JPEG 2000"
	}
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return ""
	}
	switch string(head[8:12]) {
	case "heic", "heix", "hevc", "mif1", "msf1":
		return "HEIC"
	case "avif", "avis":
		return "AVIF"
	}
	return ""
}

// starts are what the files of a format begin with.
var starts = []struct {
	with   string
	format Format
}{
	{"\x89PNG\r\n\x1a\n", PNG},
	{"\xff\xd8\xff", JPEG},
	{"GIF87a", GIF},
	{"GIF89a", GIF},
	{"II*\x00", TIFF},
	{"MM\x00*", TIFF},
	{"II+\x00", TIFF}, // BigTIFF
	{"MM\x00+", TIFF},
}

// detectPicture names the format of a picture by its first bytes.
func detectPicture(head []byte) Format {
	for _, s := range starts {
		if bytes.HasPrefix(head, []byte(s.with)) {
			return s.format
		}
	}
	if len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP" {
		return WEBP
	}
	if readsHEIC && Unread(head) == "HEIC" {
		return HEIC
	}
	// "BM" begins many a text; the reserved bytes and the size of the second
	// header tell.
	if len(head) >= 18 && string(head[:2]) == "BM" && string(head[6:10]) == "\x00\x00\x00\x00" &&
		slices.Contains([]byte{12, 40, 52, 56, 64, 108, 124}, head[14]) && string(head[15:18]) == "\x00\x00\x00" {
		return BMP
	}
	return Unknown
}
