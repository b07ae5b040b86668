package image

import (
	"bufio"
	"errors"
	"io"
	"math/bits"
	"strings"
)

// fax reads the rows of fax data that the decoder of golang.org/x/image does not
// know: group 3 in two dimensions (ITU-T T.4, section 4.2) and TIFF's modified
// Huffman coding, whose rows have no marks and begin at whole bytes (TIFF 6.0,
// section 10). A white pixel is a zero.
type fax struct {
	in      *bufio.Reader
	reverse bool // the first bit of a byte is its lowest
	marks   bool // rows begin with a mark
	twoDim  bool // which says how they are coded
	width   int

	word    uint32 // bits read and not used, from the highest
	have    int
	changes []int // where the row above changes its colour
	row     []byte
	rest    []byte // of row, not given yet
}

var (
	errFaxEnd  = errors.New("the fax data end early")
	errFaxCode = errors.New("the fax data are damaged")
)

const longestFaxCode = 13 // bits

// The modes of a row that is told by the one above, as words of bits; -3 to 3 is
// how far a change is to the right of the one above.
const (
	passMode       = 10
	horizontalMode = 11
)

var faxModes = faxCodes(map[string]int{
	"1": 0, "011": 1, "000011": 2, "0000011": 3, "010": -1, "000010": -2, "0000010": -3,
	"0001": passMode, "001": horizontalMode,
})

// The lengths of runs (T.4, tables 2 and 3): up to 63, then 64, 128 and so on to
// 1728, then up to 2560 for both colours.
var (
	whiteRuns = faxRuns(
		"00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101",
		"101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 0011000 00000010 00000011 00011010",
		"00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010",
		"00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100",
		"11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101 011010010 011010011",
		"011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011 010011000 010011001 010011010 011000 010011011",
		longRuns)
	blackRuns = faxRuns(
		"0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 000011000",
		"0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000 00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001",
		"000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111 000001101100 000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111",
		"000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111 000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111",
		"0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010",
		"0000001110011 0000001110100 0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 0000001010100 0000001010101 0000001011010 0000001011011 0000001100100 0000001100101",
		longRuns)
)

const longRuns = "00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101 000000010110 000000010111 000000011100 000000011101 000000011110 000000011111"

// faxCode is what the next bits mean, of which it takes so many; none for 0.
type faxCode struct {
	value int
	bits  int
}

// faxCodes returns what each word of longestFaxCode bits begins with.
func faxCodes(words map[string]int) []faxCode {
	out := make([]faxCode, 1<<longestFaxCode)
	for word, value := range words {
		from := 0
		for _, c := range word {
			from = from<<1 | int(c-'0')
		}
		free := longestFaxCode - len(word)
		for i := range 1 << free {
			out[from<<free|i] = faxCode{value, len(word)}
		}
	}
	return out
}

// faxRuns makes the table of runs from their words, shortest run first.
func faxRuns(lines ...string) []faxCode {
	words := map[string]int{}
	for _, line := range lines {
		for word := range strings.FieldsSeq(line) {
			n := len(words)
			if n >= 64 {
				n = 64 * (n - 63)
			}
			words[word] = n
		}
	}
	return faxCodes(words)
}

func newFax(in io.Reader, width int, reverse, marks, twoDim bool) *fax {
	return &fax{in: bufio.NewReader(in), width: width, reverse: reverse, marks: marks, twoDim: twoDim, row: make([]byte, (width+7)/8)}
}

func (f *fax) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
		f.rest = f.row
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// peek returns the next bits, zeros past the end; n is at most 24.
func (f *fax) peek(n int) (uint32, error) {
	for f.have < n {
		b, err := f.in.ReadByte()
		if err != nil && err != io.EOF {
			return 0, err
		}
		if err == io.EOF {
			break
		}
		if f.reverse {
			b = bits.Reverse8(b)
		}
		f.word |= uint32(b) << (24 - f.have)
		f.have += 8
	}
	return f.word >> (32 - n), nil
}

