//go:build heic

package format

// readsHEIC: builds with the tag heic have a decoder (package heif).
const readsHEIC = true

var heicExtensions = []string{".heic", ".heif"}
