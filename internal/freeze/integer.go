package freeze

import (
	"reflect"
	"unsafe"
)

// integer writes small numbers of either sign in one byte.
func integer(t reflect.Type) codec {
	switch t.Kind() {
	case reflect.Int:
		return signed[int]()
	case reflect.Int8:
		return signed[int8]()
	case reflect.Int16:
		return signed[int16]()
	case reflect.Int32:
		return signed[int32]()
	case reflect.Int64:
		return signed[int64]()
	case reflect.Uint:
		return unsigned[uint]()
	case reflect.Uint8:
		return unsigned[uint8]()
	case reflect.Uint16:
		return unsigned[uint16]()
	case reflect.Uint32:
		return unsigned[uint32]()
	}
	return unsigned[uint64]()
}

func signed[T int | int8 | int16 | int32 | int64]() codec {
	return codec{
		func(w *writer, p unsafe.Pointer) {
			n := int64(*(*T)(p))
			w.uint(uint64(n<<1) ^ uint64(n>>63)) //nolint:gosec // the bits
		},
		func(r *reader, p unsafe.Pointer) {
			n := r.uint()
			*(*T)(p) = T(int64(n>>1) ^ -int64(n&1)) //nolint:gosec // the bits
		},
	}
}

func unsigned[T uint | uint8 | uint16 | uint32 | uint64]() codec {
	return codec{
		func(w *writer, p unsafe.Pointer) { w.uint(uint64(*(*T)(p))) },
		func(r *reader, p unsafe.Pointer) { *(*T)(p) = T(r.uint()) }, //nolint:gosec // only larger than T where somebody made it up
	}
}
