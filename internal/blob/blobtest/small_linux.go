package blobtest

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// SmallDisk returns a folder on a disk of its own with so many megabytes, and
// skips the test where none can be made.
func SmallDisk(t testing.TB, megabytes int) string {
	t.Helper()
	dir, err := os.MkdirTemp(tempDir, "recto-disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skipf("a disk of its own cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}