// skip drops bits that were seen.
func (f *fax) skip(n int) error {
	if n > f.have {
		return errFaxEnd
	}
	f.word <<= n
	f.have -= n
	return nil
}

// code reads one of a table.
func (f *fax) code(table []faxCode) (int, error) {
	v, err := f.peek(longestFaxCode)
	if err != nil {
		return 0, err
	}
	c := table[v]
	if c.bits == 0 {
		if f.have < longestFaxCode {
			return 0, errFaxEnd
		}
		return 0, errFaxCode
	}
	return c.value, f.skip(c.bits)
}

// run reads the length of a run, which may be in several parts.
func (f *fax) run(black bool) (int, error) {
	table := whiteRuns
	if black {
		table = blackRuns
	}
	total := 0
	for {
		n, err := f.code(table)
		if err != nil {
			return 0, err
		}
		if total += n; n < 64 || total > f.width {
			return total, nil
		}
	}
}

// mark skips the zeros before a row's mark, eleven or more, and the mark.
func (f *fax) mark() error {
	for {
		v, err := f.peek(12)
		if err != nil {
			return err
		}
		if v == 1 {
			return f.skip(12)
		}
		if v != 0 {
			return errFaxCode
		}
		if err := f.skip(1); err != nil {
			return err
		}
	}
}

// next decodes a row.
func (f *fax) next() error {
	oneDim := true
	if f.marks {
		if err := f.mark(); err != nil {
			return err
		}
		if f.twoDim {
			v, err := f.peek(1)
			if err != nil {
				return err
			}
			if err := f.skip(1); err != nil {
				return err
			}
			oneDim = v == 1
		}
	} else if err := f.skip(f.have % 8); err != nil {
		return err
	}
	var changes []int
	var err error
	if oneDim {
		changes, err = f.oneRow()
	} else {
		changes, err = f.likeAbove()
	}
	if err != nil {
		return err
	}
	clear(f.row)
	for i := 0; i < len(changes); i += 2 {
		end := f.width
		if i+1 < len(changes) {
			end = changes[i+1]
		}
		for x := changes[i]; x < end; x++ {
			f.row[x/8] |= 0x80 >> (x % 8)
		}
	}
	f.changes = changes
	return nil
}

// oneRow reads runs, white and black in turn, and returns where the colour
// changes.
func (f *fax) oneRow() ([]int, error) {
	var changes []int
	black := false
	for at := 0; at < f.width; black = !black {
		n, err := f.run(black)
		if err != nil {
			return nil, err
		}
		if at += n; at > f.width {
			return nil, errFaxCode
		}
		changes = append(changes, at)
	}
	return changes, nil
}

// likeAbove reads a row that is told by the differences to the one above.
func (f *fax) likeAbove() ([]int, error) {
	var changes []int
	at, black := -1, false // -1: before the first pixel
	k := 0                 // of f.changes, none before it is right of at
	for at < f.width {
		// The next change above to the other colour, and the one after it.
		for k > 0 && f.above(k-1) > at {
			k--
		}
		for f.above(k) < f.width && (f.above(k) <= at || k%2 == 1 != black) {
			k++
		}
		b1, b2 := f.above(k), f.above(k+1)
		mode, err := f.code(faxModes)
		if err != nil {
			return nil, err
		}
		switch mode {
		case passMode:
			at = b2
		case horizontalMode:
			at = max(at, 0)
			for _, color := range [2]bool{black, !black} {
				n, err := f.run(color)
				if err != nil {
					return nil, err
				}
				if at += n; at > f.width {
					return nil, errFaxCode
				}
				changes = append(changes, at)
			}
		default:
			to := b1 + mode
			if to < max(at, 0) || to > f.width {
				return nil, errFaxCode
			}
			at = to
			changes = append(changes, at)
			black = !black
		}
	}
	return changes, nil
}

// above returns change k of the row above; past the last is the row's end.
func (f *fax) above(k int) int {
	if k < len(f.changes) {
		return f.changes[k]
	}
	return f.width
}
