//go:build ppocr && (linux || darwin)

package ppocr

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// built says that this program can open the library.
const built = true

// apiVersion is the C interface we were written for. Later libraries answer it,
// too: its table only ever grows.
const apiVersion = 17

// Places in the table of functions, by the order of the library's header
// onnxruntime_c_api.h.
const (
	getErrorMessage                = 2
	createEnv                      = 3
	createSession                  = 7
	run                            = 9
	createSessionOptions           = 10
	disableMemPattern              = 17
	disableCPUMemArena             = 19
	setIntraOpNumThreads           = 24
	setInterOpNumThreads           = 25
	sessionGetInputName            = 36
	sessionGetOutputName           = 37
	createRunOptions               = 39
	runOptionsSetTerminate         = 46
	createTensorWithDataAsOrtValue = 49
	getTensorMutableData           = 51
	getDimensionsCount             = 61
	getDimensions                  = 62
	getTensorTypeAndShape          = 65
	createCPUMemoryInfo            = 69
	allocatorFree                  = 76
	getAllocatorWithDefaultOptions = 78
	releaseStatus                  = 93
	releaseValue                   = 96
	releaseRunOptions              = 97
	releaseTensorTypeAndShapeInfo  = 99
	releaseSessionOptions          = 100
	sessionGetModelMetadata        = 111
	lookupCustomMetadata           = 116
	releaseModelMetadata           = 118
)

// Constants of the same header.
const (
	levelError     = 3
	arenaAllocator = 1
	memTypeDefault = 0
	elementFloat   = 1
)

// library is an opened ONNX Runtime. It stays open as long as the process.
type library struct {
	version   string
	table     unsafe.Pointer
	env       uintptr
	memory    uintptr
	allocator uintptr
}

// open loads the library. Only call it on a file of the operator's: it becomes
// part of this process.
func open(path string) (*library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("open ONNX Runtime: %w", err)
	}
	symbol, err := purego.Dlsym(handle, "OrtGetApiBase")
	if err != nil {
		return nil, fmt.Errorf("%s is no ONNX Runtime: %w", path, err)
	}
	address, _, _ := purego.SyscallN(symbol)
	base := (*[2]uintptr)(pointer(address)) // GetApi, GetVersionString
	l := &library{}
	v, _, _ := purego.SyscallN(base[1])
	l.version = text(v)
	table, _, _ := purego.SyscallN(base[0], apiVersion)
	if table == 0 {
		return nil, fmt.Errorf("ONNX Runtime %s is too old: 1.%d or newer is needed", l.version, apiVersion)
	}
	l.table = pointer(table)
	id := cstring("recto")
	if err := l.call(createEnv, levelError, uintptr(unsafe.Pointer(id)), uintptr(unsafe.Pointer(&l.env))); err != nil {
		return nil, err
	}
	runtime.KeepAlive(id)
	if err := l.call(createCPUMemoryInfo, arenaAllocator, memTypeDefault, uintptr(unsafe.Pointer(&l.memory))); err != nil {
		return nil, err
	}
	return l, l.call(getAllocatorWithDefaultOptions, uintptr(unsafe.Pointer(&l.allocator)))
}

// pointer makes a pointer of an address outside Go's memory.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// text copies a string of C.
func text(address uintptr) string {
	if address == 0 {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(pointer(address), n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(pointer(address)), n))
}

func cstring(s string) *byte { return &append([]byte(s), 0)[0] }

// do calls a function that gives no status.
func (l *library) do(i int, args ...uintptr) uintptr {
	r, _, _ := purego.SyscallN(*(*uintptr)(unsafe.Add(l.table, uintptr(i)*unsafe.Sizeof(uintptr(0)))), args...)
	return r
}

// call calls a function that gives a status, which is 0 or must be released.
func (l *library) call(i int, args ...uintptr) error {
	status := l.do(i, args...)
	if status == 0 {
		return nil
	}
	err := errors.New(text(l.do(getErrorMessage, status)))
	l.do(releaseStatus, status)
	return err
}

// model is a loaded network; its run may be called concurrently.
type model struct {
	lib           *library
	session       uintptr
	input, output uintptr // names, strings of C
}

