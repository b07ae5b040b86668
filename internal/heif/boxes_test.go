package heif

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"testing"
)

func box(kind string, body ...byte) []byte {
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
}

func sized(w, h uint32) []byte {
	return box("ispe", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 4), w), h)...)
}

func meta(inside []byte) []byte {
	return box("meta", append(make([]byte, 4), box("iprp", box("ipco", inside...)...)...)...)
}

// TestSizes: all sizes are found, in a file of a real encoder too.
func TestSizes(t *testing.T) {
	got, err := Sizes(append(box("ftyp"), meta(append(sized(40, 30), sized(70_000, 9)...))...))
	if want := []Size{{40, 30}, {70_000, 9}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	data, err := os.ReadFile("testdata/blocks.heic")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Sizes(data); err != nil || !slices.Contains(got, Size{100, 64}) {
		t.Errorf("blocks.heic: %v, %v", got, err)
	}
}

// TestSizesDamaged: boxes without end, beyond their end, too many or too deep.
func TestSizesDamaged(t *testing.T) {
	var many, deep []byte
	for range maxBoxes {
		many = append(many, box("free")...)
	}
	for range 20 {
		deep = box("ipco", deep...)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "many": append(many, meta(sized(1, 1))...), "deep": deep, "short": meta(box("ispe", 0, 0, 0, 0)),
		"beyond": []byte("\x00\x00\x01\x00meta\x00\x00\x00\x00"), "long": []byte("\x00\x00\x00\x01meta\xff\xff\xff\xff\xff\xff\xff\xff"),
	} {
		if _, err := Sizes(data); !errors.Is(err, errBoxes) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzSizes(f *testing.F) {
	f.Add(append(box("ftyp"), meta(sized(40, 30))...))
	f.Add([]byte("\x00\x00\x00\x01meta\x00\x00\x00\x00\x00\x00\x00\x14\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sizes, err := Sizes(data)
		if len(sizes) > maxBoxes || err == nil && len(sizes) == 0 {
			t.Errorf("%d sizes, %v", len(sizes), err)
		}
	})
}
