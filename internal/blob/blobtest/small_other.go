//go:build !linux

package blobtest

import "testing"

// SmallDisk skips the test: it is known on Linux only how to make one.
func SmallDisk(t testing.TB, _ int) string {
	t.Helper()
	t.Skip("a disk of its own is made on Linux only")
	return ""
}
