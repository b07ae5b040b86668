package cluster

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// sampleEvery is how often memory is looked at.
const sampleEvery = 200 * time.Millisecond

// Peaks are the most memory that processes had in use, in bytes.
type Peaks struct {
	Server   int64 // the server itself, at any moment of its life
	Worker   int64 // the largest process of its own that works, itself
	Child    int64 // the largest child process
	Together int64 // server, workers and all children, what they share counted each time
}

// Watch looks at the memory of the program until stop is called.
func (s *Cluster) Watch() (stop func() Peaks) {
	var p Peaks
	end := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			s.sample(&p)
			select {
			case <-end:
				return
			case <-tick.C:
			}
		}
	})
	return func() Peaks {
		close(end)
		wg.Wait()
		return p
	}
}

func (s *Cluster) sample(p *Peaks) {
	children := families()
	sum := int64(0)
	for i, m := range s.Program() {
		pid := m.PID()
		if pid == 0 {
			continue
		}
		sum += memory(pid, "VmRSS")
		if i == 0 {
			p.Server = max(p.Server, memory(pid, "VmHWM"))
		} else {
			p.Worker = max(p.Worker, memory(pid, "VmHWM"))
		}
		for todo := children[pid]; len(todo) > 0; todo = todo[1:] {
			now := memory(todo[0], "VmRSS")
			sum += now
			p.Child = max(p.Child, now)
			todo = append(todo, children[todo[0]]...)
		}
	}
	p.Together = max(p.Together, sum)
}

// memory returns a line of what the system says of a process, in bytes; 0 for one
// that has ended.
func memory(pid int, line string) int64 {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "\n"+line+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseInt(fields[0], 10, 64)
	return kb << 10
}

// families returns the children of every process.
func families() map[int][]int {
	out := map[int][]int{}
	eachProcess(func(pid int, stat []string) {
		if parent, err := strconv.Atoi(stat[1]); err == nil {
			out[parent] = append(out[parent], pid)
		}
	})
	return out
}

// eachProcess calls f with the fields of each process behind its name.
func eachProcess(f func(pid int, stat []string)) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		data, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if end := bytes.LastIndexByte(data, ')'); err == nil && end > 0 {
			if fields := strings.Fields(string(data[end+1:])); len(fields) > 1 && fields[0] != "Z" {
				f(pid, fields)
			}
		}
	}
}

// Strays returns how many processes of a program run.
func Strays(program string) int {
	n := 0
	eachProcess(func(pid int, _ []string) {
		exe, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "exe"))
		if err == nil && exe == program {
			n++
		}
	})
	return n
}

// CPU returns the processor time that a member itself has used.
func (m *Member) CPU() time.Duration {
	var ticks int64
	pid := m.PID()
	eachProcess(func(p int, stat []string) {
		if p == pid && len(stat) > 12 {
			user, _ := strconv.ParseInt(stat[11], 10, 64)
			system, _ := strconv.ParseInt(stat[12], 10, 64)
			ticks = user + system
		}
	})
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// ticksPerSecond is the unit of processor times in /proc, the same on all Linux.
const ticksPerSecond = 100
