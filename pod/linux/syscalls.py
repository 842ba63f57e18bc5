"""System calls that Python's `os` module lacks, one thin wrapper each, named and ordered as in their man pages.

Every failure is an OSError with errno, the call's name and its object. Nothing else in pod uses ctypes.

Imports nothing but ctypes: this module is loaded by every command that touches a container.
"""

from __future__ import annotations

import ctypes
import errno
import os

# mount(2)
MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_SYNCHRONOUS = 16
MS_REMOUNT = 32
MS_MANDLOCK = 64
MS_DIRSYNC = 128
MS_NOSYMFOLLOW = 256
MS_NOATIME = 1024
MS_NODIRATIME = 2048
MS_BIND = 4096
MS_MOVE = 8192
MS_REC = 16384
MS_UNBINDABLE = 1 << 17
MS_PRIVATE = 1 << 18
MS_SLAVE = 1 << 19
MS_SHARED = 1 << 20
MS_RELATIME = 1 << 21
MS_STRICTATIME = 1 << 24
MNT_DETACH = 2

# clone(2), setns(2), unshare(2)
CLONE_NEWTIME = 0x80
CLONE_PARENT = 0x8000
CLONE_NEWNS = 0x20000
CLONE_NEWCGROUP = 0x2000000
CLONE_NEWUTS = 0x4000000
CLONE_NEWIPC = 0x8000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# prctl(2)
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_CAPBSET_READ = 23
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
PR_CAP_AMBIENT_CLEAR_ALL = 4

# openat2(2)
RESOLVE_NO_XDEV = 0x01
RESOLVE_NO_MAGICLINKS = 0x02
RESOLVE_NO_SYMLINKS = 0x04
RESOLVE_BENEATH = 0x08
RESOLVE_IN_ROOT = 0x10

# open_tree(2), move_mount(2), mount_setattr(2)
AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000
AT_SYMLINK_NOFOLLOW = 0x100
OPEN_TREE_CLONE = 1
OPEN_TREE_CLOEXEC = os.O_CLOEXEC
MOVE_MOUNT_F_EMPTY_PATH = 0x4
MOVE_MOUNT_T_EMPTY_PATH = 0x40
MOUNT_ATTR_RDONLY = 0x1
MOUNT_ATTR_NOSUID = 0x2
MOUNT_ATTR_NODEV = 0x4
MOUNT_ATTR_NOEXEC = 0x8

# inotify(7)
IN_MODIFY = 0x2
IN_MOVE_SELF = 0x800
IN_MOVED_TO = 0x80
IN_CREATE = 0x100

# seccomp(2)
SECCOMP_SET_MODE_FILTER = 1

# System call numbers where glibc 2.31 has no wrapper; since 5.1 new calls have one number on every architecture.
_MACHINE = os.uname().machine
_NR_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "s390x": 217, "ppc64le": 203}.get(_MACHINE, 41)
_NR_SECCOMP = {"x86_64": 317, "aarch64": 277, "riscv64": 277, "s390x": 348, "ppc64le": 358}.get(_MACHINE, 277)
_NR_CAPSET = {"x86_64": 126, "aarch64": 91, "riscv64": 91, "s390x": 185, "ppc64le": 184}.get(_MACHINE, 91)
_NR_CLONE = {"x86_64": 56, "aarch64": 220, "riscv64": 220, "s390x": 120, "ppc64le": 120}.get(_MACHINE, 220)
_NR_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "s390x": 280, "ppc64le": 271}.get(_MACHINE, 219)
_NR_OPEN_TREE = 428
_NR_MOVE_MOUNT = 429
_NR_OPENAT2 = 437
_NR_MOUNT_SETATTR = 442

_libc = ctypes.CDLL(None, use_errno=True)
_c = _libc.syscall
_c.restype = ctypes.c_long
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_libc.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)
_libc.setns.argtypes = (ctypes.c_int, ctypes.c_int)
_libc.unshare.argtypes = (ctypes.c_int,)
_libc.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)
_libc.setdomainname.argtypes = (ctypes.c_char_p, ctypes.c_size_t)
_libc.inotify_add_watch.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32)
_libc.personality.argtypes = (ctypes.c_ulong,)


