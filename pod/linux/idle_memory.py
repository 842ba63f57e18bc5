"""Giving back what only the start of a long-lived process needed: the pages of the interpreter and its libraries.

They stay in the page cache, and come back one by one where they are used again (madvise(2), MADV_DONTNEED). Only parts
of files that nobody may write, and in which no page is our own, are let go of: nothing can be lost. The call goes
through the C half of ctypes alone; the package would take more memory than a tenth of what this gives back.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MADV_DONTNEED = 4


def give_back() -> None:
    """Let go of those pages, where this interpreter has what it takes."""
    try:
        import _ctypes

        madvise = _function(_ctypes, "madvise")
        fd = os.open("/proc/self/smaps", os.O_RDONLY | os.O_CLOEXEC)
        for start, end in list(_clean(fd)):
            madvise(start, end - start, _MADV_DONTNEED)
    except (ImportError, AttributeError, OSError, TypeError, ValueError):
        pass  # it goes on as it is


def _function(c: Any, name: str) -> Any:
    number = type("number", (c._SimpleCData,), {"_type_": "L"})
    result = type("result", (c._SimpleCData,), {"_type_": "i"})
    kind = type("function", (c.CFuncPtr,), {"_flags_": c.FUNCFLAG_CDECL, "_restype_": result})
    function = kind(c.dlsym(c.dlopen(None, 0), name))
    function.argtypes = (number, number, result)
    return function


def _lines(fd: int) -> Iterator[bytes]:
    rest = b""
    while data := os.read(fd, 2048):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def _clean(fd: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of read-only mappings of files that hold no page of our own (proc_pid_smaps(5))."""
    start = end = 0
    for line in _lines(fd):
        first, _, rest = line.partition(b" ")
        if first[-1:] != b":":
            readable = rest[:2] == b"r-" and b"/" in rest
            low, _, high = first.partition(b"-")
            start, end = (int(low, 16), int(high, 16)) if readable else (0, 0)
        elif first == b"Anonymous:" and end and int(rest.split()[0]) == 0:
            yield start, end
