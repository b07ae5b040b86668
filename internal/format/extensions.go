package format

import (
	"maps"
	"slices"
)

// extensions are the endings of file names by format.
var extensions = map[Format][]string{
	PDF:  {".pdf"},
	PNG:  {".png"},
	JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"},
	GIF:  {".gif"},
	BMP:  {".bmp"},
	WEBP: {".webp"},
	TIFF: {".tif", ".tiff"},
	SVG:  {".svg"},
	HEIC: heicExtensions,
}

// Extensions lists the endings of the files that can be read, with their dots
// and sorted.
func Extensions() []string {
	var all []string
	for list := range maps.Values(extensions) {
		all = append(all, list...)
	}
	slices.Sort(all)
	return all
}
