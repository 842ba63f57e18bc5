"""`pod restart`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, CidFiles, Containers, Filters, Latest, Option, StopSignal, StopTimeout


def restart(
    context: Context,
    containers: Containers = (),
    all: All = False,
    cidfile: CidFiles = (),
    filters: Filters = (),
    latest: Latest = False,
    running: Annotated[bool, Option("--running", help="With --all, only those that run")] = False,
    signal: StopSignal = "",
    timeout: StopTimeout = None,
) -> int:
    """Restart containers.

    Those that run are stopped first.
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.restart import restart as restart_container
    from pod.linux import signals

    number = signals.number(signal) if signal else None

    names = select(
        context,
        containers,
        everything=all or running,
        latest=latest,
        cidfiles=cidfile,
        filters=filters,
        fits=lambda found: found.running or not running,
    )
    return for_each(context, names, lambda name: restart_container(context.engine, name, timeout, signal=number))
