"""The files of a container's log: the one that is written and those that were rotated away, as one stream of bytes.

A reader holds the file that it reads, and knows it again by its inode: where the monitor has rotated meanwhile,
what comes next is the file one younger than that. Nothing is shown twice and nothing is left out, as long as
the reader keeps up with --log-opt max-file.
"""

from __future__ import annotations

import os
import select

from pod.linux.process import ProcessId
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_BLOCK = 1 << 18
_MOST_FILES = 1000
_PATIENCE = 1000  # looks at names that a monitor is changing


class LineEnds(Record):
    """How a format tells entries that end a line from those that are parts of one."""

    is_end: Callable[[bytes], bool]  # of an entry without its newline
    count: Callable[[bytes], int]  # how many entries of a block end a line


class LogReader:
    """The whole log as it is now, opened; to be read from a certain place on."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._fds = _open_all(path)  # oldest first
        self.sizes = [os.fstat(fd).st_size for fd in self._fds]

    def skip_to_tail(self, wanted: int, ends: LineEnds) -> None:
        """Leave out what comes before the last `wanted` lines."""
        newest = len(self._fds) - 1
        for at in range(newest, -1, -1):
            offset, found = _tail_offset(self._fds[at], self.sizes[at], wanted, ends, newest=at == newest)
            os.lseek(self._fds[at], offset, os.SEEK_SET)
            wanted -= found
            if offset or (wanted <= 0 and at == newest and not found):
                self._forget(at)  # what is older comes before: a line may begin in one file and end in the next
                return

    def skip_to_time(self, is_before: Callable[[bytes], bool]) -> None:
        """Leave out the lines for which it is true; they come first, as times only grow."""
        while len(self._fds) > 1 and is_before(os.pread(self._fds[1], 4096, 0).partition(b"\n")[0]):
            self._forget(1)
        if self._fds:
            here = os.lseek(self._fds[0], 0, os.SEEK_CUR)
            os.lseek(self._fds[0], _first_not_before(self._fds[0], here, self.sizes[0], is_before), os.SEEK_SET)

    def _forget(self, count: int) -> None:
        for fd in self._fds[:count]:
            os.close(fd)
        del self._fds[:count], self.sizes[:count]

    def blocks(self, monitor: ProcessId | None) -> Iterator[bytes]:
        """Yield what is there and, with the monitor that writes it, what is appended until that has ended."""
        watch = _Watch(monitor, os.path.dirname(self._path)) if monitor is not None else None
        try:
            while self._fds:
                fd = self._fds[0]
                while block := os.read(fd, _BLOCK):
                    yield block
                if len(self._fds) == 1 and watch is not None:
                    over = watch.over
                    self._find_successors()
                    while block := os.read(fd, _BLOCK):  # written between the last look and the rotation
                        yield block
                    if len(self._fds) == 1:
                        if over:
                            return
                        watch.wait()
                        continue
                elif len(self._fds) == 1:
                    return
                self._forget(1)
        finally:
            self._forget(len(self._fds))
            if watch is not None:
                watch.close()

    def _find_successors(self) -> None:
        """Open the files that are younger than the one we hold; all, where ours was thrown away meanwhile."""
        held = _identity(os.fstat(self._fds[0]))
        found = _open_all(self._path)
        known = [_identity(os.fstat(fd)) for fd in found]
        older = known.index(held) + 1 if held in known else 0
        for fd in found[:older]:
            os.close(fd)
        self._fds += found[older:]
        self.sizes += [0] * len(found[older:])


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut the chunks anew where lines end."""
    rest: list[bytes] = []
    for chunk in chunks:
        lines, newline, end = chunk.rpartition(b"\n")
        if newline:
            yield b"".join((*rest, lines, newline))
            rest = [end] if end else []
        else:
            rest.append(end)


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _open_all(path: str) -> list[int]:
    """Open the log and its rotated files, oldest first; again, where it was rotated in the midst of that."""
    for attempt in range(_PATIENCE + 1):
        fds: list[int] = []
        for number in range(_MOST_FILES):
            try:
                fds.append(os.open(_name(path, number), os.O_RDONLY | os.O_CLOEXEC))
            except FileNotFoundError:
                if number:
                    break
        if attempt == _PATIENCE or _is_consistent(path, fds):  # somebody may have removed one for good
            break
        for fd in fds:
            os.close(fd)
    return fds[::-1]


def _name(path: str, number: int) -> str:
    return f"{path}.{number}" if number else path


