"""`run`: create and start in one go."""

from __future__ import annotations

from pod.engine import attach, create, handover, start
from pod.engine.attach import AttachOptions
from pod.engine.handover import Handover
from pod.engine.options import CreateOptions
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine


class RunResult(Record):
    """The container's id, and its exit code: 0 for one that goes on in the background."""

    id: str
    exit_code: int


def run(
    engine: Engine,
    options: CreateOptions,
    attachment: AttachOptions | None,
    created: Callable[[str], None] | None = None,
    handover: Handover = handover.NOTHING,
) -> RunResult:
    """Make a container and start it; attached until its end, or in the background where `attachment` is None.

    `created` is called with the id as soon as the program runs. Raises what create and start raise; a container that
    could not be started stays for a look unless it was to be removed.
    """
    record = create.create(engine, options, to_run=True)
    start.start_required(engine, record)
    streams = b"" if attachment is None else attachment.wanted
    sock, pid = start.launch_monitor(engine, record.id, streams, handover)
    if created is not None:
        created(record.id)
    if attachment is None:
        sock.close()
        return RunResult(record.id, 0)
    return RunResult(record.id, attach.converse(record, sock, attach.possible(record, attachment), pid, starter=True))
