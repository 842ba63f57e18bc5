"""capabilities(7): their names and numbers, which ones a container gets, and how a process takes them on.

The order of the last is forced by the kernel; every step takes away what only the steps before it need:

    1 drop_bounding   PR_CAPBSET_DROP needs CAP_SETPCAP
    2 PR_SET_KEEPCAPS, for setresuid(2) away from 0 would empty the permitted set
    3 setgroups(2), setresgid(2), setresuid(2) need CAP_SETGID and CAP_SETUID
    4 set_all         permitted, effective, inheritable; then ambient, whose bits must be permitted and inheritable
    5 no_new_privs
    6 seccomp(2)      needs no_new_privs, or CAP_SYS_ADMIN still in force: then step 4 keeps that one, and is
                      done once more behind the filter, without
"""

from __future__ import annotations

import errno

from pod.errors import UsageError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.oci.runtime_spec import Capabilities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# linux/capability.h: a name's place is its number
NAMES = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
)
_NUMBERS = {name: number for number, name in enumerate(NAMES)}

# What a container gets by itself: Podman's list, and Docker's, which is longer by three.
PODMAN_DEFAULT = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
)
DOCKER_DEFAULT = tuple(sorted((*PODMAN_DEFAULT, "CAP_AUDIT_WRITE", "CAP_MKNOD", "CAP_NET_RAW")))

_ALL = "ALL"
_BITS = 64


def mask(names: Iterable[str]) -> int:
    """Return the bits of full CAP_ names; a name that pod does not know has none."""
    bits = 0
    for name in names:
        if name in _NUMBERS:
            bits |= 1 << _NUMBERS[name]
    return bits


def names(bits: int) -> tuple[str, ...]:
    """Return the names of the bits, sorted; a bit that has no name here is left out."""
    return tuple(sorted(name for number, name in enumerate(NAMES) if bits >> number & 1))


def normalize(name: str) -> str:
    """Return the full name of a capability, or ALL, for one written in any case, with or without CAP_.

    Raises UsageError that names the nearest one.
    """
    upper = name.strip().upper()
    full = upper if upper == _ALL or upper.startswith("CAP_") else f"CAP_{upper}"
    if full == _ALL or full in _NUMBERS:
        return full
    import difflib  # only for the message

    near = difflib.get_close_matches(full, NAMES, 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else "capabilities(7) lists them"
    raise UsageError(f'unknown capability "{name}"', hint=hint)


def resolve(
    cap_add: Iterable[str] = (),
    cap_drop: Iterable[str] = (),
    *,
    privileged: bool = False,
    default: Iterable[str] = PODMAN_DEFAULT,
) -> tuple[str, ...]:
    """Return the capabilities that a container may have at most, sorted, after Docker's rules.

    ALL to add is every one but those to drop; ALL to drop leaves those to add; otherwise what is to drop goes from the
    default and then what is to add comes to it. ALL for both is refused, as in Podman. Raises UsageError.
    """
    add, drop = _normalized(cap_add), _normalized(cap_drop)
    if privileged:
        return all_known()
    if _ALL in add:
        if _ALL in drop:
            raise UsageError("cannot both add and drop all capabilities", hint="give ALL to one of the two options")
        return tuple(name for name in all_known() if name not in drop)
    kept = () if _ALL in drop else (name for name in default if name not in drop)
    return tuple(sorted({*kept, *add}))


def for_process(bounding: Iterable[str], *, root: bool, cap_add: Iterable[str] = ()) -> Capabilities:
    """Return the five sets for a process of root, or of another user, in a container with this bounding set.

    As in Podman: root has the bounding set in force. Another user has only what was added by name, handed on over
    execve(2) by the ambient set; a program with file capabilities or the setuid bit can reach the bounding set.
    """
    most = tuple(sorted(bounding))
    if root:
        return Capabilities(bounding=most, effective=most, permitted=most)
    asked = _normalized(cap_add)
    own = tuple(name for name in most if name in asked or _ALL in asked)
    return Capabilities(bounding=most, effective=own, permitted=own, inheritable=own, ambient=own)


def all_known() -> tuple[str, ...]:
    """Return every capability that the running kernel has, sorted."""
    try:
        last = int(files.read_bytes("/proc/sys/kernel/cap_last_cap", 64))
    except (OSError, ValueError):
        last = len(NAMES) - 1
    return tuple(sorted(NAMES[: last + 1]))


def drop_bounding(keep: Iterable[str]) -> None:
    """Take every capability out of the bounding set but those named, also those that pod has no name for."""
    kept = mask(keep)
    for number in range(_BITS):
        if kept >> number & 1:
            continue
        try:
            sc.prctl(sc.PR_CAPBSET_DROP, number)
        except OSError as err:
            if err.errno != errno.EINVAL:
                raise
            return  # beyond the last one of this kernel


def set_all(sets: Capabilities, *, as_root: bool = True, keep: Iterable[str] = ()) -> None:
    """Take on the sets, the bounding one excepted. `keep` stays permitted and effective beside them, for a later step.

    A user other than root keeps of the permitted ones what is ambient: execve(2) would take the others anyway.
    """
    ambient, inheritable = mask(sets.ambient), mask(sets.inheritable)
    permitted, effective = mask(sets.permitted), mask(sets.effective)
    if not as_root:
        permitted, effective = permitted & ambient, effective & ambient
    kept = mask(keep)
    sc.capset(effective | kept, permitted | kept, inheritable)
    sc.prctl(sc.PR_CAP_AMBIENT, sc.PR_CAP_AMBIENT_CLEAR_ALL)
    for number in range(_BITS):
        if ambient >> number & 1:
            sc.prctl(sc.PR_CAP_AMBIENT, sc.PR_CAP_AMBIENT_RAISE, number)


def _normalized(values: Iterable[str]) -> set[str]:
    return {normalize(name) for value in values for name in value.split(",") if name.strip()}
