"""System call names and numbers per architecture, and what the kernel makes of their arguments.

The numbers are data (syscalls.json): one line a call, one column an architecture. tests/unit/test_seccomp.py compares
the columns with the kernel headers that are installed. Only the seccomp compiler loads this; no hot path does.
"""

from __future__ import annotations

import os

from pod.linux import jsonfile
from pod.record import Record

X32_SYSCALL_BIT = 1 << 30
ARM_PRIVATE = 0xF0000  # __ARM_NR_BASE: arm's second row of numbers, for cacheflush, set_tls …


class Architecture(Record):
    """One system call convention: a column of the table, and how the kernel labels its calls."""

    name: str
    audit: int  # AUDIT_ARCH_*, linux/audit.h: what `seccomp_data.arch` says
    goarch: str  # what the `arches` of Docker's profiles call it
    narrow: bool = False  # registers of 32 bits
    big_endian: bool = False
    multiplexed: bool = False  # has socketcall(2) and ipc(2)
    offset: int = 0  # added to every number of the column
    companions: tuple[str, ...] = ()  # the other conventions that a kernel of this architecture serves


ARCHITECTURES = {
    arch.name: arch
    for arch in (
        Architecture("x86_64", 0xC000003E, "amd64", companions=("x86", "x32")),
        Architecture("x86", 0x40000003, "x86", narrow=True, multiplexed=True),
        # x32 calls arrive labelled x86_64, told apart by bit 30; libseccomp compares their arguments as 32 bits too
        Architecture("x32", 0xC000003E, "x32", narrow=True, offset=X32_SYSCALL_BIT),
        Architecture("aarch64", 0xC00000B7, "arm64", companions=("arm",)),
        Architecture("arm", 0x40000028, "arm", narrow=True),
        Architecture("riscv64", 0xC00000F3, "riscv64"),
        Architecture("ppc64le", 0xC0000015, "ppc64le", multiplexed=True),
        Architecture("s390x", 0x80000016, "s390x", big_endian=True, multiplexed=True),
    )
}

_MACHINES = {"i386": "x86", "i586": "x86", "i686": "x86", "armv6l": "arm", "armv7l": "arm", "armv8l": "arm"}

# socketcall(2) and ipc(2): the number that stands for the call in their first argument (linux/net.h, linux/ipc.h).
_SOCKET_CALLS = """socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom
    shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg"""
SOCKETCALL = {name: number for number, name in enumerate(_SOCKET_CALLS.split(), 1)}
IPC = {
    "semop": 1,
    "semget": 2,
    "semctl": 3,
    "semtimedop": 4,
    "msgsnd": 11,
    "msgrcv": 12,
    "msgget": 13,
    "msgctl": 14,
    "shmat": 21,
    "shmdt": 22,
    "shmget": 23,
    "shmctl": 24,
}

# Arguments that the kernel reads as `int` or `unsigned int` although the register holds 64 bits (SYSCALL_DEFINE in
# the kernel's sources). A filter that compares all 64 is walked around by setting a high bit: CVE-2019-10063.
# What is not listed is compared whole; the flags of clone(2) and mount(2), for one, are unsigned long.
_INT_ARGUMENTS: dict[str, tuple[int, ...]] = {
    "bpf": (0,),
    "close_range": (0, 1, 2),
    "dup3": (0, 1, 2),
    "epoll_ctl": (0, 1, 2),
    "fallocate": (0, 1),
    "fanotify_init": (0, 1),
    "fcntl": (0, 1),
    "fcntl64": (0, 1),
    "flock": (0, 1),
    "fsconfig": (0, 1),
    "getpriority": (0, 1),
    "getsockopt": (0, 1, 2),
    "ioctl": (0, 1),
    "ioprio_get": (0, 1),
    "ioprio_set": (0, 1, 2),
    "ipc": (0,),
    "kcmp": (0, 1, 2),
    "keyctl": (0,),
    "kill": (0, 1),
    "landlock_restrict_self": (0, 1),
    "madvise": (2,),
    "membarrier": (0, 1, 2),
    "memfd_create": (1,),
    "memfd_secret": (0,),
    "mount_setattr": (0, 2),
    "move_mount": (0, 2, 4),
    "open": (1,),
    "open_tree": (0, 2),
    "openat": (0, 2),
    "perf_event_open": (1, 2, 3),
    "personality": (0,),
    "pidfd_getfd": (0, 1, 2),
    "pidfd_open": (0, 1),
    "pidfd_send_signal": (0, 1, 3),
    "pipe2": (1,),
    "prctl": (0,),
    "prlimit64": (0, 1),
    "quotactl": (0,),
    "quotactl_fd": (0, 1),
    "reboot": (0, 1, 2),
    "renameat2": (0, 2, 4),
    "sched_setscheduler": (0, 1),
    "seccomp": (0, 1),
    "setns": (0, 1),
    "setpriority": (0, 1, 2),
    "setrlimit": (0,),
    "setsockopt": (0, 1, 2),
    "shmctl": (0, 1),
    "socket": (0, 1, 2),
    "socketcall": (0,),
    "socketpair": (0, 1, 2),
    "sysfs": (0,),
    "syslog": (0,),
    "tgkill": (0, 1, 2),
    "tkill": (0, 1),
    "umount2": (1,),
    "userfaultfd": (0,),
}


def native() -> str | None:
    """Return the architecture of this kernel under the table's name, or None where the table lacks it."""
    machine = os.uname().machine
    name = _MACHINES.get(machine, machine)
    return name if name in ARCHITECTURES else None


def load() -> dict[str, dict[str, int]]:
    """Return, for every architecture, the number of every system call that it has."""
    document = jsonfile.read(os.path.join(os.path.dirname(__file__), "syscalls.json"))
    columns: list[str] = document["architectures"]
    tables: dict[str, dict[str, int]] = {name: {} for name in columns}
    for call, numbers in document["numbers"].items():
        for name, number in zip(columns, numbers, strict=True):
            if number is not None:
                tables[name][call] = number + ARCHITECTURES[name].offset
    return tables


def is_int(call: str, index: int) -> bool:
    """Whether the kernel looks only at the low 32 bits of this argument."""
    return index in _INT_ARGUMENTS.get(call, ())
