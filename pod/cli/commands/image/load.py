"""`pod load`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Option


def load(
    context: Context,
    input: Annotated[
        str, Option("--input", "-i", metavar="FILE", help="Archive or OCI layout folder to read instead of stdin")
    ] = "",
    platform: Annotated[
        str, Option("--platform", metavar="OS/ARCH", help="Which image of an archive for several platforms")
    ] = "",
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show no progress")] = False,
    signature_policy: Annotated[
        str, Option("--signature-policy", metavar="FILE", help="Policy on trust instead of policy.json")
    ] = "",
) -> int:
    """Load images from an archive.

    It is one that `save` of pod, Docker or Podman wrote: a docker-archive, an oci-archive or an OCI layout folder,
    compressed or not.

    Examples:
      pod load -i debian.tar.zst
      ssh other docker save nginx | pod load
    """
    from pod.cli.actions.images.load import load as load_images

    return load_images(context, input=input, platform=platform, quiet=quiet, signature_policy=signature_policy)
