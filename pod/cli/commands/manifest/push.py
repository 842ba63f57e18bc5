"""`pod manifest push`."""

from __future__ import annotations

from pod.cli.commands.image.push import CompressionFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class ManifestPushFlags(CompressionFlags):
    """The options of `manifest push`."""

    name: Annotated[str, Argument(metavar="LIST", help="Name of the list")] = ""
    destination: Annotated[str, Argument(metavar="[NAME]", help="Where to, if not to where its name says")] = ""
    add_compression: Annotated[
        tuple[str, ...],
        Option(
            "--add-compression",
            metavar="NAME",
            help="Push every image compressed so as well: gzip, zstd or zstd:chunked",
        ),
    ] = ()
    all: Annotated[bool, Option("--all", help="Push the images, too; on unless =false")] = True
    insecure: Annotated[bool, Option("--insecure", help="As --tls-verify=false")] = False
    rm: Annotated[bool, Option("--rm", "--purge", "-p", help="Remove the list when it is pushed")] = False


def push(context: Context, flags: ManifestPushFlags) -> int:
    """Push a manifest list and the images in it.

    Images that are on another registry are copied from there.

    Examples:
      pod manifest push app:1 localhost:5000/app:1
    """
    from pod.cli.actions.manifests.push import push as push_list

    return push_list(context, flags)
