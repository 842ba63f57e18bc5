"""Reading the log driver json-file: Docker's `{"log":"…\\n","stream":"stdout","time":"…"}` a line."""

from __future__ import annotations

from pod.engine.log_files import LineEnds, LogReader, whole_lines
from pod.linux import jsonfile, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.logs import LogOptions
    from pod.linux.process import ProcessId


def entries(path: str, options: LogOptions, monitor: ProcessId | None) -> Iterator[tuple[str, str, bytes]]:
    """Yield (time, stream, bytes) of a log in Docker's format; lines that a crash has cut off are left out."""
    reader = LogReader(path)
    if options.tail >= 0:
        reader.skip_to_tail(options.tail, LINE_ENDS)
    since = times.from_ns(options.since) if options.since else ""
    if since:
        reader.skip_to_time(lambda line: _time_of(line) < since)
    until = times.from_ns(options.until) if options.until else ""
    for block in whole_lines(reader.blocks(monitor)):
        for line in block.splitlines():
            entry = parse(line)
            if entry is None or entry[0] < since:
                continue
            if until and entry[0] > until:
                return
            yield entry


def parse(line: bytes) -> tuple[str, str, bytes] | None:
    """Return time, stream and bytes of one line; None for one that is broken."""
    try:
        document = jsonfile.loads(line)
        return document["time"], document["stream"], document["log"].encode("utf-8", "surrogateescape")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _time_of(line: bytes) -> str:
    """Return the time at the end of a line, which may be too long to be here whole: then it is not before anything."""
    time = line.rpartition(b'"time":"')[2].partition(b'"')[0]
    return time.decode("ascii", "replace") if len(time) == len(times.from_ns(0)) else "9"


_END = b'\\n","stream":'  # no quote of a program is written without a backslash before it
LINE_ENDS = LineEnds(lambda entry: _END in entry, lambda block: block.count(_END))
