package pdf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf16"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// handle is an address inside the module's memory.
type handle = uint64

// scratchSize is the size of the block that out-parameters and strings are
// returned in. Strings longer than it are cut: a link or a title of 64 KiB is
// an attack.
const scratchSize = 64 << 10

// errTrap marks a failure inside PDFium after which the instance is unusable.
var errTrap = errors.New("the PDF engine gave up")

// module is one instance of PDFium with its own memory.
type module struct {
	ctx     context.Context
	mod     api.Module
	mem     api.Memory
	fn      map[string]api.Function
	stack   [16]uint64
	scratch uint32
	trap    error // first trap; afterwards every call answers 0
	memory  *linearMemory

	// The calls made once or more for every glyph.
	getUnicode, getTextObject, getCharOrigin, getLooseBox api.Function
}

// newModule starts a fresh instance.
func (rt *Runtime) newModule(ctx context.Context) (*module, error) {
	m := &module{fn: map[string]api.Function{}}
	// The instance outlives the request's context on purpose: a call that is
	// under way cannot be stopped, and closing is explicit.
	m.ctx = experimental.WithMemoryAllocator(context.WithoutCancel(ctx), experimental.MemoryAllocatorFunc(
		func(_, max uint64) experimental.LinearMemory {
			m.memory = newLinearMemory(max)
			return m.memory
		}))
	mod, err := rt.wasm.InstantiateModule(m.ctx, rt.compiled, wazero.NewModuleConfig().
		WithStartFunctions("_initialize").WithName("").WithFSConfig(wazero.NewFSConfig()))
	if err != nil {
		return nil, fmt.Errorf("start the PDF module: %w", err)
	}
	m.mod, m.mem = mod, mod.Memory()
	m.call("FPDF_InitLibrary")
	m.scratch = uint32(m.call("malloc", scratchSize))
	m.getUnicode = mod.ExportedFunction("FPDFText_GetUnicode")
	m.getTextObject = mod.ExportedFunction("FPDFText_GetTextObject")
	m.getCharOrigin = mod.ExportedFunction("FPDFText_GetCharOrigin")
	m.getLooseBox = mod.ExportedFunction("FPDFText_GetLooseCharBox")
	if m.trap != nil || m.scratch == 0 {
		_ = m.close()
		return nil, fmt.Errorf("start the PDF module: %w", errTrap)
	}
	return m, nil
}

// close ends the instance and frees its memory.
func (m *module) close() error {
	err := m.mod.Close(m.ctx)
	if m.memory != nil {
		m.memory.Free()
	}
	return err
}

// call runs an exported function by name. After a trap it does nothing and
// answers 0, so that callers check m.trap once at the end of a page.
func (m *module) call(name string, args ...uint64) uint64 {
	f, ok := m.fn[name]
	if !ok {
		f = m.mod.ExportedFunction(name)
		if f == nil {
			panic("pdf: the PDFium module does not export " + name)
		}
		m.fn[name] = f
	}
	return m.do(f, args...)
}

// do runs a function already looked up.
func (m *module) do(f api.Function, args ...uint64) uint64 {
	if m.trap != nil {
		return 0
	}
	n := copy(m.stack[:], args)
	if n == 0 {
		m.stack[0] = 0
	}
	if err := f.CallWithStack(m.ctx, m.stack[:]); err != nil {
		m.trap = fmt.Errorf("%w: %w", errTrap, err)
		return 0
	}
	return m.stack[0]
}

// callInt is call for functions that return a C int.
func (m *module) callInt(name string, args ...uint64) int {
	return int(int32(uint32(m.call(name, args...))))
}

// callFloat is call for functions that return a C float.
func (m *module) callFloat(name string, args ...uint64) float64 {
	return float64(math.Float32frombits(uint32(m.call(name, args...))))
}

// out returns the address of the i-th 8-byte slot of the scratch block.
func (m *module) out(i uint32) uint64 { return uint64(m.scratch + i*8) }

// float32At reads a float at a byte offset of the scratch block.
func (m *module) float32At(off uint32) float64 {
	v, _ := m.mem.ReadFloat32Le(m.scratch + off)
	return float64(v)
}

// float64At reads a double at a byte offset of the scratch block.
func (m *module) float64At(off uint32) float64 {
	v, _ := m.mem.ReadFloat64Le(m.scratch + off)
	return v
}

// uint32At reads an unsigned int at a byte offset of the scratch block.
func (m *module) uint32At(off uint32) uint32 {
	v, _ := m.mem.ReadUint32Le(m.scratch + off)
	return v
}

// clear zeroes the first n bytes of the scratch block.
func (m *module) clear(n uint32) {
	if b, ok := m.mem.Read(m.scratch, n); ok {
		clear(b)
	}
}

// upload copies bytes into the module's memory; the caller frees them. It
// answers 0 when the memory limit is reached.
func (m *module) upload(b []byte) handle {
	p := m.call("malloc", uint64(max(len(b), 1)))
	if p == 0 || !m.mem.Write(uint32(p), b) {
		return 0
	}
	return p
}

// cstring copies a NUL-terminated string into the module's memory.
func (m *module) cstring(s string) handle { return m.upload(append([]byte(s), 0)) }

// free gives memory back.
func (m *module) free(p handle) {
	if p != 0 {
		m.call("free", p)
	}
}

// utf16String calls a function that writes UTF-16LE text into a buffer given by
// its two last arguments and returns its length in bytes with the final NUL.
func (m *module) utf16String(name string, args ...uint64) string {
	n := m.call(name, append(args, uint64(m.scratch), scratchSize)...)
	n = uint64(uint32(n))
	if n < 2 || n > scratchSize {
		return ""
	}
	return m.utf16At(uint32(n))
}

// utf16At decodes n bytes of UTF-16LE at the start of the scratch block, up to
// the first NUL.
func (m *module) utf16At(n uint32) string {
	b, ok := m.mem.Read(m.scratch, n)
	if !ok {
		return ""
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		u := binary.LittleEndian.Uint16(b[i:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// byteString is utf16String for functions that return bytes of the document's
// own encoding, taken as UTF-8 or Latin-1.
func (m *module) byteString(name string, args ...uint64) string {
	n := uint64(uint32(m.call(name, append(args, uint64(m.scratch), scratchSize)...)))
	if n == 0 || n > scratchSize {
		return ""
	}
	b, ok := m.mem.Read(m.scratch, uint32(n))
	if !ok {
		return ""
	}
	for i, c := range b {
		if c == 0 {
			b = b[:i]
			break
		}
	}
	return latin1(b)
}

// floatArg passes a C float.
func floatArg(f float32) uint64 { return uint64(math.Float32bits(f)) }
