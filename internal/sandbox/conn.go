package sandbox

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// MaxFrame bounds the body of one frame in bytes: larger things go in pieces.
const MaxFrame = 8 << 20

// headSize is the length of a frame's head: its kind and the length of its body.
const headSize = 5

// Kinds of frames the package itself uses; those of its users are letters.
const (
	kindHello byte = 1 + iota
	kindReady
	kindWork
	kindWorkDone
)

// errFrame means that the other side does not keep to the protocol.
var errFrame = errors.New("broken frame")

// Conn carries frames both ways. One goroutine may read; writes may come from
// several.
type Conn struct {
	sock  *net.UnixConn
	read  *bufio.Reader
	head  [headSize]byte
	body  []byte     // reused by every Read
	mu    sync.Mutex // guards writes
	takes bool       // files that come along are kept: only a child gets any
	files []*os.File // that came along and were not taken yet
}

func newConn(sock *net.UnixConn) *Conn {
	c := &Conn{sock: sock}
	c.read = bufio.NewReaderSize(receiver{c}, 64<<10)
	return c
}

// receiver reads the socket and keeps the files that come along.
type receiver struct{ c *Conn }

func (r receiver) Read(p []byte) (int, error) {
	oob := make([]byte, syscall.CmsgSpace(4))
	n, oobn, _, _, err := r.c.sock.ReadMsgUnix(p, oob)
	n = max(n, 0) // -1 with some errors
	if oobn > 0 {
		r.c.keep(oob[:oobn])
		if !r.c.takes {
			return 0, fmt.Errorf("%w: a descriptor", errFrame)
		}
	}
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

func (c *Conn) keep(oob []byte) {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for i := range messages {
		fds, err := syscall.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			if !c.takes {
				_ = syscall.Close(fd)
				continue
			}
			syscall.CloseOnExec(fd)
			c.files = append(c.files, os.NewFile(uintptr(fd), "source"))
		}
	}
}

// Read returns the next frame; its body is valid until the next Read.
func (c *Conn) Read() (kind byte, body []byte, err error) {
	if _, err := io.ReadFull(c.read, c.head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.LittleEndian.Uint32(c.head[1:])
	if n > MaxFrame {
		return 0, nil, fmt.Errorf("%w: %d bytes", errFrame, n)
	}
	if int(n) > cap(c.body) {
		c.body = make([]byte, n)
	}
	c.body = c.body[:n]
	if _, err := io.ReadFull(c.read, c.body); err != nil {
		return 0, nil, err
	}
	return c.head[0], c.body, nil
}

// Write sends a frame.
func (c *Conn) Write(kind byte, body []byte) error { return c.send(kind, body, nil) }

func (c *Conn) send(kind byte, body []byte, file *os.File) error {
	if len(body) > MaxFrame {
		return fmt.Errorf("%w: %d bytes are more than %d", errFrame, len(body), MaxFrame)
	}
	var head [headSize]byte
	head[0] = kind
	binary.LittleEndian.PutUint32(head[1:], uint32(len(body))) //nolint:gosec // checked above
	c.mu.Lock()
	defer c.mu.Unlock()
	if file != nil {
		// The descriptor must not be dropped by the collector while it is sent.
		raw, err := file.SyscallConn()
		if err != nil {
			return err
		}
		var sent error
		if err := raw.Control(func(fd uintptr) {
			_, _, sent = c.sock.WriteMsgUnix(head[:], syscall.UnixRights(int(fd)), nil)
		}); err != nil {
			return err
		}
		if sent != nil {
			return sent
		}
		_, err = c.sock.Write(body)
		return err
	}
	bufs := net.Buffers{head[:], body}
	_, err := bufs.WriteTo(c.sock)
	return err
}

// pair returns both ends of a new connection: ours, and the file for a child.
func pair() (*Conn, *os.File, error) {
	syscall.ForkLock.RLock() // or a child started meanwhile inherits both ends
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "sandbox"), os.NewFile(uintptr(fds[1]), "sandbox")
	c, err := connOf(ours)
	if err != nil {
		return nil, nil, errors.Join(err, theirs.Close())
	}
	return c, theirs, nil
}

// connOf makes a connection of a socket and closes the file.
func connOf(f *os.File) (*Conn, error) {
	conn, err := net.FileConn(f)
	err = errors.Join(err, f.Close())
	if err != nil {
		return nil, err
	}
	sock, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("sandbox: no unix socket"), conn.Close())
	}
	return newConn(sock), nil
}
