"""`pod stats`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import All, Containers, Format, Latest, NoTrunc, Option


def stats(
    context: Context,
    containers: Containers = (),
    all: All = False,
    format: Format = "",
    interval: Annotated[int, Option("--interval", "-i", metavar="SECONDS", help="How long between two looks (5)")] = 5,
    latest: Latest = False,
    no_reset: Annotated[bool, Option("--no-reset", help="Go on below instead of in the same place")] = False,
    no_stream: Annotated[bool, Option("--no-stream", help="Look once")] = False,
    no_trunc: NoTrunc = False,
) -> int:
    """Show what containers use: processor, memory, network, disk.

    All that run are shown, unless some are named. Numbers are summed over
    the processes of a container; memory that processes share counts once.

    Examples:
      pod stats --no-stream
      pod stats --format '{{.Name}} {{.CPUPerc}} {{.MemUsage}}' web
    """
    from pod.cli.actions.selection import select
    from pod.cli.actions.stats import StatsView, show_stats

    view = StatsView(
        names=select(context, containers, latest=latest, everything=all) if containers or latest else (),
        all=all,
        format=format,
        interval=interval,
        reset=not no_reset,
        stream=not no_stream,
        truncate=not no_trunc,
    )
    return show_stats(context, view)
