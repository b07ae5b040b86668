package tesswasm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental/table"
)

// What Emscripten's run time answers where something is not there, by WASI's
// numbers. System calls give it negative.
const (
	errnoBadFile  = 8
	errnoInvalid  = 28
	errnoNoEntry  = 44
	errnoNoSystem = 52
	errnoNoTTY    = 59
)

// Bounds of what the module may ask for at once.
const (
	maxPath      = 4096
	maxVectors   = 1024
	maxComplaint = 512
	maxOpen      = 16
)

// state is what the host knows about one instance. Calls carry it in their
// context.
type state struct {
	files     map[int32]*file // open ones, by descriptor
	complaint []byte          // what the module last said
	cause     error           // why it was ended

	setThrew, stackRestore, stackSave api.Function
}

type stateKey struct{}

func stateOf(ctx context.Context) *state { return ctx.Value(stateKey{}).(*state) }

// file is language data being read.
type file struct {
	data []byte
	pos  int64
}

// errLongjmp unwinds to the nearest invoke; errEnded to the outermost call.
var (
	errLongjmp = errors.New("longjmp")
	errEnded   = errors.New("ended")
)

// end ends the call under way.
func (s *state) end(cause error) {
	if s.cause == nil {
		s.cause = cause
	}
	panic(errEnded)
}

// check ends the call when its time is over.
func (s *state) check(ctx context.Context) {
	if ctx.Err() != nil {
		s.end(context.Cause(ctx))
	}
}

func (s *state) said() string {
	if len(s.complaint) == 0 {
		return "without a reason"
	}
	return string(s.complaint)
}

// hostFunc answers one import: arguments come and the answer goes on the stack.
// The upper half of a 32-bit argument is not defined.
type hostFunc func(ctx context.Context, s *state, m api.Module, stack []uint64)

// host names the imports of the module. It has no other access to anything.
func host(data dataset) map[string]hostFunc {
	h := map[string]hostFunc{
		"t": func(context.Context, *state, api.Module, []uint64) { panic(errLongjmp) },
		"a": func(_ context.Context, s *state, m api.Module, stack []uint64) {
			s.end(errors.New("assertion failed: " + text(m, stack[0])))
		},
		"k": fail("it threw an exception"), // out of memory, mostly
		"N": fail("it aborted"),
		"R": fail("it ended itself"),
		// Functions this build leaves out.
		"P": fail("no orientation"), "S": fail("no classifier"), "y": fail("no orientation"), "J": fail("no orientation"),
		"L": now, "M": clock,
		"s": func(ctx context.Context, s *state, _ api.Module, stack []uint64) { // progress
			s.check(ctx)
			stack[0] = 0
		},
		"u": grow,
		"n": func(ctx context.Context, s *state, m api.Module, stack []uint64) { open(s, data, m, stack) },
		"I": func(_ context.Context, s *state, m api.Module, stack []uint64) {
			b, found, err := data.open(text(m, stack[1]))
			answerStat(s, m, uint32(stack[2]), b, found, err, stack)
		},
		"K": func(_ context.Context, s *state, m api.Module, stack []uint64) {
			f := s.files[int32(uint32(stack[0]))]
			if f == nil {
				answer(stack, -errnoBadFile)
				return
			}
			answerStat(s, m, uint32(stack[1]), f.data, true, nil, stack)
		},
		"m": func(_ context.Context, s *state, _ api.Module, stack []uint64) {
			delete(s.files, int32(uint32(stack[0])))
			answer(stack, 0)
		},
		"o": read, "E": seek, "l": write,
		"G": func(_ context.Context, _ *state, m api.Module, stack []uint64) { // size of the environment
			m.Memory().WriteUint32Le(uint32(stack[0]), 0)
			m.Memory().WriteUint32Le(uint32(stack[1]), 0)
			answer(stack, 0)
		},
		"F": number(0),                                                    // environment
		"p": number(0),                                                    // fcntl
		"O": number(-errnoNoTTY),                                          // ioctl
		"Q": nothing, "D": nothing, "A": nothing, "B": nothing, "C": zero, // files to preload; times of day
		"H": number(-errnoNoSystem), "v": number(-errnoNoSystem), // getcwd, rmdir
		"w": number(-errnoNoSystem), "x": number(-errnoNoSystem), "z": number(-errnoNoSystem), // unlink, mmap, munmap
	}
	return h
}