def _check(result: int, call: str, subject: str | bytes | int | None = None) -> int:
    """Return `result`, or raise the OSError that errno stands for, with the call's name and its object."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}", None if subject is None else str(_text(subject)))
    return result


def _text(subject: str | bytes | int) -> str | int:
    return os.fsdecode(subject) if isinstance(subject, bytes) else subject


def _path(path: str | bytes | None) -> bytes | None:
    return None if path is None else os.fsencode(path)


def mount(source: str | None, target: str, fstype: str | None = None, flags: int = 0, data: str | None = None) -> None:
    result = _libc.mount(
        _path(source), _path(target), _path(fstype), flags, None if data is None else os.fsencode(data)
    )
    _check(result, "mount", target)


def umount2(target: str, flags: int = 0) -> None:
    _check(_libc.umount2(_path(target), flags), "umount2", target)


def pivot_root(new_root: str, put_old: str) -> None:
    _check(_c(_NR_PIVOT_ROOT, _path(new_root), _path(put_old)), "pivot_root", new_root)


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare", hex(flags))


def clone(flags: int) -> int:
    """fork(2) with flags: like it, returns 0 in the child. Only for processes without threads.

    PyDLL keeps the interpreter's lock over the call, so that the child goes on as its only holder. The child
    keeps the C library's notion of its thread id, which nothing that a container's first process does asks for.
    """
    arguments = (0, flags) if _MACHINE == "s390x" else (flags, 0)
    return _check(int(ctypes.PyDLL(None, use_errno=True).syscall(_NR_CLONE, *arguments, 0, 0, 0)), "clone", hex(flags))


def setns(fd: int, flags: int = 0) -> None:
    _check(_libc.setns(fd, flags), "setns", hex(flags))


def prctl(option: int, arg2: int = 0, arg3: int = 0, arg4: int = 0, arg5: int = 0) -> int:
    return _check(_libc.prctl(option, arg2, arg3, arg4, arg5), "prctl", option)


def set_name(name: str) -> None:
    """Set the calling thread's name, cut to 15 bytes (PR_SET_NAME)."""
    text = ctypes.create_string_buffer(name.encode()[:15])
    prctl(PR_SET_NAME, ctypes.addressof(text))


def inotify_init1(flags: int) -> int:
    return _check(_libc.inotify_init1(flags), "inotify_init1")


def inotify_add_watch(fd: int, path: str, mask: int) -> int:
    return _check(_libc.inotify_add_watch(fd, _path(path), mask), "inotify_add_watch", path)


def setdomainname(name: str) -> None:
    encoded = name.encode()
    _check(_libc.setdomainname(encoded, len(encoded)), "setdomainname", name)


def syncfs(fd: int) -> None:
    """Bring everything that was written to the file system of `fd` to its disk."""
    _check(_libc.syncfs(fd), "syncfs", fd)


def personality(persona: int) -> int:
    return _check(_libc.personality(persona), "personality", hex(persona))


def overwrite_memory(address: int, data: bytes) -> None:
    """Copy `data` over our own memory at an address that the kernel has told us."""
    ctypes.memmove(address, data, len(data))


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def openat2(dirfd: int, path: str | bytes, flags: int, mode: int = 0, resolve: int = 0) -> int:
    """Open below `dirfd` and return the descriptor, always close-on-exec."""
    how = _OpenHow(flags | os.O_CLOEXEC, mode, resolve)
    return _check(_c(_NR_OPENAT2, dirfd, _path(path), ctypes.byref(how), ctypes.sizeof(how)), "openat2", path)


def open_tree(dirfd: int, path: str, flags: int) -> int:
    return _check(_c(_NR_OPEN_TREE, dirfd, _path(path), flags), "open_tree", path)


def move_mount(from_fd: int, from_path: str, to_fd: int, to_path: str, flags: int) -> None:
    _check(_c(_NR_MOVE_MOUNT, from_fd, _path(from_path), to_fd, _path(to_path), flags), "move_mount", to_path)


class _MountAttr(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def mount_setattr(
    dirfd: int, path: str, flags: int, *, attr_set: int = 0, attr_clr: int = 0, userns_fd: int = 0
) -> None:
    attr = _MountAttr(attr_set, attr_clr, 0, userns_fd)
    result = _c(_NR_MOUNT_SETATTR, dirfd, _path(path), flags, ctypes.byref(attr), ctypes.sizeof(attr))
    _check(result, "mount_setattr", path)


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


_LINUX_CAPABILITY_VERSION_3 = 0x20080522


def capset(effective: int, permitted: int, inheritable: int) -> None:
    """Set the calling process's capability sets, each a bit mask of 64 bits."""
    header = _CapHeader(_LINUX_CAPABILITY_VERSION_3, 0)
    low, high = 0xFFFFFFFF, 32
    data = (ctypes.c_uint32 * 6)(
        effective & low, permitted & low, inheritable & low, effective >> high, permitted >> high, inheritable >> high
    )
    _check(_c(_NR_CAPSET, ctypes.byref(header), ctypes.byref(data)), "capset", hex(permitted))


class _SockFprog(ctypes.Structure):
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def seccomp_set_filter(program: bytes, flags: int = 0) -> int:
    """Install a classic BPF program (an array of 8-byte `struct sock_filter`) as this process's seccomp filter."""
    fprog = _SockFprog(len(program) // 8, program)
    return _check(_c(_NR_SECCOMP, SECCOMP_SET_MODE_FILTER, flags, ctypes.byref(fprog)), "seccomp")


_KEYCTL_JOIN_SESSION_KEYRING = 1


def keyctl_join_session_keyring(name: str) -> None:
    """Leave the host's session keyring for a new one; a kernel without keyrings (ENOSYS) has nothing to leave."""
    if _c(_NR_KEYCTL, _KEYCTL_JOIN_SESSION_KEYRING, name.encode()) < 0 and ctypes.get_errno() not in (
        errno.ENOSYS,
        errno.EPERM,
        errno.EDQUOT,
    ):
        _check(-1, "keyctl", name)
