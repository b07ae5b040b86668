// Package freeze writes values as bytes and makes them again elsewhere, with all
// that is unexported in them: what one process has read of a document is put
// aside and goes on in another. It promises that the value made is the value
// written, that pointers which were equal are equal again within one record, and
// that bytes nobody wrote give an error, however they are made up; it does not
// promise that an index in such a value is within bounds. Functions, channels and
// fields with the tag freeze:"-" are left out. Bytes are good for the very same build of the program only.
package freeze

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"reflect"
	"slices"
	"unsafe"
)

// ErrBroken means that bytes are not what was written, or by another build.
var ErrBroken = errors.New("broken record")

// maxDepth bounds how deep values lie in each other.
const maxDepth = 200

// Codec writes and reads values of type T. It is safe for concurrent use.
type Codec[T any] struct{ c *codec }

// Shared names types of which equal values are one value over all records of a
// Reader: pointers to them are equal when what they point to is.
type Shared struct {
	of   reflect.Type
	same func(known map[any]unsafe.Pointer, p unsafe.Pointer) unsafe.Pointer
}

// Share makes a Shared of a type.
func Share[T comparable]() Shared {
	return Shared{reflect.TypeFor[T](), func(known map[any]unsafe.Pointer, p unsafe.Pointer) unsafe.Pointer {
		v := *(*T)(p)
		if q, ok := known[v]; ok {
			return q
		}
		known[v] = p
		return p
	}}
}

// For makes the codec of a type. It panics for types it does not know, which are
// a mistake of the program: interfaces other than error.
func For[T any](shared ...Shared) Codec[T] {
	b := builder{known: map[reflect.Type]*codec{}, shared: shared}
	return Codec[T]{b.codec(reflect.TypeFor[T]())}
}

// Append appends the record of a value: its length, its numbers, its strings.
func (c Codec[T]) Append(to []byte, v *T) []byte {
	w := &writer{pointers: map[pointer]int{}}
	c.c.write(w, unsafe.Pointer(v))
	size := len(binary.AppendUvarint(nil, uint64(len(w.numbers)))) + len(w.numbers) + len(w.text)
	to = binary.AppendUvarint(to, uint64(size))
	to = binary.AppendUvarint(to, uint64(len(w.numbers)))
	return append(append(to, w.numbers...), w.text...)
}

// Reader remembers the shared values of the records read.
type Reader struct{ known map[any]unsafe.Pointer }

// NewReader returns a reader that knows nothing yet.
func NewReader() *Reader { return &Reader{known: map[any]unsafe.Pointer{}} }

// Read fills v from the body of a record, without its length.
func (c Codec[T]) Read(from *Reader, body []byte, v *T) (err error) {
	n, k := binary.Uvarint(body)
	if k <= 0 || n > uint64(len(body)-k) {
		return ErrBroken
	}
	r := &reader{Reader: from, numbers: body[k : k+int(n)], text: string(body[k+int(n):])} //nolint:gosec // checked above
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(broken)
			if !ok {
				panic(p)
			}
			err = fmt.Errorf("%w: %s", ErrBroken, string(e))
		}
	}()
	c.c.read(r, unsafe.Pointer(v))
	if len(r.numbers) > 0 || r.text != "" {
		return fmt.Errorf("%w: something is left", ErrBroken)
	}
	return nil
}

// broken is what a reader panics with: errors would have to be passed through
// every field of every value.
type broken string

// pointer is one that was written.
type pointer struct {
	of reflect.Type
	at unsafe.Pointer
}

type writer struct {
	numbers  []byte
	text     []byte
	pointers map[pointer]int
}

func (w *writer) uint(n uint64) { w.numbers = binary.AppendUvarint(w.numbers, n) }

type reader struct {
	*Reader
	numbers  []byte
	text     string
	pointers []pointer // in the order they came
	depth    int
}

func (r *reader) uint() uint64 {
	n, k := binary.Uvarint(r.numbers)
	if k <= 0 {
		panic(broken("it ends too early"))
	}
	r.numbers = r.numbers[k:]
	return n
}

func (r *reader) string() string {
	n := r.uint()
	if n > uint64(len(r.text)) {
		panic(broken("it has too little text"))
	}
	s := r.text[:n]
	r.text = r.text[n:]
	return s
}

// codec writes and reads one type, whose value is at an address.
type codec struct {
	write func(*writer, unsafe.Pointer)
	read  func(*reader, unsafe.Pointer)
}

