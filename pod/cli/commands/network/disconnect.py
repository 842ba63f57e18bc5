"""`pod network disconnect`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import OneContainer, OneNetwork, Option


def disconnect(
    context: Context,
    network: OneNetwork,
    container: OneContainer,
    force: Annotated[bool, Option("--force", "-f", help="A container that is not on it is no error")] = False,
) -> int:
    """Take a container off a network, at once where it runs.

    Examples:
      pod network disconnect back web
    """
    from pod.engine.network.connect import disconnect as disconnect_container

    disconnect_container(context.engine, network, container, force=force)
    return 0
