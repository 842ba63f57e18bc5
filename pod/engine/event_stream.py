"""`events`: reading what events.log tells, and waiting for more."""

from __future__ import annotations

import os
import select
import time

from pod.engine.events import Event
from pod.linux import files, jsonfile, times
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.storage.layout import StorageLayout

_BLOCK = 1 << 16


class Window(Record):
    """Which events are wanted: moments are nanoseconds since 1970, 0 for none."""

    past: bool  # those that have happened already, too
    follow: bool  # go on with those to come, up to `until`
    since: int = 0
    until: int = 0


def read(layout: StorageLayout, window: Window) -> Iterator[Event]:
    """Yield events in the order in which they were written down. A line that a full disk cut off is left out."""
    reader = _Reader(layout, follow=window.follow)
    try:
        for line in reader.lines(window):
            event = _parse(line)
            if event is not None and _is_within(event, window):
                yield event
    finally:
        reader.close()


def _parse(line: bytes) -> Event | None:
    try:
        event = Event.from_json(jsonfile.loads(line))
        times.to_ns(event.time)
    except ValueError:
        return None
    return event


def _is_within(event: Event, window: Window) -> bool:
    moment = times.to_ns(event.time)
    return window.since <= moment and (not window.until or moment <= window.until)


class _Reader:
    """The log, its predecessor before it, and after a rotation its successor."""

    def __init__(self, layout: StorageLayout, *, follow: bool) -> None:
        self._path = layout.events
        self._inotify = _watch(layout.root) if follow else -1
        self._fd = -1

    def lines(self, window: Window) -> Iterator[bytes]:
        if window.past:
            self._open(f"{self._path}.1")
            yield from self._rest()
        self._open(self._path)
        if not window.past and self._fd >= 0:
            os.lseek(self._fd, 0, os.SEEK_END)
        while True:
            yield from self._rest()
            if self._is_rotated():
                yield from self._rest()  # what was appended between the last look and the rotation
                self._open(self._path)
            elif not self._wait(window.until):
                return

    def _open(self, path: str) -> None:
        self._close_log()
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return

    def _rest(self) -> Iterator[bytes]:
        """Yield the whole lines from here on; an unfinished one is read again when there is more of it."""
        while self._fd >= 0:
            block = os.read(self._fd, _BLOCK)
            while block and b"\n" not in block:
                more = os.read(self._fd, _BLOCK)
                if not more:
                    break
                block += more
            whole, newline, rest = block.rpartition(b"\n")
            if rest:
                os.lseek(self._fd, -len(rest), os.SEEK_CUR)
            if not newline:
                return
            yield from whole.split(b"\n")

    def _is_rotated(self) -> bool:
        """True where the log has another file now, or has one at last."""
        try:
            named = os.stat(self._path)
        except FileNotFoundError:
            return False
        if self._fd < 0:
            return True
        held = os.fstat(self._fd)
        return (named.st_ino, named.st_dev) != (held.st_ino, held.st_dev)

    def _wait(self, until: int) -> bool:
        """Return true as soon as there may be more, false when there will be none."""
        if self._inotify < 0:
            return False
        left = None if not until else max(0, until - time.time_ns()) // 1_000_000 + 1
        if until and time.time_ns() > until:
            return False
        poll = select.poll()
        poll.register(self._inotify, select.POLLIN)
        if poll.poll(left):
            os.read(self._inotify, _BLOCK)
        return True

    def _close_log(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def close(self) -> None:
        self._close_log()
        if self._inotify >= 0:
            os.close(self._inotify)


def _watch(folder: str) -> int:
    """Return what becomes readable when a file in the folder grows or is replaced (inotify(7))."""
    from pod.linux import syscalls as sc

    files.make_folders(folder)
    fd = sc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    sc.inotify_add_watch(fd, folder, sc.IN_MODIFY | sc.IN_MOVED_TO | sc.IN_CREATE)
    return fd
