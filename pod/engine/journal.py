"""Reading the log driver journald, through journalctl(1): the journal's files are its own affair."""

from __future__ import annotations

import os
import select
import time

from pod.engine.log_files import monitor_descriptor, whole_lines
from pod.errors import UsageError
from pod.linux import jsonfile, process, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pod.engine.containers import Container
    from pod.engine.logs import LogOptions
    from pod.linux.process import ProcessId

    Entry = tuple[str, str, bytes]

_SIGTERM = 15
_ERROR = "3"  # the priority of what went to stderr (syslog(3))
_LAST_LOOKS = 5  # the journal takes a moment to write what it has been told


def entries(container: Container, options: LogOptions, monitor: ProcessId | None) -> Iterator[Entry]:
    """Yield (time, stream, bytes) of what the journal holds of a container. Raises UsageError without journalctl."""
    reader = _Reader(container)
    words = _bounds(options)
    if monitor is None:
        yield from reader.read(words)
        return
    follower = reader.follow(words, monitor)
    until = times.from_ns(options.until) if options.until else ""
    for entry in follower:
        if until and entry[0] > until:
            return
        yield entry
    for _ in range(_LAST_LOOKS):
        yield from reader.read([f"--after-cursor={reader.cursor}"] if reader.cursor else words)
        time.sleep(0.05)


def _bounds(options: LogOptions) -> list[str]:
    words = []
    if options.since:
        words.append(f"--since=@{options.since // 1_000_000_000}.{options.since // 1000 % 1_000_000:06}")
    if options.until and not options.follow:
        words.append(f"--until=@{options.until // 1_000_000_000}.{options.until // 1000 % 1_000_000:06}")
    return [*words, f"--lines={options.tail if options.tail >= 0 else 'all'}"]


class _Reader:
    """Starts journalctl and remembers how far it has read."""

    def __init__(self, container: Container) -> None:
        if not process.find_program("journalctl"):
            raise UsageError(
                f"cannot read the log of container {container.name} from the journal: journalctl is not installed",
                hint="it comes with the package systemd",
            )
        self._match = f"CONTAINER_ID_FULL={container.id}"
        self.cursor = ""

    def _start(self, words: list[str]) -> tuple[int, int]:
        reader, writer = os.pipe()
        pid = process.spawn(["journalctl", "--quiet", "--all", "--output=json", *words, self._match], stdout=writer)
        os.close(writer)
        return pid, reader

    def read(self, words: list[str]) -> Iterator[Entry]:
        """Yield what there is now."""
        pid, fd = self._start(words)
        try:
            yield from self._parse(iter(lambda: os.read(fd, 1 << 16), b""))
        finally:
            os.close(fd)
            os.waitpid(pid, 0)

    def follow(self, words: list[str], monitor: ProcessId) -> Iterator[Entry]:
        """Yield what there is and what comes, until the monitor has ended."""
        pid, fd = self._start([*words, "--follow"])
        try:
            yield from self._parse(_until_ended(fd, monitor))
        finally:
            os.kill(pid, _SIGTERM)
            os.close(fd)
            os.waitpid(pid, 0)

    def _parse(self, chunks: Iterator[bytes]) -> Iterator[Entry]:
        for block in whole_lines(chunks):
            for line in block.splitlines():
                document = jsonfile.loads(line)
                self.cursor = document["__CURSOR"]
                yield _entry(document)


def _until_ended(fd: int, monitor: ProcessId) -> Iterator[bytes]:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    pidfd = monitor_descriptor(monitor)
    if pidfd >= 0:
        poll.register(pidfd, select.POLLIN)
    try:
        while pidfd >= 0:
            ready = [found for found, _event in poll.poll()]
            if fd in ready:
                data = os.read(fd, 1 << 16)
                if not data:
                    return
                yield data
            elif pidfd in ready:
                return
    finally:
        if pidfd >= 0:
            os.close(pidfd)


def _entry(document: dict[str, Any]) -> Entry:
    """Return an entry of the journal as one of a log; journalctl writes bytes that are no text as numbers."""
    message = document.get("MESSAGE") or ""
    data = bytes(message) if isinstance(message, list) else message.encode("utf-8", "surrogateescape")
    moment = document.get("_SOURCE_REALTIME_TIMESTAMP") or document["__REALTIME_TIMESTAMP"]
    stream = "stderr" if document.get("PRIORITY") == _ERROR else "stdout"
    partial = document.get("CONTAINER_PARTIAL_MESSAGE") == "true"
    return times.from_ns(int(moment) * 1000), stream, data if partial else data + b"\n"