// builder makes the codecs of a type and of what it holds.
type builder struct {
	known  map[reflect.Type]*codec
	shared []Shared
}

func (b *builder) codec(t reflect.Type) *codec {
	if c := b.known[t]; c != nil {
		return c
	}
	c := &codec{}
	b.known[t] = c // types hold themselves
	*c = b.build(t)
	return c
}

func (b *builder) build(t reflect.Type) codec {
	switch t.Kind() {
	case reflect.Bool:
		return codec{
			func(w *writer, p unsafe.Pointer) {
				n := byte(0)
				if *(*bool)(p) {
					n = 1
				}
				w.numbers = append(w.numbers, n)
			},
			func(r *reader, p unsafe.Pointer) { *(*bool)(p) = r.uint() == 1 },
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return integer(t)
	case reflect.Float64:
		// Round numbers and those that were once short end in zeros.
		return codec{
			func(w *writer, p unsafe.Pointer) { w.uint(bits.ReverseBytes64(math.Float64bits(*(*float64)(p)))) },
			func(r *reader, p unsafe.Pointer) {
				*(*float64)(p) = math.Float64frombits(bits.ReverseBytes64(r.uint()))
			},
		}
	case reflect.String:
		return codec{
			func(w *writer, p unsafe.Pointer) {
				s := *(*string)(p)
				w.uint(uint64(len(s)))
				w.text = append(w.text, s...)
			},
			func(r *reader, p unsafe.Pointer) { *(*string)(p) = r.string() },
		}
	case reflect.Struct:
		return b.structure(t)
	case reflect.Array:
		return b.array(t)
	case reflect.Slice:
		return b.slice(t)
	case reflect.Map:
		return b.table(t)
	case reflect.Pointer:
		return b.pointer(t)
	case reflect.Func, reflect.Chan:
		return codec{func(*writer, unsafe.Pointer) {}, func(*reader, unsafe.Pointer) {}}
	case reflect.Interface:
		if t == reflect.TypeFor[error]() {
			return fault
		}
	}
	panic("freeze: " + t.String() + " cannot be written")
}

// fault writes an error as its text.
var fault = codec{
	func(w *writer, p unsafe.Pointer) {
		err := *(*error)(p)
		if err == nil {
			w.uint(0)
			return
		}
		text := err.Error()
		w.uint(uint64(len(text)) + 1)
		w.text = append(w.text, text...)
	},
	func(r *reader, p unsafe.Pointer) {
		n := r.uint()
		if n == 0 {
			return
		}
		if n-1 > uint64(len(r.text)) {
			panic(broken("it has too little text"))
		}
		*(*error)(p), r.text = errors.New(r.text[:n-1]), r.text[n-1:]
	},
}

func (b *builder) structure(t reflect.Type) codec {
	type field struct {
		at uintptr
		c  *codec
	}
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("freeze") == "-" {
			continue
		}
		fields = append(fields, field{f.Offset, b.codec(f.Type)})
	}
	return codec{
		func(w *writer, p unsafe.Pointer) {
			for i := range fields {
				fields[i].c.write(w, unsafe.Add(p, fields[i].at))
			}
		},
		func(r *reader, p unsafe.Pointer) {
			for i := range fields {
				fields[i].c.read(r, unsafe.Add(p, fields[i].at))
			}
		},
	}
}

func (b *builder) array(t reflect.Type) codec {
	c, n, size := b.codec(t.Elem()), t.Len(), t.Elem().Size()
	return codec{
		func(w *writer, p unsafe.Pointer) { writeAll(w, c, p, n, size) },
		func(r *reader, p unsafe.Pointer) { readAll(r, c, p, n, size) },
	}
}

func writeAll(w *writer, c *codec, p unsafe.Pointer, n int, size uintptr) {
	for range n {
		c.write(w, p)
		p = unsafe.Add(p, size)
	}
}

func readAll(r *reader, c *codec, p unsafe.Pointer, n int, size uintptr) {
	for i := range n {
		c.read(r, unsafe.Add(p, uintptr(i)*size)) //nolint:gosec // a count
	}
}

