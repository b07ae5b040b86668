// Package processes looks at the processes of this system: those that descend from
// one, and the memory they take. It needs Linux.
package processes

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Process is one of the system's.
type Process struct {
	PID, Parent int
	Name        string
	Memory      int64  // bytes that are in memory now, also those it shares with others
	started     string // ticks since the start of the system: numbers are used again
}

// Below returns the processes that descend from one, without it.
func Below(root int) []Process {
	entries, _ := os.ReadDir("/proc")
	children := map[int][]Process{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if p, ok := Look(pid); ok {
			children[p.Parent] = append(children[p.Parent], p)
		}
	}
	var out []Process
	for todo := []int{root}; len(todo) > 0; {
		list := children[todo[0]]
		todo = todo[1:]
		for _, p := range list {
			out = append(out, p)
			todo = append(todo, p.PID)
		}
	}
	return out
}

// Look reads what the system says of a process; ok is false for one that has
// ended.
func Look(pid int) (p Process, ok bool) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	open, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if err != nil || open < 0 || end < open {
		return p, false
	}
	f := strings.Fields(string(data[end+1:])) // the state is the third field of all
	if len(f) < 22 || f[0] == "Z" || f[0] == "X" {
		return p, false
	}
	parent, _ := strconv.Atoi(f[1])
	pages, _ := strconv.ParseInt(f[21], 10, 64)
	return Process{PID: pid, Parent: parent, Name: string(data[open+1 : end]), Memory: pages * int64(os.Getpagesize()), started: f[19]}, true
}

// Runs reports whether a process is still there.
func (p Process) Runs() bool {
	now, ok := Look(p.PID)
	return ok && now.started == p.started
}
