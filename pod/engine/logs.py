"""`logs`: what a container has written, from its log, and what it goes on writing."""

from __future__ import annotations

from pod.engine import containers, log_blocks, log_options
from pod.engine.log_files import LogReader, whole_lines
from pod.errors import UsageError
from pod.linux import times
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.linux.process import ProcessId


class LogOptions(Record):
    """Which part of a log; times are nanoseconds since the epoch, 0 for no bound; a negative tail is everything."""

    follow: bool = False
    since: int = 0
    until: int = 0
    tail: int = -1


def output(
    engine: Engine, name: str, options: LogOptions, prefix: log_blocks.Prefix | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield what a container's log holds as (stream, bytes), whole blocks at a time, with a prefix before each line.

    Raises NoSuchContainer, UsageError.
    """
    container = _container(engine, name)
    if container.record.log.driver == "k8s-file":
        blocks: Iterable[bytes] = _blocks(engine, container, options)
    else:
        blocks = (log_blocks.block_of(*entry) for entry in _entries(engine, container, options))
    if prefix is None:
        for block in blocks:
            yield from log_blocks.contents(block)
    else:
        prefixer = log_blocks.Prefixer(prefix)
        for block in blocks:
            yield from prefixer.contents(block)


def _container(engine: Engine, name: str) -> Container:
    container = containers.find(engine.layout, name)
    driver = container.record.log.driver
    if driver not in log_options.READABLE:
        raise UsageError(f"container {container.name} keeps no log: it was made with --log-driver {driver}")
    return container


def _monitor(container: Container, options: LogOptions) -> ProcessId | None:
    return container.state.monitor if container.running and options.follow else None


def _entries(engine: Engine, container: Container, options: LogOptions) -> Iterator[tuple[str, str, bytes]]:
    """Yield (time, stream, bytes) of a log that is not in the format k8s-file."""
    if container.record.log.driver == "journald":
        from pod.engine import journal

        return journal.entries(container, options, _monitor(container, options))
    from pod.engine import docker_log

    path = log_options.path(engine.layout, container.record)
    return docker_log.entries(path, options, _monitor(container, options))


def _blocks(engine: Engine, container: Container, options: LogOptions) -> Iterator[bytes]:
    """Yield whole lines of the format k8s-file, many at a time, those asked for only."""
    reader = LogReader(log_options.path(engine.layout, container.record))
    if options.tail >= 0:
        reader.skip_to_tail(options.tail, log_blocks.LINE_ENDS)
    if options.since:
        since = times.from_ns(options.since).encode()
        reader.skip_to_time(lambda line: line[: len(since)] < since)
    until = times.from_ns(options.until).encode() if options.until else b""
    for block in whole_lines(reader.blocks(_monitor(container, options))):
        if until and block[block.rfind(b"\n", 0, -1) + 1 :][: len(until)] > until:
            yield _up_to(block, until)
            return
        yield block


def _up_to(block: bytes, until: bytes) -> bytes:
    lines = block.splitlines(keepends=True)
    return b"".join(line for line in lines if line[: len(until)] <= until)
