package sandbox

import (
	"encoding/binary"
	"errors"
	"testing"
)

// TestLyingChild: a child that sends what it must not is not listened to, and what
// it sends is closed.
func TestLyingChild(t *testing.T) {
	for _, work := range []string{"send-descriptor", "send-too-much"} {
		p := startPool(t, Config{})
		for range 3 {
			c, release, err := p.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start([]byte(work), document(t, "x")); err != nil {
				t.Fatal(err)
			}
			_, body, err := c.Read()
			if !errors.Is(err, errFrame) {
				t.Errorf("%s: %q, %v, want %v", work, body, err, errFrame)
			}
			if len(c.files) > 0 {
				t.Errorf("%s: the descriptor was kept", work)
			}
			c.Kill(Crash, "it lies")
			_ = c.Wait()
			release()
		}
	}
}

// FuzzConn reads whatever comes over a connection.
func FuzzConn(f *testing.F) {
	f.Add(append([]byte{kindReady, 2, 0, 0, 0}, "{}"...))
	f.Add([]byte{kindWork, 255, 255, 255, 255, 1})
	f.Add([]byte{frameAnswer, 0, 0, 0, 0, kindWorkDone, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return // more than the socket holds
		}
		c, theirs, err := pair()
		if err != nil {
			t.Fatal(err)
		}
		defer c.sock.Close()
		if _, err := theirs.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := theirs.Close(); err != nil {
			t.Fatal(err)
		}
		for read := 0; ; {
			kind, body, err := c.Read()
			if err != nil {
				return
			}
			if len(data) < read+headSize+len(body) || data[read] != kind || binary.LittleEndian.Uint32(data[read+1:]) != uint32(len(body)) {
				t.Fatalf("frame %d of %d bytes at %d", kind, len(body), read)
			}
			read += headSize + len(body)
		}
	})
}