// invokes are the imports through which the module calls its own functions when
// those may longjmp.
const invokes = "cebhidfgjqr"

// provide makes the host's functions known to a runtime.
func provide(ctx context.Context, rt wazero.Runtime, module wazero.CompiledModule, data dataset) error {
	known := host(data)
	b := rt.NewHostModuleBuilder("a")
	for _, d := range module.ImportedFunctions() {
		_, name, _ := d.Import()
		params, results := d.ParamTypes(), d.ResultTypes()
		f := known[name]
		for _, k := range invokes {
			if name == string(k) {
				f = invoke(params[1:], results)
			}
		}
		if f == nil {
			return fmt.Errorf("unknown import %q", name)
		}
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, m api.Module, stack []uint64) {
			f(ctx, stateOf(ctx), m, stack)
		}), params, results).Export(name)
	}
	_, err := b.Instantiate(ctx)
	return err
}

// invoke calls a function of the module's table. A longjmp out of it comes back
// here: the stack is put back and the module is told.
func invoke(params, results []api.ValueType) hostFunc {
	return func(ctx context.Context, s *state, m api.Module, stack []uint64) {
		s.check(ctx)
		saved, err := s.stackSave.Call(ctx)
		if err != nil {
			s.end(err)
		}
		r, err := table.LookupFunction(m, 0, uint32(stack[0]), params, results).Call(ctx, stack[1:len(params)+1]...)
		if err == nil {
			copy(stack, r)
			return
		}
		if !errors.Is(err, errLongjmp) {
			s.end(err)
		}
		if _, err = s.stackRestore.Call(ctx, saved[0]); err == nil {
			_, err = s.setThrew.Call(ctx, 1, 0)
		}
		if err != nil {
			s.end(err)
		}
	}
}

func now(ctx context.Context, s *state, _ api.Module, stack []uint64) {
	s.check(ctx)
	stack[0] = api.EncodeF64(float64(time.Now().UnixMilli()))
}

func clock(ctx context.Context, s *state, m api.Module, stack []uint64) {
	s.check(ctx)
	m.Memory().WriteUint64Le(uint32(stack[2]), uint64(time.Now().UnixNano()))
	answer(stack, 0)
}

// grow gives the module more memory, at least a fifth more so that it asks
// seldom, or no more than it needs when that is too much.
func grow(ctx context.Context, s *state, m api.Module, stack []uint64) {
	s.check(ctx)
	const page = 65536
	mem := m.Memory()
	have, want := uint64(mem.Size()), uint64(uint32(stack[0]))
	for _, size := range []uint64{max(want, have+have/5), want} {
		if size <= have {
			continue
		}
		if _, ok := mem.Grow(uint32((size - have + page - 1) / page)); ok {
			answer(stack, 1)
			return
		}
	}
	answer(stack, 0)
}

func open(s *state, data dataset, m api.Module, stack []uint64) {
	b, found, err := data.open(text(m, stack[1]))
	if err != nil {
		s.end(err)
	}
	if !found || len(s.files) >= maxOpen {
		answer(stack, -errnoNoEntry)
		return
	}
	fd := int32(3)
	for s.files[fd] != nil {
		fd++
	}
	s.files[fd] = &file{data: b}
	answer(stack, fd)
}

