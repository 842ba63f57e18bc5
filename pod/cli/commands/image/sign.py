"""`pod image sign`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Images, Option


def sign(
    context: Context,
    images: Images,
    all: Annotated[bool, Option("--all", "-a", help="Refused: each name is signed as what it leads to")] = False,
    authfile: Annotated[str, Option("--authfile", metavar="FILE", help="File with the credentials")] = "",
    cert_dir: Annotated[str, Option("--cert-dir", metavar="FOLDER", help="Folder with certificates and keys")] = "",
    directory: Annotated[
        str, Option("--directory", "-d", metavar="FOLDER", help="Write signatures here, not where registries.d says")
    ] = "",
    sign_by: Annotated[str, Option("--sign-by", metavar="KEY", help="Key of GnuPG that signs")] = "",
) -> int:
    """Sign images that are on a registry, with a key of GnuPG.

    The signature is written below the folder that registries.d names, by default ~/.local/share/containers/sigstore;
    a policy (`pod image trust`) may then insist on it.

    Examples:
      pod image sign --sign-by ann@example.org registry.example.com/team/app:1
    """
    from pod.cli.actions.images.sign import sign as sign_images

    return sign_images(images, sign_by, directory, authfile, cert_dir)
