"""`pod update`."""

from __future__ import annotations

from pod.cli.commands.container.create_flags.health import HealthFlags
from pod.cli.commands.container.create_flags.resources import ResourceFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Containers, Latest, Option


class UpdateFlags(ResourceFlags, HealthFlags):
    """The options of `update`."""

    containers: Containers = ()
    latest: Latest = False
    restart: Annotated[
        str, Option("--restart", metavar="POLICY", help="no, always, unless-stopped, on-failure[:N]")
    ] = ""


def update(context: Context, flags: UpdateFlags) -> int:
    """Change the limits, the restart policy and the health check of containers.

    Limits count at once where the container runs and has a control group of its own, else from its next start on.
    Another health check begins after the next run of the old one; a first one begins at the next start.

    Examples:
      pod update --restart on-failure:3 web
      pod update --memory 512m --cpus 1.5 web
      pod update --health-interval 5s web
    """
    from pod.cli.actions.update import update_containers

    return update_containers(context, flags)