// answerStat describes a file as Emscripten's struct stat.
func answerStat(s *state, m api.Module, at uint32, data []byte, found bool, err error, stack []uint64) {
	if err != nil {
		s.end(err)
	}
	if !found {
		answer(stack, -errnoNoEntry)
		return
	}
	const (
		size       = 96
		modeAt     = 4
		linksAt    = 8
		sizeAt     = 24
		blockAt    = 32
		plainFile  = 0o100444
		blockBytes = 4096
	)
	mem := m.Memory()
	ok := mem.Write(at, make([]byte, size)) && mem.WriteUint32Le(at+modeAt, plainFile) && mem.WriteUint32Le(at+linksAt, 1) &&
		mem.WriteUint64Le(at+sizeAt, uint64(len(data))) && mem.WriteUint32Le(at+blockAt, blockBytes)
	if !ok {
		answer(stack, -errnoInvalid)
		return
	}
	answer(stack, 0)
}

func read(_ context.Context, s *state, m api.Module, stack []uint64) {
	f := s.files[int32(uint32(stack[0]))]
	if f == nil {
		answer(stack, errnoBadFile)
		return
	}
	n := 0
	eachVector(m, stack, func(at, size uint32) {
		rest := f.data[min(f.pos, int64(len(f.data))):]
		part := rest[:min(len(rest), int(size))]
		if m.Memory().Write(at, part) {
			n += len(part)
			f.pos += int64(len(part))
		}
	})
	m.Memory().WriteUint32Le(uint32(stack[3]), uint32(n))
	answer(stack, 0)
}

func seek(_ context.Context, s *state, m api.Module, stack []uint64) {
	f := s.files[int32(uint32(stack[0]))]
	if f == nil {
		answer(stack, errnoBadFile)
		return
	}
	var from int64
	switch uint32(stack[2]) {
	case 1:
		from = f.pos
	case 2:
		from = int64(len(f.data))
	}
	to := from + int64(stack[1])
	if to < 0 {
		answer(stack, errnoInvalid)
		return
	}
	f.pos = to
	m.Memory().WriteUint64Le(uint32(stack[3]), uint64(to))
	answer(stack, 0)
}

// write keeps the beginning of what the module says on its standard outputs.
func write(_ context.Context, s *state, m api.Module, stack []uint64) {
	if fd := uint32(stack[0]); fd != 1 && fd != 2 {
		answer(stack, errnoBadFile)
		return
	}
	n := uint32(0)
	eachVector(m, stack, func(at, size uint32) {
		n += size
		if b, ok := m.Memory().Read(at, size); ok {
			s.complaint = append(s.complaint, b[:min(len(b), maxComplaint-len(s.complaint))]...)
		}
	})
	m.Memory().WriteUint32Le(uint32(stack[3]), n)
	answer(stack, 0)
}

// eachVector calls f for the buffers of a read or a write.
func eachVector(m api.Module, stack []uint64, f func(at, size uint32)) {
	for i := range min(uint32(stack[2]), maxVectors) {
		at, _ := m.Memory().ReadUint32Le(uint32(stack[1]) + 8*i)
		size, ok := m.Memory().ReadUint32Le(uint32(stack[1]) + 8*i + 4)
		if ok {
			f(at, size)
		}
	}
}

// text reads a string of the module, up to maxPath.
func text(m api.Module, p uint64) string {
	var b []byte
	for at := uint32(p); len(b) < maxPath; at++ {
		c, ok := m.Memory().ReadByte(at)
		if !ok || c == 0 {
			break
		}
		b = append(b, c)
	}
	return string(b)
}

func answer(stack []uint64, v int32) { stack[0] = uint64(uint32(v)) }

func number(v int32) hostFunc {
	return func(_ context.Context, _ *state, _ api.Module, stack []uint64) { answer(stack, v) }
}

func zero(_ context.Context, _ *state, _ api.Module, stack []uint64) { stack[0] = 0 }

func nothing(context.Context, *state, api.Module, []uint64) {}

func fail(why string) hostFunc {
	return func(_ context.Context, s *state, _ api.Module, _ []uint64) { s.end(errors.New(why)) }
}