def _is_consistent(path: str, fds: list[int]) -> bool:
    """True where the files are what the names still mean, none twice and none left out in the midst of a rotation."""
    if not fds:
        return not os.path.exists(f"{path}.1")
    held = [_identity(os.fstat(fd)) for fd in fds]
    try:
        first = 0 if _identity(os.stat(path)) == held[0] else -1
    except FileNotFoundError:
        first = 1  # between two names, or never to be written again
    names = [_name(path, first + number) for number in range(len(fds) + 2)] if first >= 0 else []
    try:
        now = [_identity(os.stat(name)) for name in names[: len(fds)]]
    except FileNotFoundError:
        return False
    return now == held and not any(map(os.path.exists, names[len(fds) :]))


def _tail_offset(fd: int, size: int, wanted: int, ends: LineEnds, *, newest: bool) -> tuple[int, int]:
    """Return where the last `wanted` lines of one file begin, and how many of them it has.

    A line begins behind an entry that ended one. An unfinished one at the end of the newest file counts; at the end
    of an older one it is the beginning of a line that the next file has counted.
    """
    if not size or (wanted <= 0 and newest):
        return size, 0
    found = 0
    end = size
    while end > 0:
        begin, block = _block_before(fd, end)
        if newest and end == size and not ends.is_end(block[block.rfind(b"\n", 0, -1) + 1 : -1]):
            found = 1
        count = ends.count(block)
        if found + count > wanted:
            return begin + _behind_end(block, found + count - wanted, ends), wanted
        found += count
        end = begin
    return 0, found


def _block_before(fd: int, end: int) -> tuple[int, bytes]:
    """Return whole entries that come before an offset at which one begins, and the offset of the first."""
    window = _BLOCK
    while True:
        start = max(0, end - window)
        data = _read_at(fd, start, end - start)
        cut = data.find(b"\n", 0, -1) + 1 if start else 0
        if cut or not start:
            return start + cut, data[cut:]
        window *= 4


def _behind_end(block: bytes, number: int, ends: LineEnds) -> int:
    """Return where the entry ends that is the `number`-th to end a line."""
    offset = 0
    for entry in block[:-1].split(b"\n"):
        offset += len(entry) + 1
        number -= ends.is_end(entry)
        if number == 0:
            break
    return offset


def _read_at(fd: int, start: int, length: int) -> bytes:
    parts = []
    while length > 0 and (part := os.pread(fd, min(length, 1 << 24), start)):
        parts.append(part)
        start, length = start + len(part), length - len(part)
    return b"".join(parts)


def _first_not_before(fd: int, start: int, size: int, is_before: Callable[[bytes], bool]) -> int:
    """Return the offset of the first line from `start` on for which it is not true: a binary search over lines."""
    low, high = start, size
    while low < high:
        middle = (low + high) // 2
        begin = _line_start(fd, middle, low)
        line, end = _line_at(fd, begin, size)
        if is_before(line):
            low = end
        else:
            high = begin
    return low


def _line_start(fd: int, position: int, least: int) -> int:
    """Return where the line begins that the position is in."""
    window = 4096
    while True:
        start = max(least, position - window)
        found = os.pread(fd, position - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        if start == least:
            return least
        window *= 4


def _line_at(fd: int, start: int, size: int) -> tuple[bytes, int]:
    """Return the beginning of a line, and where the next one begins."""
    data = os.pread(fd, 4096, start)
    first = data
    end = start
    while data and b"\n" not in data:
        end += len(data)
        data = os.pread(fd, 1 << 16, end)
    return first.partition(b"\n")[0], end + data.find(b"\n") + 1 if data else size


def monitor_descriptor(monitor: ProcessId) -> int:
    """Return a descriptor that becomes readable when the monitor ends, -1 where it has ended."""
    try:
        return monitor.pidfd()
    except ProcessLookupError:
        return -1


class _Watch:
    """Wakes up when a file in the log's folder grows or is rotated, and when the monitor ends (inotify(7))."""

    def __init__(self, monitor: ProcessId, folder: str) -> None:
        from pod.linux import syscalls as sc  # it brings ctypes, which only following needs

        self._inotify = sc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        sc.inotify_add_watch(self._inotify, folder, sc.IN_MODIFY | sc.IN_CREATE | sc.IN_MOVED_TO)
        self._pidfd = monitor_descriptor(monitor)

    @property
    def over(self) -> bool:
        """True when the monitor has ended: what can be read after that is the last of it."""
        if self._pidfd < 0:
            return True
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(0))

    def wait(self) -> None:
        """Return when there may be more to read."""
        poll = select.poll()
        poll.register(self._inotify, select.POLLIN)
        poll.register(self._pidfd, select.POLLIN)
        for fd, _event in poll.poll():
            if fd == self._inotify:
                os.read(self._inotify, 1 << 16)

    def close(self) -> None:
        os.close(self._inotify)
        if self._pidfd >= 0:
            os.close(self._pidfd)
