"""`pod stop`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, CidFiles, Containers, Filters, Latest, Option, StopSignal, StopTimeout


def stop(
    context: Context,
    containers: Containers = (),
    all: All = False,
    cidfile: CidFiles = (),
    filters: Filters = (),
    ignore: Annotated[bool, Option("--ignore", "-i", help="Do not complain about containers that are gone")] = False,
    latest: Latest = False,
    signal: StopSignal = "",
    timeout: StopTimeout = None,
) -> int:
    """Stop running containers.

    Each gets its stop signal, and SIGKILL when it takes too long.

    Examples:
      pod stop web
      pod stop -t 2 -a
    """
    from pod.cli.actions.each import for_each
    from pod.cli.actions.selection import select
    from pod.engine.stop import stop as stop_container
    from pod.linux import signals

    number = signals.number(signal) if signal else None

    names = select(
        context,
        containers,
        everything=all,
        latest=latest,
        cidfiles=cidfile,
        filters=filters,
        ignore=ignore,
        fits=lambda found: found.running,
    )
    return for_each(
        context,
        names,
        lambda name: stop_container(context.engine, name, timeout, signal=number),
        ignore_missing=ignore,
    )
