"""Waiting with little memory: without what the allocator keeps for later, and what can be read from files again."""

from __future__ import annotations

import ctypes

from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    import select

_MADV_DONTNEED = 4
_LARGEST = 1 << 20
_FIRST_PATIENCE, _LONGEST_PATIENCE = 1000.0, 10_000.0  # milliseconds

_libc = ctypes.CDLL(None)
_libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)


class Sleeper:
    """Waits: as it is where something has happened lately, and with as little memory as can be where nothing has."""

    def __init__(self) -> None:
        self._patience = _FIRST_PATIENCE

    def wait(self, poll: select.poll, timeout: float | None) -> list[tuple[int, int]]:
        """Do what `poll.poll` does."""
        patience = self._patience
        if timeout is not None and timeout <= patience:
            return poll.poll(timeout)
        events = poll.poll(patience)
        if events:
            return events
        self._patience = min(_LONGEST_PATIENCE, 2 * patience)  # whoever wakes up often shall not pay each time
        return _wait_lean(poll, None if timeout is None else timeout - patience)


def _wait_lean(poll: select.poll, timeout: float | None) -> list[tuple[int, int]]:
    """Wait for events after letting go of every page that is not needed for that.

    Pages of programs and libraries are only unmapped (madvise(2)): they stay in the page cache, where the kernel may
    now take them, and come back by a page fault, some hundred microseconds for all. The interpreter goes last, right
    before the call that sleeps: everything done in between would fetch some of it back.
    """
    unwritten = _unwritten(files.read_bytes("/proc/self/smaps", _LARGEST))
    trim = getattr(_libc, "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)
    madvise = _libc.madvise
    for _executable, size, start in unwritten:
        madvise(start, size, _MADV_DONTNEED)
    return poll.poll(timeout)


def _unwritten(smaps: bytes) -> list[tuple[bool, int, int]]:
    """Return the mappings of files in which nothing was ever written: whether it is code, size, start; large code last.

    Relocated data (RELRO) is read-only, too, but has pages of its own, which would be lost (proc_pid_smaps(5)).
    """
    found = []
    mapping = None
    for line in smaps.splitlines():
        words = line.split()
        if not words[0].endswith(b":"):
            begin, _, end = words[0].partition(b"-")
            of_file = len(words) > 5 and words[5][:1] == b"/" and words[1] in (b"r-xp", b"r--p")
            mapping = (words[1] == b"r-xp", int(end, 16) - int(begin, 16), int(begin, 16)) if of_file else None
        elif words[0] == b"Anonymous:" and words[1] == b"0" and mapping is not None:
            found.append(mapping)
    return sorted(found)
