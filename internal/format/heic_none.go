//go:build !heic

package format

// readsHEIC: only builds with the tag heic have a decoder.
const readsHEIC = false

var heicExtensions []string
