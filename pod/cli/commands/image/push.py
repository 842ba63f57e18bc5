"""`pod push`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import TransferFlags

_NO_ENCRYPTION = "Refused: pod cannot encrypt layers"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class CompressionFlags(TransferFlags):
    """What the layers and the manifest of an image are to be on the registry."""

    compression_format: Annotated[
        Literal["", "gzip", "zstd", "zstd:chunked"],
        Option("--compression-format", metavar="NAME", help="Compress layers with gzip, zstd or zstd:chunked"),
    ] = ""
    compression_level: Annotated[
        int | None, Option("--compression-level", metavar="NUMBER", help="gzip: 1 to 9; zstd: 1 to 22")
    ] = None
    force_compression: Annotated[
        bool | None,
        Option("--force-compression", help="Compress anew what is compressed otherwise; =false leaves it"),
    ] = None
    format: Annotated[
        Literal["", "oci", "v2s2", "docker"],
        Option("--format", "-f", metavar="FORMAT", help="Type of the manifest: oci or v2s2"),
    ] = ""
    digestfile: Annotated[str, Option("--digestfile", metavar="FILE", help="Write the manifest's digest to it")] = ""
    remove_signatures: Annotated[bool, Option("--remove-signatures", help="Push no signatures")] = False


class PushFlags(CompressionFlags):
    """The options of `push`."""

    image: Annotated[str, Argument(metavar="IMAGE", help="Name or id")] = ""
    destination: Annotated[str, Argument(metavar="[NAME]", help="Where to, if not to where its name says")] = ""
    all_tags: Annotated[bool, Option("--all-tags", "-a", help="Every tag of the repository")] = False
    compress: Annotated[
        bool, Option("--compress", help="Accepted for scripts: registries get compressed layers anyway")
    ] = False
    encrypt_layer: Annotated[str, Option("--encrypt-layer", metavar="NUMBERS", help=_NO_ENCRYPTION)] = ""
    encryption_key: Annotated[str, Option("--encryption-key", metavar="KEY", help=_NO_ENCRYPTION)] = ""
    platform: Annotated[
        str, Option("--platform", metavar="OS/ARCH", help="Push only if the image is for that platform")
    ] = ""
    sign_by: Annotated[str, Option("--sign-by", metavar="KEY", help="Sign the image with this key of GnuPG")] = ""
    sign_passphrase_file: Annotated[
        str, Option("--sign-passphrase-file", metavar="FILE", help="File with the passphrase of that key")
    ] = ""


def push(context: Context, flags: PushFlags) -> int:
    """Send an image to a registry.

    What the registry has is not sent again. The digest of an image that was pulled stays what it was. Layers that
    are not compressed yet are, with gzip unless something else is asked for. Layers that are zstd:chunked have a table
    of contents, with which other engines fetch only the files that they lack; to all others they are zstd.

    Examples:
      pod push localhost:5000/app
      pod push --compression-format zstd app registry.example.com/team/app:1.2
    """
    from pod.cli.actions.registry.push import push as push_image

    return push_image(context, flags)
