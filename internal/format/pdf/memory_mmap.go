//go:build linux || darwin

package pdf

import "syscall"

// linearMemory is the memory of one instance: address space reserved once and
// filled by the system as it is touched. Growing copies nothing, the garbage
// collector never sees it, and Free returns it at once.
type linearMemory struct {
	space []byte
	heap  []byte // instead of space where the reservation was refused
	size  uint64
}

func newLinearMemory(max uint64) *linearMemory {
	space, err := syscall.Mmap(-1, 0, int(max), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return &linearMemory{}
	}
	return &linearMemory{space: space}
}

// Reallocate makes the memory size bytes large.
func (l *linearMemory) Reallocate(size uint64) []byte {
	if l.space == nil {
		if size > uint64(cap(l.heap)) {
			l.heap = append(make([]byte, 0, size+size/4), l.heap...)
		}
		l.heap = l.heap[:size]
		return l.heap
	}
	if size > uint64(len(l.space)) {
		return nil
	}
	l.size = size
	return l.space[:size:len(l.space)]
}

// Free returns the memory; it may be called twice.
func (l *linearMemory) Free() {
	if l.space != nil {
		_ = syscall.Munmap(l.space)
		l.space = nil
	}
	l.heap = nil
}
