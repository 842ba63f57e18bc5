"""Options of `run` and `create`: how much of this machine the container may use."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class LimitFlags(Record):
    """Options about how much of this machine the container may use, as typed."""

    oom_score_adj: Annotated[
        int | None,
        Option(
            "--oom-score-adj",
            metavar="NUMBER",
            help="Die sooner (1000) or later of a full memory",
            rich_help_panel="Limit",
        ),
    ] = None
    shm_size: Annotated[
        str | None, Option("--shm-size", metavar="SIZE", help="Size of /dev/shm (64m)", rich_help_panel="Limit")
    ] = None
    sysctl: Annotated[
        tuple[str, ...],
        Option("--sysctl", metavar="KEY=VALUE", help="Set a parameter of the kernel's", rich_help_panel="Limit"),
    ] = ()
    ulimit: Annotated[
        tuple[str, ...],
        Option("--ulimit", metavar="NAME=SOFT[:HARD]", help="Set a resource limit", rich_help_panel="Limit"),
    ] = ()
