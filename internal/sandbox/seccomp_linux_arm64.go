package sandbox

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

var forbiddenHere = []uintptr{unix.SYS_KEXEC_FILE_LOAD}

var forbiddenFilesHere []uintptr

var forbiddenProgramsHere = []uintptr{unix.SYS_RENAMEAT}
