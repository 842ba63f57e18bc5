"""`pod container runlabel`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import TransferFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class RunLabelFlags(TransferFlags):
    """The options of `container runlabel`."""

    label: Annotated[str, Argument(metavar="LABEL", help="The label that holds the command")] = ""
    image: Annotated[str, Argument(metavar="IMAGE", help="Name or id of the image")] = ""
    arguments: Annotated[tuple[str, ...], Argument(metavar="[ARG...]", help="Further words of the command")] = ()
    display: Annotated[bool, Option("--display", help="Print the command only")] = False
    name: Annotated[str, Option("--name", "-n", metavar="NAME", help="Name of the container: $NAME in the command")] = (
        ""
    )
    replace_existing: Annotated[bool, Option("--replace", help="Remove the container that has the name now")] = False


def runlabel(context: Context, flags: RunLabelFlags) -> int:
    """Run the command that a label of an image holds.

    With `docker` or `podman` as its first word it is one for this program; IMAGE, NAME and PWD in it are replaced. The
    image is fetched where it is missing.

    Examples:
      pod container runlabel --display run tools
    """
    from pod.cli.actions.runlabel import run_label

    return run_label(context, flags)
