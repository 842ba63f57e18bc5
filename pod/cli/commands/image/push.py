"""`pod push`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import TransferFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class PushFlags(TransferFlags):
    """The options of `push`."""

    image: Annotated[str, Argument(metavar="IMAGE", help="Name or id")] = ""
    destination: Annotated[str, Argument(metavar="[NAME]", help="Where to, if not to where its name says")] = ""
    all_tags: Annotated[bool, Option("--all-tags", "-a", help="Every tag of the repository")] = False
    digestfile: Annotated[str, Option("--digestfile", metavar="FILE", help="Write the manifest's digest to it")] = ""
    format: Annotated[
        Literal["", "oci", "v2s2"], Option("--format", "-f", metavar="FORMAT", help="Type of the manifest: oci or v2s2")
    ] = ""
    remove_signatures: Annotated[
        bool, Option("--remove-signatures", help="Accepted for scripts: pod keeps no signatures")
    ] = False


def push(context: Context, flags: PushFlags) -> int:
    """Send an image to a registry.

    What the registry has is not sent again. The digest of an image that was pulled stays what it was.

    Examples:
      pod push localhost:5000/app
      pod push app registry.example.com/team/app:1.2
    """
    from pod.cli.actions.registry.push import push as push_image

    return push_image(context, flags)
