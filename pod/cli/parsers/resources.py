"""Limits of `run`, `create`, `update` and `container clone`: units, ranges, and what excludes what, as for Podman."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.cli.parsers.sizes import parse_size
from pod.errors import UsageError
from pod.storage.container_records import DeviceLimit, Resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.commands.container.create_flags.resources import ResourceFlags

PERIOD = 100_000  # microseconds, the kernel's own (sched-bwc.rst)
_WEIGHTS = (10, 1000)
_HIGHEST_CPU = 8191  # NR_CPUS_RANGE_END of the kernel's configuration, less one


def parse_resources(flags: ResourceFlags, before: Resources | None = None) -> Resources:
    """Return the limits: those given, and of `before` all others. Raises UsageError."""
    before = before or Resources()
    given = {
        "memory": flags.memory and _memory("--memory", flags.memory),
        "memory_reservation": flags.memory_reservation and _memory("--memory-reservation", flags.memory_reservation),
        "memory_swap": flags.memory_swap and _swap(flags.memory_swap),
        "nano_cpus": flags.cpus and _cpus(flags.cpus),
        "cpu_shares": _within("--cpu-shares", flags.cpu_shares, 0, 1 << 18),
        "cpu_period": _within("--cpu-period", flags.cpu_period, 1000, 1_000_000),
        "cpu_quota": _quota(flags.cpu_quota),
        "cpuset_cpus": flags.cpuset_cpus and _list("--cpuset-cpus", flags.cpuset_cpus),
        "cpuset_mems": flags.cpuset_mems and _list("--cpuset-mems", flags.cpuset_mems),
        "pids_limit": _within("--pids-limit", -1 if flags.pids_limit == 0 else flags.pids_limit, -1, 1 << 22),
        "blkio_weight": _within("--blkio-weight", flags.blkio_weight, *_WEIGHTS),
        "blkio_weight_device": _devices("--blkio-weight-device", flags.blkio_weight_device, _weight),
        "device_read_bps": _devices("--device-read-bps", flags.device_read_bps, parse_size),
        "device_write_bps": _devices("--device-write-bps", flags.device_write_bps, parse_size),
        "device_read_iops": _devices("--device-read-iops", flags.device_read_iops, _count),
        "device_write_iops": _devices("--device-write-iops", flags.device_write_iops, _count),
        "files": _files(flags.cgroup_conf),
    }
    resources = before.replace(**{name: value for name, value in given.items() if value})
    if flags.cpus and (flags.cpu_quota or flags.cpu_period):
        other = "--cpu-quota" if flags.cpu_quota else "--cpu-period"
        raise UsageError(f"--cpus and {other} exclude each other", hint="--cpus 1.5 is --cpu-quota 150000")
    if flags.memory and not flags.memory_swap and before.memory_swap > 0:
        resources = resources.replace(memory_swap=0)  # as much as of the new memory
    if flags.cpus:
        resources = resources.replace(cpu_quota=0, cpu_period=0)
    elif flags.cpu_quota or flags.cpu_period:
        resources = resources.replace(nano_cpus=0)
    _check_memory(resources)
    return resources


def _check_memory(resources: Resources) -> None:
    if resources.memory_swap > 0 and not resources.memory:
        raise UsageError("--memory-swap goes with --memory only: it is what memory and swap come to together")
    if 0 < resources.memory_swap < resources.memory:
        raise UsageError("--memory-swap is less than --memory: it is what memory and swap come to together")
    if resources.memory and resources.memory < resources.memory_reservation:
        raise UsageError("--memory-reservation is more than --memory")


def _memory(option: str, text: str) -> int:
    size = parse_size(option, text)
    if size > 1 << 62:
        raise invalid(option, text, "no machine has so much memory")
    return size


def _swap(text: str) -> int:
    return -1 if text == "-1" else _memory("--memory-swap", text)


def _cpus(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < 1 << 20 or text.strip() != text:
        raise invalid("--cpus", text, "it is a number of processors, such as 1.5")
    if 0 < number < 0.01:
        raise invalid("--cpus", text, "the least is 0.01")
    return round(number * 1_000_000_000)


def _quota(value: int | None) -> int:
    if value is not None and value != -1 and value < 1000:
        raise invalid("--cpu-quota", str(value), "it is 1000 microseconds or more, or -1 for no limit")
    return value or 0


def _within(option: str, value: int | None, lowest: int, highest: int) -> int:
    if value and not lowest <= value <= highest:
        raise invalid(option, str(value), f"it is a number from {lowest} to {highest}")
    return value or 0


def _list(option: str, text: str) -> str:
    """Check a list such as 0-2,4 (cpuset(7), "List format")."""
    for part in text.split(","):
        first, dash, last = part.partition("-")
        numbers = [first, last] if dash else [first]
        if not all(number.isascii() and number.isdecimal() and int(number) <= _HIGHEST_CPU for number in numbers):
            raise invalid(option, text, "it is a list such as 0-2,4")
        if dash and int(first) > int(last):
            raise invalid(option, text, f"{part} ends before it begins")
    return text


def _devices(option: str, texts: Sequence[str], parse: Callable[[str, str], int]) -> tuple[DeviceLimit, ...]:
    found = []
    for text in texts:
        path, colon, value = text.rpartition(":")
        if not colon or not path.startswith("/dev/"):
            raise invalid(option, text, "it is written /dev/NAME:VALUE")
        found.append(DeviceLimit(path, parse(option, value)))
    return tuple(found)


def _weight(option: str, text: str) -> int:
    return _within(option, _count(option, text), *_WEIGHTS)


def _count(option: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not int(text):
        raise invalid(option, text, "it is a positive number")
    return int(text)


def _files(texts: Sequence[str]) -> dict[str, str]:
    """Return files of the control group with what is to be written: `memory.high=1G`."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (equals and value and "." in name.strip(".") and "/" not in name):
            raise invalid("--cgroup-conf", text, "it is written FILE=VALUE, such as memory.high=512M")
        found[name] = value
    return found
