package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// lookEvery is how often processes are looked at.
const lookEvery = 30 * time.Millisecond

// process is one of the system's.
type process struct {
	pid, parent int
	name        string
	started     string // ticks since the start of the system: numbers are used again
	memory      int64  // bytes that are in memory now
}

// below returns the processes that descend from one, without it.
func below(root int) []process {
	entries, _ := os.ReadDir("/proc")
	children := map[int][]process{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if p, ok := look(pid); ok {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	var out []process
	for todo := []int{root}; len(todo) > 0; {
		list := children[todo[0]]
		todo = todo[1:]
		for _, p := range list {
			out = append(out, p)
			todo = append(todo, p.pid)
		}
	}
	return out
}

// look reads what the system says of a process; ok is false for one that has
// ended.
func look(pid int) (p process, ok bool) {
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
	return process{pid: pid, parent: parent, name: string(data[open+1 : end]), started: f[19], memory: pages * int64(os.Getpagesize())}, true
}

// runs reports whether a process is still there.
func (p process) runs() bool {
	now, ok := look(p.pid)
	return ok && now.started == p.started
}

// peakMemory returns the most memory that all our descendants had at one moment.
func peakMemory(done <-chan struct{}) int64 {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	most := int64(0)
	for {
		sum := int64(0)
		for _, p := range below(os.Getpid()) {
			sum += p.memory
		}
		most = max(most, sum)
		select {
		case <-done:
			return most
		case <-tick.C:
		}
	}
}
