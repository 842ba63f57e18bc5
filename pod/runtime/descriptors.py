"""The descriptors that a program begins with: its standard streams, and those that it is handed."""

from __future__ import annotations

import fcntl
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.runtime.channel import Channel

_FIRST = 3  # behind the standard streams


def set_aside(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Copy descriptors out of the way of low numbers; return pairs of a wanted number and the copy."""
    wanted = tuple(numbers)
    least = max(wanted, default=_FIRST) + 2
    return tuple((number, fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, least)) for number in wanted)


def arrange(link: Channel, preserved: tuple[tuple[int, int], ...]) -> None:
    """Put what is preserved to its numbers, the channel behind it, and close all else but the standard streams."""
    top = max((number for number, _copy in preserved), default=_FIRST - 1) + 1
    link.keep_at(top)
    lowest = _FIRST
    for number, copy in sorted(preserved):
        os.closerange(lowest, number)
        os.dup2(copy, number)
        lowest = number + 1
    os.closerange(lowest, top)
    os.closerange(top + 1, 1 << 20)
