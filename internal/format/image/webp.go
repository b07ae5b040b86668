package image

import (
	"bytes"
	"encoding/binary"
)

// firstFrame returns a WEBP without motion: of one with frames the first. Others
// are returned as they are.
func firstFrame(b []byte) []byte {
	const animated, transparent = 2, 16
	if len(b) < 30 || string(b[12:16]) != "VP8X" || b[20]&animated == 0 {
		return b
	}
	rest := b[12:]
	for range maxSegments {
		if len(rest) < 8 {
			break
		}
		n := int(binary.LittleEndian.Uint32(rest[4:]))
		if n < 0 || n > len(rest)-8 {
			break
		}
		if string(rest[:4]) == "ANMF" && n > 16 {
			frame := rest[8 : 8+n] // place (6 bytes), size (6), duration and flags (4), chunks
			out := []byte("RIFF\x00\x00\x00\x00WEBP")
			if bytes.HasPrefix(frame[16:], []byte("ALPH")) {
				out = append(out, "VP8X\x0a\x00\x00\x00"...)
				out = append(append(out, transparent, 0, 0, 0), frame[6:12]...)
			}
			out = append(out, frame[16:]...)
			binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
			return out
		}
		rest = rest[min(8+n+n%2, len(rest)):]
	}
	return b
}
