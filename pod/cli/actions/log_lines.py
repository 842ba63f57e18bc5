"""What `logs` does: the engine's entries to this command's own stdout and stderr, with what was asked before them."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.cli.parsers.durations import parse_time
from pod.engine import containers
from pod.linux import files
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.engine.containers import Container
    from pod.engine.logs import LogLine, LogOptions

_DESCRIPTORS = {"stdout": 1, "stderr": 2}
_BUFFER = 1 << 16
_COLORS = tuple(b"\x1b[%dm" % number for number in (37, 31, 33, 34, 35, 36, 32))  # in Podman's order
_PLAIN = b"\x1b[0m"


class LogView(Record):
    """The options of `logs`."""

    follow: bool
    since: str
    until: str
    tail: str
    timestamps: bool
    names: bool
    details: bool
    color: bool


def show_logs(context: Context, names: Sequence[str], view: LogView) -> int:
    """Print the logs; those of several containers one after the other, or mixed as they come with --follow."""
    from pod.engine.logs import LogOptions

    options = LogOptions(
        follow=view.follow,
        since=parse_time("--since", view.since) if view.since else 0,
        until=parse_time("--until", view.until) if view.until else 0,
        tail=_tail(view.tail),
    )
    found = [containers.find(context.engine.layout, name) for name in names]
    tasks = [
        _task(context, container, view, options, several=len(found) > 1, color=_COLORS[n % len(_COLORS)])
        for n, container in enumerate(found)
    ]
    if view.follow and len(tasks) > 1:
        _together(tasks)
    else:
        for task in tasks:
            task()
    return 0


def _tail(text: str) -> int:
    if text in ("all", "-1"):
        return -1
    if not (text.isascii() and text.isdigit()):
        raise invalid("--tail", text, "it is a number of lines, or all")
    return int(text)


def _task(
    context: Context, container: Container, view: LogView, options: LogOptions, *, several: bool, color: bytes
) -> Callable[[], None]:
    """Return a function that prints one container's log."""
    from pod.engine.logs import logs, output

    label = (container.name if view.names else container.id[:12]) + " " if several else ""
    details = _details(container) if view.details else ""

    def prefix(line: LogLine) -> bytes:
        return f"{label}{line.time + ' ' if view.timestamps else ''}{details}".encode()

    def task() -> None:
        if not (label or view.timestamps or details or view.color):
            for stream, data in output(context.engine, container.id, options):
                files.write_all(_DESCRIPTORS[stream], data)
            return
        printer = _Printer(prefix, at_once=view.follow, color=color if view.color else b"")
        try:
            for line in logs(context.engine, container.id, options):
                printer.add(line)
        finally:
            printer.flush()

    return task


def _details(container: Container) -> str:
    """Return the labels and variables that --log-opt labels= and env= name, as Docker shows them."""
    record = container.record
    options = record.log.options
    variables = dict(item.split("=", 1) for item in record.env if "=" in item)
    shown = [f"{key}={record.labels[key]}" for key in options.get("labels", "").split(",") if key in record.labels]
    shown += [f"{key}={variables[key]}" for key in options.get("env", "").split(",") if key in variables]
    return ",".join(shown) + " "


class _Printer:
    """Writes entries to their streams in order; few large writes, unless someone is watching."""

    def __init__(self, prefix: Callable[[LogLine], bytes], *, at_once: bool, color: bytes) -> None:
        self._prefix = prefix
        self._color = color
        self._at_once = at_once
        self._stream = "stdout"
        self._pending = bytearray()
        self._inside_line = {"stdout": False, "stderr": False}

    def add(self, line: LogLine) -> None:
        if line.stream != self._stream:
            self.flush()
            self._stream = line.stream
        self._pending += self._color
        if not self._inside_line[line.stream]:
            self._pending += self._prefix(line)
        whole = line.data.endswith(b"\n")
        self._inside_line[line.stream] = not whole
        if self._color:
            self._pending += line.data.removesuffix(b"\n") + _PLAIN + b"\n" * whole
        else:
            self._pending += line.data
        if self._at_once or len(self._pending) > _BUFFER:
            self.flush()

    def flush(self) -> None:
        pending, self._pending = self._pending, bytearray()
        if pending:
            files.write_all(_DESCRIPTORS[self._stream], memoryview(pending))


def _together(tasks: Sequence[Callable[[], None]]) -> None:
    """Run the tasks side by side. Nothing forks after this, so threads do no harm."""
    import threading

    errors: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as err:
            errors.append(err)

    threads = [threading.Thread(target=guarded, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
