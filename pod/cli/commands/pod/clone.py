"""`pod pod clone`."""

from __future__ import annotations

from pod.cli.commands.pod.flags import InfraFlags, MemberFlags, PodLimitFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class PodCloneFlags(PodLimitFlags, MemberFlags, InfraFlags, kw_only=True):
    """The options of `pod clone`."""

    pod: Annotated[str, Argument(metavar="POD", help="Name or id of the pod to take after")]
    pod_name: Annotated[str, Argument(metavar="NAME", help="Name of the new pod, as --name")] = ""
    destroy: Annotated[bool, Option("--destroy", help="Remove the first pod")] = False
    name: Annotated[str, Option("--name", "-n", metavar="NAME", help="Name of the new pod")] = ""
    start: Annotated[bool, Option("--start", help="Start the new pod")] = False


def clone(context: Context, flags: PodCloneFlags) -> int:
    """Make a pod like another one, with containers like that one's.

    Its id is printed. What options say holds in place of what the first pod was made with.

    Examples:
      pod pod clone web web2
      pod pod clone --destroy --start --name web web-old
    """
    from pod.cli.actions.pods.clone import clone_pod

    return clone_pod(context, flags)
