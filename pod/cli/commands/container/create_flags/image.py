"""Options of `run` and `create` about the image: which one of several, and how it is fetched."""

from __future__ import annotations

from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.options import Option


class ImageFlags(Record):
    """Options about the image, as typed."""

    arch: Annotated[str, Option("--arch", metavar="ARCH", help="Processor that the image is for")] = ""
    authfile: Annotated[str, Option("--authfile", metavar="FILE", help="File with the credentials")] = ""
    disable_content_trust: Annotated[
        bool, Option("--disable-content-trust", help="Accepted for scripts: pod knows no Docker notary")
    ] = False
    os: Annotated[str, Option("--os", metavar="OS", help="Operating system that the image is for")] = ""
    platform: Annotated[str, Option("--platform", metavar="OS/ARCH", help="Take the image for this platform")] = ""
    pull: Annotated[
        Literal["missing", "always", "never", "newer"],
        Option("--pull", metavar="WHEN", help="Fetch the image: missing, always, never, newer"),
    ] = "missing"
    quiet: Annotated[bool, Option("--quiet", "-q", help="Show nothing of the image being fetched")] = False
    retry: Annotated[int, Option("--retry", metavar="NUMBER", help="How often to try again to fetch the image")] = 3
    retry_delay: Annotated[
        str, Option("--retry-delay", metavar="DURATION", help="Wait that long in between; else longer each time")
    ] = ""
    tls_verify: Annotated[
        bool | None, Option("--tls-verify", help="Insist on TLS with a trusted certificate; =false does without")
    ] = None
    variant: Annotated[str, Option("--variant", metavar="VARIANT", help="Variant of the processor")] = ""
