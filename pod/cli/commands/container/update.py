"""`pod update`."""

from __future__ import annotations

_NO_LIMITS = "Refused: containers have no control groups of their own to be limited"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Containers, Latest, Option


def update(
    context: Context,
    containers: Containers = (),
    latest: Latest = False,
    restart: Annotated[
        str, Option("--restart", metavar="POLICY", help="no, always, unless-stopped, on-failure[:N]")
    ] = "",
    blkio_weight: Annotated[str, Option("--blkio-weight", metavar="WEIGHT", help=_NO_LIMITS)] = "",
    cpu_period: Annotated[str, Option("--cpu-period", metavar="MICROSECONDS", help=_NO_LIMITS)] = "",
    cpu_quota: Annotated[str, Option("--cpu-quota", metavar="MICROSECONDS", help=_NO_LIMITS)] = "",
    cpu_shares: Annotated[str, Option("--cpu-shares", "-c", metavar="WEIGHT", help=_NO_LIMITS)] = "",
    cpus: Annotated[str, Option("--cpus", metavar="NUMBER", help=_NO_LIMITS)] = "",
    cpuset_cpus: Annotated[str, Option("--cpuset-cpus", metavar="LIST", help=_NO_LIMITS)] = "",
    cpuset_mems: Annotated[str, Option("--cpuset-mems", metavar="LIST", help=_NO_LIMITS)] = "",
    memory: Annotated[str, Option("--memory", "-m", metavar="SIZE", help=_NO_LIMITS)] = "",
    memory_reservation: Annotated[str, Option("--memory-reservation", metavar="SIZE", help=_NO_LIMITS)] = "",
    memory_swap: Annotated[str, Option("--memory-swap", metavar="SIZE", help=_NO_LIMITS)] = "",
    pids_limit: Annotated[str, Option("--pids-limit", metavar="NUMBER", help=_NO_LIMITS)] = "",
) -> int:
    """Change the restart policy of containers.

    Examples:
      pod update --restart on-failure:3 web
    """
    from pod.cli.actions.update import update_containers

    return update_containers(context, containers, latest=latest, restart=restart)
