"""Options of `run` and `create`: how much of this machine the container may use."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class LimitFlags(Record):
    """Options about how much of this machine the container may use, as typed."""

    cgroup_parent: Annotated[
        str,
        Option("--cgroup-parent", metavar="PATH", help="Put its control group into this one", rich_help_panel="Limit"),
    ] = ""
    cgroups: Annotated[
        Literal["enabled", "disabled", "no-conmon", "split"],
        Option(
            "--cgroups",
            metavar="MODE",
            help="A control group for it: enabled, disabled, no-conmon, split",
            rich_help_panel="Limit",
        ),
    ] = "enabled"
    kernel_memory: Annotated[
        str,
        Option(
            "--kernel-memory",
            metavar="SIZE",
            help="Refused: the kernel has dropped this limit; --memory counts its own memory, too",
            rich_help_panel="Limit",
        ),
    ] = ""
    oom_kill_disable: Annotated[
        bool,
        Option(
            "--oom-kill-disable",
            help="Refused: control groups of version 2 cannot wait for memory",
            rich_help_panel="Limit",
        ),
    ] = False
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
    shm_size_systemd: Annotated[
        str, Option("--shm-size-systemd", metavar="SIZE", help="Size of what --systemd mounts", rich_help_panel="Limit")
    ] = ""
    ulimit: Annotated[
        tuple[str, ...],
        Option("--ulimit", metavar="NAME=SOFT[:HARD]", help="Set a resource limit", rich_help_panel="Limit"),
    ] = ()
