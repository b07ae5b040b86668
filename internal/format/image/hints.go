package image

import (
	"bytes"
	"encoding/binary"
)

// hints are what a file says about its picture besides the pixels; zero is
// nothing.
type hints struct {
	orient     int
	dpiX, dpiY float64
}

const (
	perMeter = 0.0254 // dots an inch of one a metre
	perCM    = 2.54
	// maxSegments bounds the walk through the parts of a file.
	maxSegments = 10_000
)

// pngHints reads pHYs and eXIf, which stand before the pixels.
func pngHints(b []byte) hints {
	var out hints
	b = b[min(8, len(b)):]
	for range maxSegments {
		if len(b) < 12 {
			break
		}
		n, kind := int(binary.BigEndian.Uint32(b)), string(b[4:8])
		if n < 0 || n > len(b)-12 || kind == "IDAT" {
			break
		}
		data := b[8 : 8+n]
		switch {
		case kind == "pHYs" && n == 9 && data[8] == 1:
			out.dpiX = float64(binary.BigEndian.Uint32(data)) * perMeter
			out.dpiY = float64(binary.BigEndian.Uint32(data[4:])) * perMeter
		case kind == "eXIf":
			out.orient = exifHints(data).orient
		}
		b = b[12+n:]
	}
	return out
}

// jpegHints reads JFIF's density and EXIF's orientation and resolution.
func jpegHints(b []byte) hints {
	var out hints
	b = b[min(2, len(b)):]
	for range maxSegments {
		if len(b) < 4 || b[0] != 0xFF {
			break
		}
		if b[1] == 0xFF { // fill
			b = b[1:]
			continue
		}
		marker, n := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if marker == 0xDA || n < 2 || n > len(b)-2 { // the pixels begin
			break
		}
		data := b[4 : 2+n]
		switch {
		case marker == 0xE0 && len(data) >= 12 && bytes.HasPrefix(data, []byte("JFIF\x00")):
			unit := map[byte]float64{1: 1, 2: perCM}[data[7]]
			if unit > 0 && out.dpiX == 0 {
				out.dpiX = float64(binary.BigEndian.Uint16(data[8:])) * unit
				out.dpiY = float64(binary.BigEndian.Uint16(data[10:])) * unit
			}
		case marker == 0xE1 && bytes.HasPrefix(data, []byte("Exif\x00\x00")):
			e := exifHints(data[6:])
			out.orient = e.orient
			if e.dpiX > 0 {
				out.dpiX, out.dpiY = e.dpiX, e.dpiY
			}
		}
		b = b[2+n:]
	}
	return out
}

// webpHints reads the EXIF chunk.
func webpHints(b []byte) hints {
	b = b[min(12, len(b)):]
	for range maxSegments {
		if len(b) < 8 {
			break
		}
		n := int(binary.LittleEndian.Uint32(b[4:]))
		if n < 0 || n > len(b)-8 {
			break
		}
		if string(b[:4]) == "EXIF" {
			return exifHints(bytes.TrimPrefix(b[8:8+n], []byte("Exif\x00\x00")))
		}
		b = b[min(8+n+n%2, len(b)):]
	}
	return hints{}
}

// bmpHints reads the pixels a metre of the header.
func bmpHints(b []byte) hints {
	if len(b) < 54 || binary.LittleEndian.Uint32(b[14:]) < 40 {
		return hints{}
	}
	return hints{
		dpiX: float64(int32(binary.LittleEndian.Uint32(b[38:]))) * perMeter,
		dpiY: float64(int32(binary.LittleEndian.Uint32(b[42:]))) * perMeter,
	}
}

// exifHints reads the first directory of EXIF data, which is a small TIFF.
func exifHints(b []byte) hints {
	order, first, big, ok := tiffHeader(b)
	if !ok || big {
		return hints{}
	}
	d, ok := readDirectory(b, order, big, first)
	if !ok {
		return hints{}
	}
	return d.hints()
}
