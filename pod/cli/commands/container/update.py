"""`pod update`."""

from __future__ import annotations

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
    blkio_weight: Annotated[str, Option("--blkio-weight", metavar="WEIGHT", help="Refused, see below")] = "",
    cpu_period: Annotated[str, Option("--cpu-period", metavar="MICROSECONDS", help="Refused")] = "",
    cpu_quota: Annotated[str, Option("--cpu-quota", metavar="MICROSECONDS", help="Refused")] = "",
    cpu_shares: Annotated[str, Option("--cpu-shares", "-c", metavar="WEIGHT", help="Refused")] = "",
    cpus: Annotated[str, Option("--cpus", metavar="NUMBER", help="Refused")] = "",
    cpuset_cpus: Annotated[str, Option("--cpuset-cpus", metavar="LIST", help="Refused")] = "",
    cpuset_mems: Annotated[str, Option("--cpuset-mems", metavar="LIST", help="Refused")] = "",
    memory: Annotated[str, Option("--memory", "-m", metavar="SIZE", help="Refused")] = "",
    memory_reservation: Annotated[str, Option("--memory-reservation", metavar="SIZE", help="Refused")] = "",
    memory_swap: Annotated[str, Option("--memory-swap", metavar="SIZE", help="Refused")] = "",
    pids_limit: Annotated[str, Option("--pids-limit", metavar="NUMBER", help="Refused")] = "",
) -> int:
    """Change the restart policy of containers.

    Limits are kept by control groups, and containers have none of their own
    in this version of pod: they are refused.

    Examples:
      pod update --restart on-failure:3 web
    """
    from pod.cli.actions.update import update_containers

    limits = {
        "--blkio-weight": blkio_weight,
        "--cpu-period": cpu_period,
        "--cpu-quota": cpu_quota,
        "--cpu-shares": cpu_shares,
        "--cpus": cpus,
        "--cpuset-cpus": cpuset_cpus,
        "--cpuset-mems": cpuset_mems,
        "--memory": memory,
        "--memory-reservation": memory_reservation,
        "--memory-swap": memory_swap,
        "--pids-limit": pids_limit,
    }
    refused = [option for option, value in limits.items() if value]
    return update_containers(context, containers, latest=latest, restart=restart, refused=refused)
