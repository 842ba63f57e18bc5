"""`pod cp`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def cp(
    context: Context,
    source: Annotated[str, Argument(metavar="[CONTAINER:]SOURCE|-", help="What to copy; - is an archive on stdin")],
    target: Annotated[str, Argument(metavar="[CONTAINER:]TARGET|-", help="Where to; - is an archive on stdout")],
    archive: Annotated[
        bool | None,
        Option("--archive", "-a", help="Give files to the user that the container runs as; on unless =false"),
    ] = None,
    follow_link: Annotated[bool, Option("--follow-link", "-L", help="Copy what the source links to")] = False,
    overwrite: Annotated[bool, Option("--overwrite", help="Let folders and files replace each other")] = False,
    quiet: Annotated[bool, Option("--quiet", "-q", help="Say nothing, as always")] = False,
) -> int:
    """Copy files and folders between containers and this machine.

    Containers may run or not. A folder is copied as a whole; with `/.` behind it, what is in it. Where the target is a
    folder, the copy goes into it. A relative path of a container begins at its working directory.

    Examples:
      pod cp web:/etc/nginx/nginx.conf .
      pod cp site/. web:/usr/share/nginx/html
      pod cp web:/var/log - | tar tv
    """
    from pod.cli.parsers.copy_ends import copy_end
    from pod.engine.cp import CopyOptions, copy

    options = CopyOptions(
        keep_owners=not (not context.as_docker if archive is None else archive),
        follow=follow_link or not context.as_docker,  # Podman follows links always, Docker when asked to
        overwrite=overwrite,
        from_root=context.as_docker,
    )
    copy(context.engine, copy_end(source), copy_end(target), options)
    return 0
