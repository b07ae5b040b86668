package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// connFD is the descriptor at which a child finds its connection.
const connFD = 3

// Handler does one piece of work in a child. What it writes to the connection
// reaches whoever gave the work. The file is closed afterwards.
type Handler func(c *Conn, work []byte, file *os.File) error

// Setup prepares a child from what it is told, before it is confined, and says
// what it needs afterwards.
type Setup func(c *Conn, hello []byte) (Handler, Access, error)

// Serve is the life of a child: it prepares itself, gives up what it does not
// need, and works until its parent has gone.
func Serve(setup Setup) error {
	f := os.NewFile(connFD, "sandbox")
	if _, err := f.Stat(); err != nil {
		return errors.New("this command is started by the server, not by hand")
	}
	c, err := connOf(f)
	if err != nil {
		return err
	}
	c.takes = true
	kind, hello, err := c.Read()
	if err != nil {
		return fmt.Errorf("read the greeting: %w", err)
	}
	if kind != kindHello {
		return errFrame
	}
	handle, access, err := setup(c, hello)
	var r ready
	if err == nil {
		r.Active, r.Absent, err = confine(access)
	}
	if err != nil {
		r.Error = err.Error()
	}
	body, e := json.Marshal(r)
	if e := errors.Join(e, c.Write(kindReady, body)); e != nil || err != nil {
		return errors.Join(err, e)
	}
	for {
		kind, work, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if kind != kindWork || len(c.files) != 1 {
			return errFrame
		}
		file := c.files[0]
		c.files = nil
		err = handle(c, work, file)
		if err := errors.Join(err, file.Close(), c.Write(kindWorkDone, nil)); err != nil {
			return err
		}
	}
}

// Access is what a confined child may still do.
type Access struct {
	// Files lists files and folders that it reads; with none it can open nothing.
	Files []string
	// Programs says that it runs those among them that are programs.
	Programs bool
}
