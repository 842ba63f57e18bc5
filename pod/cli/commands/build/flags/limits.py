"""Options of `build`: what the containers of RUN may use."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.options import Option


class LimitFlags(Record):
    """Options about what the containers of RUN may use, as typed. They do not count for the cache."""

    memory: Annotated[
        str, Option("--memory", "-m", metavar="SIZE", help="Memory, such as 512m", rich_help_panel="Limit of RUN")
    ] = ""
    memory_swap: Annotated[
        str,
        Option(
            "--memory-swap", metavar="SIZE", help="Memory and swap together; -1: any", rich_help_panel="Limit of RUN"
        ),
    ] = ""
    cpu_period: Annotated[
        int | None,
        Option("--cpu-period", metavar="MICROSECONDS", help="Length of a period", rich_help_panel="Limit of RUN"),
    ] = None
    cpu_quota: Annotated[
        int | None,
        Option(
            "--cpu-quota", metavar="MICROSECONDS", help="Processor time in a period", rich_help_panel="Limit of RUN"
        ),
    ] = None
    cpu_shares: Annotated[
        int | None,
        Option(
            "--cpu-shares",
            "-c",
            metavar="SHARES",
            help="Share of the processors (1024)",
            rich_help_panel="Limit of RUN",
        ),
    ] = None
    cpuset_cpus: Annotated[
        str, Option("--cpuset-cpus", metavar="LIST", help="Only these processors", rich_help_panel="Limit of RUN")
    ] = ""
    cpuset_mems: Annotated[
        str, Option("--cpuset-mems", metavar="LIST", help="Only these memory nodes", rich_help_panel="Limit of RUN")
    ] = ""
    cgroup_parent: Annotated[
        str,
        Option(
            "--cgroup-parent",
            metavar="PATH",
            help="Control group of yours to make theirs in",
            rich_help_panel="Limit of RUN",
        ),
    ] = ""
    shm_size: Annotated[
        str | None, Option("--shm-size", metavar="SIZE", help="Size of /dev/shm (64m)", rich_help_panel="Limit of RUN")
    ] = None
    ulimit: Annotated[
        tuple[str, ...],
        Option("--ulimit", metavar="NAME=SOFT[:HARD]", help="Set a resource limit", rich_help_panel="Limit of RUN"),
    ] = ()