// load reads a model. One thread: pages run side by side, and threads within one
// cost more than they give. A model that keeps its memory between runs is faster
// when there are many small ones.
func (l *library) load(path string, keep bool) (*model, error) {
	var options uintptr
	if err := l.call(createSessionOptions, uintptr(unsafe.Pointer(&options))); err != nil {
		return nil, err
	}
	defer l.do(releaseSessionOptions, options)
	if err := errors.Join(l.call(setIntraOpNumThreads, options, 1), l.call(setInterOpNumThreads, options, 1), l.call(disableMemPattern, options)); err != nil {
		return nil, err
	}
	if !keep {
		if err := l.call(disableCPUMemArena, options); err != nil {
			return nil, err
		}
	}
	m := &model{lib: l}
	name := cstring(path)
	err := l.call(createSession, l.env, uintptr(unsafe.Pointer(name)), options, uintptr(unsafe.Pointer(&m.session)))
	runtime.KeepAlive(name)
	if err != nil {
		return nil, err
	}
	if err := l.call(sessionGetInputName, m.session, 0, l.allocator, uintptr(unsafe.Pointer(&m.input))); err != nil {
		return nil, err
	}
	return m, l.call(sessionGetOutputName, m.session, 0, l.allocator, uintptr(unsafe.Pointer(&m.output)))
}

// metadata returns what the model says under a key, "" for nothing.
func (m *model) metadata(key string) (string, error) {
	var meta, value uintptr
	if err := m.lib.call(sessionGetModelMetadata, m.session, uintptr(unsafe.Pointer(&meta))); err != nil {
		return "", err
	}
	defer m.lib.do(releaseModelMetadata, meta)
	k := cstring(key)
	err := m.lib.call(lookupCustomMetadata, meta, m.lib.allocator, uintptr(unsafe.Pointer(k)), uintptr(unsafe.Pointer(&value)))
	runtime.KeepAlive(k)
	if err != nil || value == 0 {
		return "", err
	}
	s := text(value)
	return s, m.lib.call(allocatorFree, m.lib.allocator, value)
}

// run implements network. It ends soon after ctx is done: the library looks
// between two layers.
func (m *model) run(ctx context.Context, in []float32, rows, columns int, see func([]float32, []int64) error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	l := m.lib
	var options uintptr
	if err := l.call(createRunOptions, uintptr(unsafe.Pointer(&options))); err != nil {
		return err
	}
	defer l.do(releaseRunOptions, options)
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		l.do(runOptionsSetTerminate, options)
		close(stopped)
	})
	var pin runtime.Pinner
	defer pin.Unpin()
	shape := []int64{1, 3, int64(rows), int64(columns)}
	values := make([]uintptr, 2) // in, out
	names := []uintptr{m.input, m.output}
	pin.Pin(&in[0])
	pin.Pin(&shape[0])
	pin.Pin(&values[0])
	pin.Pin(&names[0])
	err := l.call(createTensorWithDataAsOrtValue, l.memory, uintptr(unsafe.Pointer(&in[0])), uintptr(4*len(in)),
		uintptr(unsafe.Pointer(&shape[0])), uintptr(len(shape)), elementFloat, uintptr(unsafe.Pointer(&values[0])))
	if err == nil {
		defer func() { l.do(releaseValue, values[0]) }()
		err = l.call(run, m.session, options, uintptr(unsafe.Pointer(&names[0])), uintptr(unsafe.Pointer(&values[0])), 1,
			uintptr(unsafe.Pointer(&names[1])), 1, uintptr(unsafe.Pointer(&values[1])))
	}
	if !stop() {
		<-stopped // the options are let go only when nobody holds them
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	defer func() { l.do(releaseValue, values[1]) }()
	return m.show(values[1], see)
}

// show lets see look at a tensor where it lies.
func (m *model) show(value uintptr, see func([]float32, []int64) error) error {
	l := m.lib
	var info, rank, data uintptr
	if err := l.call(getTensorTypeAndShape, value, uintptr(unsafe.Pointer(&info))); err != nil {
		return err
	}
	defer l.do(releaseTensorTypeAndShapeInfo, info)
	if err := l.call(getDimensionsCount, info, uintptr(unsafe.Pointer(&rank))); err != nil {
		return err
	}
	if rank == 0 || rank > 8 {
		return errors.New("the model's answer has no shape")
	}
	shape := make([]int64, rank)
	if err := l.call(getDimensions, info, uintptr(unsafe.Pointer(&shape[0])), rank); err != nil {
		return err
	}
	if err := l.call(getTensorMutableData, value, uintptr(unsafe.Pointer(&data))); err != nil {
		return err
	}
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return see(unsafe.Slice((*float32)(pointer(data)), n), shape)
}
