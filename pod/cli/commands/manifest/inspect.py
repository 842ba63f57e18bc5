"""`pod manifest inspect`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import RegistryFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class InspectFlags(RegistryFlags):
    """The options of `manifest inspect`."""

    name: Annotated[str, Argument(metavar="LIST", help="A list of the store, or a name on a registry")] = ""
    image: Annotated[str, Argument(metavar="[IMAGE]", help="Only this image of the list")] = ""
    insecure: Annotated[bool, Option("--insecure", help="As --tls-verify=false")] = False
    verbose: Annotated[bool, Option("--verbose", "-v", help="Show the manifests that the list has, too")] = False


def inspect(context: Context, flags: InspectFlags) -> int:
    """Show a manifest list, or what a registry has under a name.

    Examples:
      pod manifest inspect app:1
      pod manifest inspect localhost:5000/app
    """
    from pod.cli.actions.manifests.inspect import inspect as inspect_list

    return inspect_list(context, flags)
