package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
)

// maxObjectStreams bounds what is unpacked to look for layers, in bytes of all
// object streams.
const maxObjectStreams = 64 << 20

// hasLayers reports whether a document may have layers (optional content) that
// viewers hide. PDFium does not say; the catalog does, which is plain or in a
// compressed object stream (ISO 32000-1, 7.5.7). What cannot be unpacked, as in
// encrypted documents, may have some.
func hasLayers(data []byte) bool {
	key := []byte("/OCProperties")
	if bytes.Contains(data, key) {
		return true
	}
	left := int64(maxObjectStreams)
	for {
		i := bytes.Index(data, []byte("/ObjStm"))
		if i < 0 {
			return false
		}
		data = data[i:]
		i = bytes.Index(data, []byte("stream"))
		if i < 0 {
			return true
		}
		data = bytes.TrimLeft(data[i+len("stream"):], "\r\n")
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return true
		}
		objects, err := io.ReadAll(io.LimitReader(z, left))
		if left -= int64(len(objects)); bytes.Contains(objects, key) || err != nil && len(objects) == 0 || left <= 0 {
			return true
		}
	}
}

// layered asks once whether the document has layers.
func (r *Reader) layered() bool {
	if r.layers == nil {
		data, ok := r.m.mem.Read(uint32(r.data), r.size)
		has := !ok || hasLayers(data)
		r.layers = &has
	}
	return *r.layers
}
