package sandbox

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_X86_64

var forbiddenHere = []uintptr{
	unix.SYS_MKNOD, unix.SYS_IOPL, unix.SYS_IOPERM, unix.SYS_MODIFY_LDT, unix.SYS_KEXEC_FILE_LOAD, unix.SYS_INOTIFY_INIT, unix.SYS_USELIB,
}

var forbiddenFilesHere = []uintptr{unix.SYS_OPEN, unix.SYS_READLINK, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS}

var forbiddenProgramsHere = []uintptr{
	unix.SYS_CREAT, unix.SYS_UNLINK, unix.SYS_RENAME, unix.SYS_RENAMEAT, unix.SYS_MKDIR, unix.SYS_RMDIR, unix.SYS_LINK,
	unix.SYS_SYMLINK, unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_LCHOWN,
	unix.SYS_FORK, unix.SYS_VFORK,
}
