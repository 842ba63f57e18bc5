"""`pod pull`."""

from __future__ import annotations

from pod.cli.commands.registry.flags import TransferFlags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


class PullFlags(TransferFlags):
    """The options of `pull`."""

    images: Annotated[tuple[str, ...], Argument(metavar="IMAGE...", help="Names, with a tag or a digest")] = ()
    all_tags: Annotated[bool, Option("--all-tags", "-a", help="Every tag of the repository")] = False
    arch: Annotated[str, Option("--arch", metavar="ARCH", help="Processor that the image is for")] = ""
    decryption_key: Annotated[
        str, Option("--decryption-key", metavar="KEY", help="Refused: pod cannot decrypt layers")
    ] = ""
    os: Annotated[str, Option("--os", metavar="OS", help="Operating system that the image is for")] = ""
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="The two together")] = ""
    policy: Annotated[
        Literal["always", "missing", "newer", "never"],
        Option("--policy", metavar="WHEN", help="always, missing, newer, never"),
    ] = "always"
    variant: Annotated[str, Option("--variant", metavar="VARIANT", help="Variant of the processor")] = ""


def pull(context: Context, flags: PullFlags) -> int:
    """Fetch images from a registry.

    A name without a registry is looked for on docker.io, or where registries.conf says. What was interrupted goes on
    where it stopped. With -q only the image's id is printed.

    Examples:
      pod pull debian:12
      pod pull --platform linux/arm64 localhost:5000/team/app@sha256:…
    """
    from pod.cli.actions.registry.pull import pull as pull_images

    return pull_images(context, flags)
