package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// redrawEvery is how often the line changes: often enough to look alive.
const redrawEvery = 100 * time.Millisecond

// progress shows on a terminal how far the work is, in one line that is written
// over; in a pipe it shows nothing. Messages go through it, so that they do not
// end up in the middle of that line.
type progress struct {
	mu     sync.Mutex
	out    *os.File
	shown  bool // on a terminal and not quiet
	files  int
	ready  int
	done   map[int]int // pages by file
	start  time.Time
	last   time.Time
	length int // of the line that stands there
}

func newProgress(out *os.File, files int, quiet bool) *progress {
	return &progress{out: out, files: files, shown: !quiet && term.IsTerminal(int(out.Fd())), done: map[int]int{}, start: time.Now()}
}

// pages notes that so many pages of a file are done.
func (p *progress) pages(file int, name string, done, total int) {
	if !p.shown {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[file] = done
	if now := time.Now(); now.Sub(p.last) >= redrawEvery {
		p.last = now
		line := fmt.Sprintf("%s  %d of %d pages", filepath.Base(name), done, total)
		if p.files > 1 {
			line = fmt.Sprintf("%d of %d files  %s", p.ready, p.files, line)
		}
		p.draw(line + p.speed())
	}
}

func (p *progress) fileDone(int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready++
}

// print writes a message on a line of its own.
func (p *progress) print(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw("")
	fmt.Fprintln(p.out, message)
}

// finish takes the line away.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.draw("")
}

// speed returns the pages a second so far, over all files.
func (p *progress) speed() string {
	pages := 0
	for _, n := range p.done {
		pages += n
	}
	seconds := time.Since(p.start).Seconds()
	if seconds < redrawEvery.Seconds() {
		return ""
	}
	return fmt.Sprintf("  %.0f pages/s", float64(pages)/seconds)
}

func (p *progress) draw(line string) {
	if !p.shown || line == "" && p.length == 0 {
		return
	}
	if width, _, err := term.GetSize(int(p.out.Fd())); err == nil && len(line) >= width {
		line = line[:max(0, width-1)]
	}
	rest := strings.Repeat(" ", max(0, p.length-len(line)))
	fmt.Fprint(p.out, "\r"+line+rest+"\r"+line)
	p.length = len(line)
}
