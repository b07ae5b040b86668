package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"syscall"

	"recto/internal/sandbox"
)

// assemblyGC is how much garbage may lie about while parts are put together, in
// percent of what is used: a document of 2,000 pages takes 330 MB then.
const assemblyGC = 50

// Serve returns what a child of a pool does with the tasks it gets.
func Serve(p Parser) sandbox.Handler {
	return func(c *sandbox.Conn, body []byte, document *os.File) error {
		var t Task
		if err := json.Unmarshal(body, &t); err != nil {
			return fmt.Errorf("read the task: %w", err)
		}
		data, free, err := mapped(document)
		if err != nil {
			return fmt.Errorf("read the document: %w", err)
		}
		defer free()
		s := remoteSink{c}
		if t.Assemble {
			defer debug.SetGCPercent(debug.SetGCPercent(assemblyGC))
		}
		parts, drain := partsOf(&t, c)
		rep, err := run(context.Background(), p, t, data, parts, s, s.step)
		drain()
		end := ending{Report: rep}
		if f, ok := errors.AsType[*Failure](err); ok {
			end.Code, end.Failure = f.Code, f.Cause.Error()
		} else if err != nil {
			end.Err = err.Error()
		}
		return s.send(frameReport, end)
	}
}

// mapped is the content of a file without a copy of it.
func mapped(f *os.File) (data []byte, free func(), err error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, func() {}, err
	}
	data, err = syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, nil, os.NewSyscallError("mmap", err)
	}
	return data, func() { _ = syscall.Munmap(data) }, nil
}
