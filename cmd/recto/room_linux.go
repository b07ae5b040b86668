package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// freeDisk is what this user may still write to the disk of a folder.
func freeDisk(dir string) (bytes uint64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}

// freeMemory is what the machine has left, or the container if that is less.
func freeMemory() (bytes uint64, ok bool) {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "MemAvailable:" {
			kb, err := strconv.ParseUint(f[1], 10, 64)
			bytes, ok = kb<<10, err == nil
		}
	}
	limit, known := number("/sys/fs/cgroup/memory.max")
	used, _ := number("/sys/fs/cgroup/memory.current")
	if ok && known {
		bytes = min(bytes, limit-min(used, limit))
	}
	return bytes, ok
}

// number reads a file that holds one.
func number(path string) (uint64, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
	return n, err == nil // "max" is no number
}
