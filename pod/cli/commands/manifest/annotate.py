"""`pod manifest annotate`."""

from __future__ import annotations

from pod.cli.commands.manifest.add import DescriptionFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class AnnotateFlags(DescriptionFlags):
    """The options of `manifest annotate`."""

    name: Annotated[str, Argument(metavar="LIST", help="Name of the list")] = ""
    image: Annotated[str, Argument(metavar="IMAGE", help="Digest or name of what is in it")] = ""
    index: Annotated[bool, Option("--index", help="Describe the list itself")] = False
    subject: Annotated[str, Option("--subject", metavar="IMAGE", help="With --index: what the list is about")] = ""


def annotate(context: Context, flags: AnnotateFlags) -> int:
    """Describe an image of a manifest list, or with --index the list itself.

    Examples:
      pod manifest annotate --arch arm64 --variant v8 app:1 app:1-arm64
      pod manifest annotate --index --annotation com.example.ready=yes app:1
    """
    from pod.cli.actions.manifests.edit import annotate as annotate_list

    return annotate_list(context, flags)