// slice writes nil and empty as what they are.
func (b *builder) slice(t reflect.Type) codec {
	c, size := b.codec(t.Elem()), t.Elem().Size()
	return codec{
		func(w *writer, p unsafe.Pointer) {
			v := reflect.NewAt(t, p).Elem()
			if v.IsNil() {
				w.uint(0)
				return
			}
			w.uint(uint64(v.Len()) + 1) //nolint:gosec // a length
			if v.Len() > 0 {
				writeAll(w, c, v.UnsafePointer(), v.Len(), size)
			}
		},
		func(r *reader, p unsafe.Pointer) {
			n := r.uint()
			if n == 0 {
				return
			}
			if n--; n > uint64(len(r.numbers)) {
				panic(broken("it has too few values"))
			}
			r.enter()
			v := reflect.MakeSlice(t, int(n), int(n)) //nolint:gosec // checked above
			reflect.NewAt(t, p).Elem().Set(v)
			readAll(r, c, v.UnsafePointer(), int(n), size) //nolint:gosec // checked above
			r.depth--
		},
	}
}

func (r *reader) enter() {
	if r.depth++; r.depth > maxDepth {
		panic(broken("it is too deep"))
	}
}

// table writes a map in the order of its written keys, so that equal maps give
// equal bytes.
func (b *builder) table(t reflect.Type) codec {
	key, value := b.codec(t.Key()), b.codec(t.Elem())
	return codec{
		func(w *writer, p unsafe.Pointer) {
			v := reflect.NewAt(t, p).Elem()
			if v.IsNil() {
				w.uint(0)
				return
			}
			w.uint(uint64(v.Len()) + 1) //nolint:gosec // a length
			type entry struct {
				order []byte
				k, v  unsafe.Pointer
			}
			var all []entry
			for it := v.MapRange(); it.Next(); {
				k, x := reflect.New(t.Key()), reflect.New(t.Elem())
				k.Elem().Set(it.Key())
				x.Elem().Set(it.Value())
				alone := &writer{pointers: map[pointer]int{}}
				key.write(alone, k.UnsafePointer())
				all = append(all, entry{append(alone.text, alone.numbers...), k.UnsafePointer(), x.UnsafePointer()})
			}
			slices.SortFunc(all, func(a, b entry) int { return slices.Compare(a.order, b.order) })
			for _, e := range all {
				key.write(w, e.k)
				value.write(w, e.v)
			}
		},
		func(r *reader, p unsafe.Pointer) {
			n := r.uint()
			if n == 0 {
				return
			}
			if n--; n > uint64(len(r.numbers)) {
				panic(broken("it has too few values"))
			}
			r.enter()
			v := reflect.MakeMapWithSize(t, int(n)) //nolint:gosec // checked above
			for range n {
				k, x := reflect.New(t.Key()), reflect.New(t.Elem())
				key.read(r, k.UnsafePointer())
				value.read(r, x.UnsafePointer())
				v.SetMapIndex(k.Elem(), x.Elem())
			}
			reflect.NewAt(t, p).Elem().Set(v)
			r.depth--
		},
	}
}

// pointer writes what it points to where it is met first, and its number after.
func (b *builder) pointer(t reflect.Type) codec {
	to := t.Elem()
	c := b.codec(to)
	var shared *Shared
	if i := slices.IndexFunc(b.shared, func(s Shared) bool { return s.of == to }); i >= 0 {
		shared = &b.shared[i]
	}
	return codec{
		func(w *writer, p unsafe.Pointer) {
			at := *(*unsafe.Pointer)(p)
			if at == nil {
				w.uint(0)
				return
			}
			if n, ok := w.pointers[pointer{to, at}]; ok {
				w.uint(uint64(n) + 2) //nolint:gosec // a count
				return
			}
			w.pointers[pointer{to, at}] = len(w.pointers)
			w.uint(1)
			c.write(w, at)
		},
		func(r *reader, p unsafe.Pointer) {
			n := r.uint()
			switch {
			case n == 0:
				return
			case n > 1:
				if n-2 >= uint64(len(r.pointers)) || r.pointers[n-2].of != to {
					panic(broken("it points nowhere"))
				}
				*(*unsafe.Pointer)(p) = r.pointers[n-2].at
				return
			}
			r.enter()
			at := reflect.New(to).UnsafePointer()
			k := len(r.pointers)
			r.pointers = append(r.pointers, pointer{to, at})
			c.read(r, at)
			if shared != nil {
				at = shared.same(r.known, at)
				r.pointers[k].at = at
			}
			*(*unsafe.Pointer)(p) = at
			r.depth--
		},
	}
}
