"""`pod wait`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Containers, Latest, Option


def wait(
    context: Context,
    containers: Containers = (),
    condition: Annotated[
        tuple[str, ...],
        Option("--condition", metavar="STATUS", help="stopped, running, exited, removed …; repeat for alternatives"),
    ] = (),
    ignore: Annotated[bool, Option("--ignore", help="Print -1 for containers that are gone")] = False,
    interval: Annotated[
        str, Option("--interval", "-i", metavar="DURATION", help="How often to look, where a container does not tell")
    ] = "250ms",
    latest: Latest = False,
) -> int:
    """Wait until containers have exited.

    Their exit codes are printed.
    """
    from pod.cli.actions.selection import select
    from pod.cli.actions.wait_conditions import parse_conditions, wait_until
    from pod.cli.parsers.durations import parse_duration
    from pod.errors import NoSuchContainer

    conditions = parse_conditions(condition)
    pause = parse_duration("--interval", interval, bare="ms")
    for name in select(context, containers, latest=latest):
        try:
            print(wait_until(context, name, conditions, pause), flush=True)
        except NoSuchContainer:
            if not ignore:
                raise
            print(-1, flush=True)
    return 0
