"""`logs`: what a container has written, from its log file, and what it goes on writing."""

from __future__ import annotations

import os
import select

from pod.engine import containers, log_blocks
from pod.errors import UsageError
from pod.linux import syscalls as sc
from pod.linux import times
from pod.linux.process import ProcessId
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.engine import Engine

_BLOCK = 1 << 18


class LogOptions(Record):
    """Which part of a log; times are nanoseconds since the epoch, 0 for no bound; a negative tail is everything."""

    follow: bool = False
    since: int = 0
    until: int = 0
    tail: int = -1


class LogLine(Record):
    """One entry of a log: RFC 3339 time, "stdout" or "stderr", and the bytes, with a newline unless it was a part."""

    time: str
    stream: str
    data: bytes


def logs(engine: Engine, name: str, options: LogOptions) -> Iterator[LogLine]:
    """Yield the entries of a container's log. Raises NoSuchContainer, UsageError."""
    path, chunks = _open(engine, name, options)
    since = times.from_ns(options.since) if options.since else ""
    until = times.from_ns(options.until) if options.until else ""
    for block in _whole_lines(chunks, path, options):
        for line in block.split(b"\n"):
            entry = parse(line)
            if entry is None or entry.time < since:
                continue
            if until and entry.time > until:
                return
            yield entry


def output(engine: Engine, name: str, options: LogOptions) -> Iterator[tuple[str, bytes]]:
    """Yield what a container's log holds as (stream, bytes), whole blocks at a time: `logs` where times do not matter.

    Raises NoSuchContainer, UsageError.
    """
    if options.since or options.until:
        yield from ((line.stream, line.data) for line in logs(engine, name, options))
        return
    path, chunks = _open(engine, name, options)
    for block in _whole_lines(chunks, path, options):
        yield from log_blocks.contents(block)


def _open(engine: Engine, name: str, options: LogOptions) -> tuple[str, Iterator[bytes]]:
    container = containers.find(engine.layout, name)
    if container.record.log.driver == "none":
        raise UsageError(f"container {container.name} keeps no log: it was made with --log-driver none")
    path = f"{engine.layout.container(container.id)}/log"
    return path, _follow(path, container.state.monitor if container.running and options.follow else None)


def _whole_lines(chunks: Iterator[bytes], path: str, options: LogOptions) -> Iterator[bytes]:
    """Cut the chunks anew where lines end, and leave out what comes before the tail."""
    skip = _bytes_before_tail(path, options.tail) if options.tail >= 0 else 0
    rest = b""
    for chunk in chunks:
        if skip:
            skip, chunk = max(0, skip - len(chunk)), chunk[skip:]
        lines, newline, end = chunk.rpartition(b"\n")
        if newline:
            yield rest + lines + newline
            rest = end
        else:
            rest += end


def parse(line: bytes) -> LogLine | None:
    """Read one line of the file; None for one that a crash has cut off."""
    parts = line.split(b" ", 3)
    if len(parts) < 4 or parts[1] not in (b"stdout", b"stderr"):
        return None
    return LogLine(
        parts[0].decode("ascii", "replace"), parts[1].decode(), parts[3] + (b"\n" if parts[2] == b"F" else b"")
    )


def _follow(path: str, monitor: ProcessId | None) -> Iterator[bytes]:
    """Yield the rotated file, the file, and with a monitor what is appended until that has ended."""
    if os.path.exists(f"{path}.1"):
        with open(f"{path}.1", "rb") as old:
            while block := old.read(_BLOCK):
                yield block
    watch = _Watch(monitor) if monitor is not None else None
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # it has never been started
    try:
        if watch is not None:
            watch.add(path)
        while True:
            while block := os.read(fd, _BLOCK):
                yield block
            if watch is None or watch.over:
                return
            if watch.rotated:
                os.close(fd)
                fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                watch.add(path)
            else:
                watch.wait()
    finally:
        os.close(fd)


class _Watch:
    """Wakes up when the file grows or is rotated, and when the monitor ends (inotify(7), pidfd_open(2))."""

    def __init__(self, monitor: ProcessId) -> None:
        self.over = False
        self.rotated = False
        self._inotify = sc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            self._pidfd = monitor.pidfd()
        except ProcessLookupError:
            self.over = True

    def add(self, path: str) -> None:
        """Watch the file that has this name now."""
        self.rotated = False
        sc.inotify_add_watch(self._inotify, path, sc.IN_MODIFY | sc.IN_MOVE_SELF)

    def wait(self) -> None:
        """Return when there may be more to read; `over` is true when that will be the last of it."""
        poll = select.poll()
        poll.register(self._inotify, select.POLLIN)
        poll.register(self._pidfd, select.POLLIN)
        for fd, _event in poll.poll():
            if fd == self._pidfd:
                self.over = True
            else:
                events = os.read(self._inotify, 1 << 16)
                masks = (int.from_bytes(events[at + 4 : at + 8], "little") for at in range(0, len(events), 16))
                self.rotated = any(mask & sc.IN_MOVE_SELF for mask in masks)  # events of a file itself have no name


def _bytes_before_tail(path: str, wanted: int) -> int:
    """Return how many bytes of the rotated log and the log together come before the last `wanted` lines."""
    old = _size(f"{path}.1")
    offset, found = _tail_offset(path, _size(path), wanted)
    if found >= wanted or not old:
        return old + offset
    return _tail_offset(f"{path}.1", old, wanted - found)[0]


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def _tail_offset(path: str, size: int, wanted: int) -> tuple[int, int]:
    """Return where the last `wanted` lines of one file begin, and how many of them it has.

    A line begins behind an entry that ended one (tag F); an unfinished one at the end of the file counts.
    """
    if not size or not wanted:
        return size, 0
    window = _BLOCK
    with open(path, "rb") as file:
        while True:
            start = max(0, size - window)
            file.seek(start)
            entries = file.read(size - start).split(b"\n")
            if start:
                start += len(entries.pop(0)) + 1  # most likely not a whole entry
            starts = _line_starts(entries, start)
            if len(starts) > wanted or start == 0 or window >= size:
                kept = starts[-wanted:]
                return (kept[0] if kept else size), len(kept)
            window *= 4


def _line_starts(entries: list[bytes], offset: int) -> list[int]:
    starts = []
    fresh = True
    for entry in entries:
        if not entry:
            break
        if fresh:
            starts.append(offset)
        fields = entry.split(b" ", 3)
        fresh = len(fields) == 4 and fields[2] == b"F"
        offset += len(entry) + 1
    return starts
