"""`pod kill`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, CidFiles, Containers, Latest, Option


def kill(
    context: Context,
    containers: Containers = (),
    all: All = False,
    cidfile: CidFiles = (),
    latest: Latest = False,
    signal: Annotated[str, Option("--signal", "-s", metavar="SIGNAL", help="Name or number")] = "KILL",
) -> int:
    """Send a signal to running containers.

    It is SIGKILL unless another one is named.
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.stop import kill as kill_container
    from pod.linux import signals

    number = signals.number(signal)
    names = select(
        context, containers, everything=all, latest=latest, cidfiles=cidfile, fits=lambda found: found.running
    )
    return for_each(context, names, lambda name: kill_container(context.engine, name, number))
