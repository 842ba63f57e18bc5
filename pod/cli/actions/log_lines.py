"""What `logs` does: the engine's entries to this command's own stdout and stderr, with what was asked before them."""

from __future__ import annotations

from pod.cli.parsers import invalid
from pod.engine import containers
from pod.linux import files
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.engine.containers import Container
    from pod.engine.logs import LogOptions

_DESCRIPTORS = {"stdout": 1, "stderr": 2}
_COLORS = tuple(b"\x1b[%dm" % number for number in (37, 31, 33, 34, 35, 36, 32))  # in Podman's order


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
        since=_time("--since", view.since),
        until=_time("--until", view.until),
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


def _time(option: str, text: str) -> int:
    if not text:
        return 0
    from pod.cli.parsers.durations import parse_time

    return parse_time(option, text)


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
    from pod.engine.log_blocks import Prefix
    from pod.engine.logs import output

    prefix = Prefix(
        label=f"{container.name if view.names else container.id[:12]} ".encode() if several else b"",
        timestamps=view.timestamps,
        details=_details(container).encode() if view.details else b"",
        color=color if view.color else b"",
    )

    def task() -> None:
        shown = output(context.engine, container.id, options, None if prefix == Prefix() else prefix)
        for stream, data in shown:
            files.write_all(_DESCRIPTORS[stream], data)

    return task


def _details(container: Container) -> str:
    """Return the labels and variables that --log-opt labels= and env= name, as Docker shows them."""
    from pod.engine import log_options

    return ",".join(f"{key}={value}" for key, value in log_options.extra(container.record).items()) + " "


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
