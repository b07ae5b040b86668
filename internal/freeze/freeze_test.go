package freeze

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

type face struct {
	name string
	bold bool
}

type node struct {
	text  string
	n     int
	small int8
	u     uint8
	f     float64
	rect  [4]float64
	list  []int
	none  []int //nolint:unused // stays nil
	empty []string
	kids  []node
	face  *face
	other *face
	by    map[int]string
	err   error
	call  func()
	any   any `freeze:"-"`
}

func sample() *node {
	a, b := &face{"a", true}, &face{"a", true}
	return &node{
		text: "Größe", n: -7, small: -128, u: 255, f: math.Pi, rect: [4]float64{0, 1, -0.5, math.Inf(1)},
		list: []int{1, math.MinInt, math.MaxInt}, empty: []string{}, face: a, other: b,
		kids: []node{{text: "kid", face: a, other: a, f: math.Copysign(0, -1)}, {err: errors.New("gone")}},
		by:   map[int]string{3: "c", -1: "a", 300: "z"}, call: func() {}, any: 1,
	}
}

func body(record []byte) []byte {
	_, k := binary.Uvarint(record)
	return record[k:]
}

func TestRoundTrip(t *testing.T) {
	c := For[node]()
	want := sample()
	record := c.Append(nil, want)
	n, k := binary.Uvarint(record)
	if int(n) != len(record)-k {
		t.Fatalf("the record says %d bytes and has %d", n, len(record)-k)
	}
	var got node
	if err := c.Read(NewReader(), body(record), &got); err != nil {
		t.Fatal(err)
	}
	if got.kids[1].err == nil || got.kids[1].err.Error() != "gone" {
		t.Errorf("error is %v, want gone", got.kids[1].err)
	}
	if !math.Signbit(got.kids[0].f) {
		t.Error("the sign of zero is lost")
	}
	want.call, want.any = nil, nil
	want.kids[1].err, got.kids[1].err = nil, nil
	if !reflect.DeepEqual(&got, want) {
		t.Errorf("got %+v, want %+v", got, *want)
	}
	if got.face != got.kids[0].face || got.face != got.kids[0].other || got.face == got.other {
		t.Error("pointers are not equal where they were, or equal where they were not")
	}
	if again := c.Append(nil, sample()); string(again) != string(record) {
		t.Error("the same value gives other bytes")
	}
}

func TestShared(t *testing.T) {
	c := For[node](Share[face]())
	r := NewReader()
	var one, two node
	for _, v := range []*node{&one, &two} {
		if err := c.Read(r, body(c.Append(nil, sample())), v); err != nil {
			t.Fatal(err)
		}
	}
	if one.face != two.face || one.face != one.other {
		t.Error("equal faces are not one face")
	}
}

// TestBroken reads records that were cut and changed: none may do harm.
func TestBroken(t *testing.T) {
	c := For[node](Share[face]())
	good := body(c.Append(nil, sample()))
	for i := range good {
		if err := c.Read(NewReader(), good[:i], &node{}); !errors.Is(err, ErrBroken) {
			t.Errorf("the first %d of %d bytes give %v, want ErrBroken", i, len(good), err)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		b := append([]byte(nil), good...)
		for range 1 + rnd.IntN(4) {
			b[rnd.IntN(len(b))] = byte(rnd.Uint32())
		}
		var v node
		if err := c.Read(NewReader(), b, &v); err != nil && !errors.Is(err, ErrBroken) {
			t.Fatalf("%v", err)
		}
		c.Append(nil, &v) // all of it can be looked at
	}
}

func FuzzRead(f *testing.F) {
	c := For[node](Share[face]())
	f.Add(body(c.Append(nil, sample())))
	f.Fuzz(func(t *testing.T, b []byte) {
		var v node
		if err := c.Read(NewReader(), b, &v); err == nil {
			c.Append(nil, &v)
		}
	})
}
