//go:build amd64 || arm64

package sandbox

import (
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidden are system calls that no work on a document needs: they fail with
// EPERM. Names of calls that one of the two architectures lacks stand in its own
// file.
var forbidden = []uintptr{
	// the network
	unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_BIND, unix.SYS_CONNECT, unix.SYS_LISTEN, unix.SYS_ACCEPT, unix.SYS_ACCEPT4,
	// other processes
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_KCMP, unix.SYS_PIDFD_GETFD,
	// namespaces and file systems
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_MOVE_MOUNT,
	unix.SYS_OPEN_TREE, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
	unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_MKNODAT, unix.SYS_QUOTACTL, unix.SYS_SWAPON, unix.SYS_SWAPOFF,
	unix.SYS_FANOTIFY_INIT, unix.SYS_INOTIFY_INIT1,
	// large parts of the kernel that were broken into before
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN,
	unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_VMSPLICE,
	unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_MSGGET, unix.SYS_SEMGET, unix.SYS_MQ_OPEN,
	// the machine
	unix.SYS_REBOOT, unix.SYS_KEXEC_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_ACCT,
	unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX, unix.SYS_SYSLOG,
	unix.SYS_PERSONALITY, unix.SYS_SETUID, unix.SYS_SETGID, unix.SYS_SETRESUID, unix.SYS_SETRESGID, unix.SYS_SETGROUPS,
}

// forbiddenPrograms are those besides that a child needs only to start programs,
// which change files of their own if they may.
var forbiddenPrograms = []uintptr{
	unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_KILL,
	unix.SYS_UNLINKAT, unix.SYS_RENAMEAT2, unix.SYS_MKDIRAT, unix.SYS_LINKAT, unix.SYS_SYMLINKAT, unix.SYS_TRUNCATE,
	unix.SYS_FCHMODAT, unix.SYS_FCHOWNAT, unix.SYS_CHDIR, unix.SYS_MEMFD_CREATE,
	unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_SEND_SIGNAL,
}

// forbiddenFiles are those besides that a child needs only to read files.
var forbiddenFiles = []uintptr{unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_READLINKAT, unix.SYS_STATFS}

// Offsets in the data a filter sees.
const (
	atNumber = 0
	atArch   = 4
	atFirst  = 16 // low half of the first argument
)

// newNamespaces are the flags of clone that make namespaces.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// filterCalls lets the forbidden calls fail from now on.
func filterCalls(a Access) (string, error) {
	calls := slices.Concat(forbidden, forbiddenHere)
	if !a.Programs {
		calls = slices.Concat(calls, forbiddenPrograms, forbiddenProgramsHere)
	}
	if len(a.Files) == 0 {
		calls = slices.Concat(calls, forbiddenFiles, forbiddenFilesHere)
	}
	program := filter(calls)
	f := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]} //nolint:gosec // some hundreds
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&f))); e != 0 {
		return "", fmt.Errorf("seccomp: %w", e)
	}
	return fmt.Sprintf("no network and %d system calls less (seccomp)", len(calls)+1), nil
}

// filter is the program the kernel runs before every system call.
func filter(calls []uintptr) []unix.SockFilter {
	const (
		load = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		same = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		some = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		ret  = unix.BPF_RET | unix.BPF_K
	)
	no := uint32(unix.SECCOMP_RET_ERRNO) | uint32(unix.EPERM)
	program := []unix.SockFilter{
		{Code: load, K: atArch},
		{Code: same, K: auditArch, Jt: 1},
		{Code: ret, K: unix.SECCOMP_RET_KILL_PROCESS}, // a foreign calling convention, which no program of ours uses
		{Code: load, K: atNumber},
		{Code: some, K: 0x40000000, Jf: 1}, // x32, likewise
		{Code: ret, K: no},
		// The C library tries clone3 first and then clone, whose flags can be seen.
		{Code: same, K: unix.SYS_CLONE3, Jf: 1},
		{Code: ret, K: uint32(unix.SECCOMP_RET_ERRNO) | uint32(unix.ENOSYS)},
	}
	for _, nr := range calls {
		program = append(program, unix.SockFilter{Code: same, K: uint32(nr), Jf: 1}, unix.SockFilter{Code: ret, K: no}) //nolint:gosec // numbers of calls
	}
	return append(
		program,
		unix.SockFilter{Code: same, K: unix.SYS_CLONE, Jf: 3},
		unix.SockFilter{Code: load, K: atFirst},
		unix.SockFilter{Code: some, K: newNamespaces, Jf: 1},
		unix.SockFilter{Code: ret, K: no},
		unix.SockFilter{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	)
}
