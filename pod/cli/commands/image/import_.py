"""`pod import`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def import_(
    context: Context,
    path: Annotated[str, Argument(metavar="FILE|-", help="Tarball of a root filesystem; - is stdin")],
    reference: Annotated[str, Argument(metavar="[NAME[:TAG]]", help="Name of the new image")] = "",
    arch: Annotated[str, Option("--arch", metavar="ARCH", help="Processor that the image is for")] = "",
    change: Annotated[
        tuple[str, ...],
        Option("--change", "-c", metavar="INSTRUCTION", help="Apply a Dockerfile instruction: CMD, ENV, USER …"),
    ] = (),
    message: Annotated[str, Option("--message", "-m", metavar="TEXT", help="Comment in the image's history")] = "",
    os: Annotated[str, Option("--os", metavar="OS", help="Operating system that the image is for")] = "",
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="The two together")] = "",
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show no progress")] = False,
    variant: Annotated[str, Option("--variant", metavar="VARIANT", help="Variant of the processor")] = "",
) -> int:
    """Make an image of a root filesystem.

    It comes as a tarball, compressed or not; the image's id is printed.

    Examples:
      mmdebstrap bookworm - | pod import -c 'CMD ["bash"]' - debian
    """
    from pod.cli.actions.images.import_ import import_ as import_image

    return import_image(
        context,
        path=path,
        reference=reference,
        arch=arch,
        change=change,
        message=message,
        os=os,
        platform=platform,
        quiet=quiet,
        variant=variant,
    )
