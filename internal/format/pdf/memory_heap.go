//go:build !linux && !darwin

package pdf

// linearMemory is the memory of one instance, on the Go heap.
type linearMemory struct{ heap []byte }

func newLinearMemory(uint64) *linearMemory { return &linearMemory{} }

// Reallocate makes the memory size bytes large.
func (l *linearMemory) Reallocate(size uint64) []byte {
	if size > uint64(cap(l.heap)) {
		l.heap = append(make([]byte, 0, size+size/4), l.heap...)
	}
	l.heap = l.heap[:size]
	return l.heap
}

// Free returns the memory.
func (l *linearMemory) Free() { l.heap = nil }
