"""`pod manifest create`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def create(
    context: Context,
    name: Annotated[str, Argument(metavar="LIST", help="Name for the list")],
    images: Annotated[tuple[str, ...], Argument(metavar="[IMAGE...]", help="Images here or on a registry")] = (),
    all: Annotated[bool, Option("--all", help="Of images that are lists, add everything in them")] = False,
    amend: Annotated[bool, Option("--amend", "-a", help="Change the list if it is there already")] = False,
    annotation: Annotated[
        tuple[str, ...], Option("--annotation", metavar="KEY=VALUE", help="Describe the list; repeat for more")
    ] = (),
    insecure: Annotated[bool, Option("--insecure", help="As --tls-verify=false")] = False,
    tls_verify: Annotated[
        bool | None, Option("--tls-verify", help="Insist on TLS with a trusted certificate; =false does without")
    ] = None,
) -> int:
    """Make a manifest list: images for several platforms under one name.

    Images are taken from the store, or from a registry where they stay.

    Examples:
      pod manifest create app:1 app:1-amd64 app:1-arm64
      pod manifest create --all localhost:5000/app docker://localhost:5000/app:1
    """
    from pod.cli.actions.manifests.edit import create as create_list

    verify = False if insecure else tls_verify
    return create_list(context, name, images, all=all, amend=amend, annotations=annotation, tls_verify=verify)
