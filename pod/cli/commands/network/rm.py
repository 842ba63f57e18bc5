"""`pod network rm`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Networks, Option, StopTimeout


def rm(
    context: Context,
    networks: Networks = (),
    force: Annotated[
        bool, Option("--force", "-f", help="Remove the containers on it first; a missing one is no error")
    ] = False,
    timeout: StopTimeout = None,
) -> int:
    """Remove networks.

    A network that a container is on, running or not, stays, and the containers are named.

    Examples:
      pod network rm front
      pod network rm -f front
    """
    from pod.cli.actions.each import for_each
    from pod.cli.parsers.networks import some_networks
    from pod.engine.network.remove import remove_network

    with_containers = force and not context.as_docker

    def remove(name: str) -> None:
        remove_network(context.engine, name, force=with_containers, timeout=timeout)

    return for_each(context, some_networks(networks), remove, ignore_missing=force)
