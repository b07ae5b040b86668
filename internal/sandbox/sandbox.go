// Package sandbox runs hostile work in child processes that can be killed. A
// Pool keeps some children of the same binary warm; each gets one piece of work
// at a time over a socket, with the file to work on as a read-only descriptor.
// A child confines itself before it sees the first piece (Confine), its memory
// is watched from outside, and whoever lost it is told how it died (Death).
//
// The package knows nothing about documents: what the pieces are and what comes
// back is the business of those who use it.
package sandbox

import (
	"fmt"
	"time"
)

// Reason is why a child ended.
type Reason string

// The reasons a child ends. After Recycled its work was done.
const (
	Memory  Reason = "memory"  // it used more than it may
	Time    Reason = "time"    // whoever gave it work took it for hung
	Crash   Reason = "crash"   // it ended by itself
	Stopped Reason = "stopped" // nobody wants the result any more
	// Recycled children have done their share of work, or keep much memory.
	Recycled Reason = "recycled"
)

// Death tells how a child ended. It is an error.
type Death struct {
	Reason Reason
	Text   string // for people: "it used more than 1500 MB of memory"
	Output string // the end of what the child said on its error output
}

func (d *Death) Error() string { return d.Text }

const (
	// startTimeout is how long a child may take to be ready. The first on a
	// machine compiles for some seconds, more on a busy one.
	startTimeout = 2 * time.Minute
	// watchEvery is how often the memory of a child at work is looked at. What it
	// can take in between is above its limit for that long.
	watchEvery = 100 * time.Millisecond
	// graceToDie is how long a process may take from its last word to its end.
	graceToDie = 2 * time.Second
	// outputKept of a child's error output is told when it dies: the message of a
	// panic stands at the beginning of its trace, so both ends are kept.
	outputKept = 4 << 10
)

func memoryText(limit int64) string {
	return fmt.Sprintf("it used more than %d MB of memory", limit>>20)
}
