"""`pod save`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Images, Option


def save(
    context: Context,
    images: Images,
    compress: Annotated[bool, Option("--compress", help="Compress the layers of a docker-dir")] = False,
    format: Annotated[
        Literal["docker-archive", "oci-archive", "oci-dir", "docker-dir"],
        Option("--format", metavar="FORMAT", help="docker-archive, oci-archive, oci-dir or docker-dir"),
    ] = "docker-archive",
    multi_image_archive: Annotated[
        bool, Option("--multi-image-archive", "-m", help="Each word is an image; always so here")
    ] = False,
    output: Annotated[str, Option("--output", "-o", metavar="FILE", help="Write here instead of stdout")] = "",
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="Which image of one for several")] = "",
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show no progress")] = False,
    uncompressed: Annotated[
        bool, Option("--uncompressed", help="Accepted for scripts: layers are written as the store has them")
    ] = False,
) -> int:
    """Save images to an archive.

    Examples:
      pod save -o debian.tar debian
      pod save debian | ssh other docker load
    """
    from pod.cli.actions.images.save import save as save_images

    return save_images(
        context,
        images=images,
        compress=compress,
        format=format,
        output=output,
        platform=platform,
        quiet=quiet,
    )
