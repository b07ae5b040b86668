package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Limits every child gives itself.
const (
	// openFiles is generous: a child has a dozen, a program it starts some more.
	openFiles = 256
)

// confine gives up, for good and for all threads, what a child does not need. It
// returns what is in force and what the system does not offer.
func confine(a Access) (active, absent []string, err error) {
	none := &unix.Rlimit{}
	err = errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, none),
		unix.Setrlimit(unix.RLIMIT_FSIZE, none), // nothing is written to files
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: openFiles, Max: openFiles}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0), // no document in a core file, and no debugger
	)
	if err != nil {
		return nil, nil, fmt.Errorf("limit resources: %w", err)
	}
	active = append(active, "resource limits", "a session of its own", "watched memory")
	if err := everyThread(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		// With cgo the runtime does not know all threads. What follows then fails,
		// but for the filter, which the kernel brings from this thread to the others.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return nil, nil, fmt.Errorf("no new privileges: %w", err)
		}
	}
	active = append(active, "no new privileges")
	for _, step := range []struct {
		name string
		do   func(Access) (string, error)
	}{{"file system", landlock}, {"capabilities", dropCapabilities}, {"system calls", filterCalls}} {
		what, err := step.do(a)
		if err != nil {
			absent = append(absent, step.name+": "+err.Error())
			continue
		}
		active = append(active, what)
	}
	return active, absent, nil
}

// everyThread makes a system call in all threads of the process.
func everyThread(trap, a1, a2, a3 uintptr) error {
	if _, _, e := syscall.AllThreadsSyscall6(trap, a1, a2, a3, 0, 0, 0); e != 0 {
		if e == syscall.ENOTSUP {
			return errors.New("not in a program built with cgo")
		}
		return e
	}
	return nil
}

// dropCapabilities gives up all rights of a superuser; without new privileges
// none comes back with a program that is started.
func dropCapabilities(Access) (string, error) {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return "no capabilities", everyThread(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none[0])), 0)
}

// What Landlock knows of, by the version of its interface: each has the rights
// of those before.
const (
	landlockFirst    = 1<<13 - 1 // version 1
	landlockRefer    = 1 << 13   // 2
	landlockTruncate = 1 << 14   // 3
	landlockIoctl    = 1 << 15   // 5
	landlockTCP      = 3         // 4: bind and connect
	landlockAbstract = 1         // 6: abstract unix sockets

	landlockRead = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE // what a file can have
)

type landlockRules struct{ fs, net, scoped uint64 }

// landlock forbids all files but those of the programs that are to be run.
func landlock(a Access) (string, error) {
	version, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		return "", fmt.Errorf("landlock: %w", e)
	}
	rules, size := landlockRules{fs: landlockFirst}, uintptr(8)
	if version >= 2 {
		rules.fs |= landlockRefer
	}
	if version >= 3 {
		rules.fs |= landlockTruncate
	}
	if version >= 4 {
		rules.net, size = landlockTCP, 16
	}
	if version >= 5 {
		rules.fs |= landlockIoctl
	}
	if version >= 6 {
		rules.scoped, size = landlockAbstract, 24
	}
	fd, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), size, 0)
	if e != 0 {
		return "", fmt.Errorf("landlock: %w", e)
	}
	defer unix.Close(int(fd))
	for _, path := range a.Files {
		if err := landlockAllow(int(fd), path, a.Programs); err != nil {
			return "", fmt.Errorf("landlock: %s: %w", path, err)
		}
	}
	if err := everyThread(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); err != nil {
		return "", fmt.Errorf("landlock: %w", err)
	}
	what := "no files"
	if len(a.Files) > 0 {
		what = "few files, to read"
	}
	return fmt.Sprintf("%s (Landlock %d)", what, version), nil
}

// landlockAllow lets a path be read, and run; one that does not exist is left out.
func landlockAllow(rules int, path string, programs bool) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	rights := uint64(landlockRead)
	if !programs {
		rights &^= unix.LANDLOCK_ACCESS_FS_EXECUTE
	}
	beneath := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		beneath.Allowed_access = rights | unix.LANDLOCK_ACCESS_FS_READ_DIR
	}
	if _, _, e := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&beneath)), 0, 0, 0); e != 0 {
		return e
	}
	return nil
}
