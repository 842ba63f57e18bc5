"""capabilities(7): their names and numbers, and which ones a container gets.

How a process takes them on is in pod.runtime.credentials.
"""

from __future__ import annotations

from pod.errors import UsageError
from pod.linux import files
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

    short = [known.removeprefix("CAP_") for known in NAMES]
    near = difflib.get_close_matches(full.removeprefix("CAP_"), short, 1, 0.5)
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


def _normalized(values: Iterable[str]) -> set[str]:
    return {normalize(name) for value in values for name in value.split(",") if name.strip()}
