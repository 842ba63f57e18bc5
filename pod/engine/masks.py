"""Paths of the kernel's that containers may not see or not change, and what --security-opt says of them.

The lists are Podman's (containers/common, pkg/config/default.go).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.storage.container_records import ContainerRecord

MASKED_PATHS = (
    "/proc/acpi",
    "/proc/asound",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/interrupts",
    "/sys/dev/block",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
    "/sys/fs/selinux",
)
READONLY_PATHS = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def masked_paths(record: ContainerRecord) -> tuple[str, ...]:
    """Return what is hidden: nothing in a privileged container; without what unmask= and with what mask= names."""
    if record.privileged:
        return ()
    extra = [path for value in _values(record, "mask") for path in value.split(":") if path]
    return (*_unmasked(record, MASKED_PATHS), *extra)


def readonly_paths(record: ContainerRecord) -> tuple[str, ...]:
    """Return what is read-only: nothing in a privileged container, nor what unmask= names."""
    return () if record.privileged else _unmasked(record, READONLY_PATHS)


def _values(record: ContainerRecord, name: str) -> list[str]:
    """Return the value of every --security-opt of that name."""
    return [option[len(name) + 1 :] for option in record.security_opt if option.startswith(f"{name}=")]


def _unmasked(record: ContainerRecord, paths: tuple[str, ...]) -> tuple[str, ...]:
    if not record.security_opt:
        return paths
    wanted = [pattern for value in _values(record, "unmask") for pattern in value.split(":") if pattern]
    if "unconfined" in _values(record, "systempaths") or any(pattern.lower() == "all" for pattern in wanted):
        return ()
    return tuple(path for path in paths if not any(_fits(path, pattern) for pattern in wanted))


def _fits(path: str, pattern: str) -> bool:
    """Match a pattern part by part: a * stays within its own, as in Go's filepath.Match."""
    parts, patterns = path.split("/"), pattern.rstrip("/").split("/")
    return len(parts) == len(patterns) and _all_fit(parts, patterns)


def _all_fit(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    if list(parts) == list(patterns):
        return True
    from fnmatch import fnmatchcase

    return all(fnmatchcase(part, pattern) for part, pattern in zip(parts, patterns, strict=True))
