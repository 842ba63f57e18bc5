"""`pod images`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Filters, Format, NoTrunc, Option, Quiet


def ls(
    context: Context,
    image: Annotated[str, Argument(metavar="[IMAGE]", help="Only images of this name, with or without a tag")] = "",
    all: Annotated[bool, Option("--all", "-a", help="Accepted for scripts: pod keeps no intermediate images")] = False,
    digests: Annotated[bool, Option("--digests", help="Show the digests of the manifests")] = False,
    filters: Filters = (),
    format: Format = "",
    history: Annotated[
        bool, Option("--history", help="Refused: pod does not keep the names that an image had before")
    ] = False,
    no_trunc: NoTrunc = False,
    noheading: Annotated[bool, Option("--noheading", "-n", help="Leave out the line of headings")] = False,
    quiet: Quiet = False,
    sort: Annotated[str, Option("--sort", metavar="COLUMN", help="created, id, repository, size or tag")] = "",
    tree: Annotated[bool, Option("--tree", help="The platforms of each image below its names")] = False,
) -> int:
    """List images.

    Filters: after, before, containers, dangling, digest, id, intermediate, label, readonly, reference, since, until.

    Examples:
      pod images
      pod images -f reference='debian:*' --format '{{.Tag}} {{.Size}}'
    """
    from pod.cli.actions.images.ls import ls as list_images

    return list_images(
        context,
        image=image,
        all=all,
        digests=digests,
        filters=filters,
        format=format,
        no_trunc=no_trunc,
        noheading=noheading,
        quiet=quiet,
        sort=sort,
        tree=tree,
    )
