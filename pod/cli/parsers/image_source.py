"""`--platform` and its parts, and how `run` and `create` come by their image. On the path of `run`."""

from __future__ import annotations

from pod.engine.options import ImageSource
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.create_flags.image import ImageFlags


def parse_image_source(flags: ImageFlags) -> ImageSource:
    """Return where the image comes from. Raises UsageError, InvalidReference."""
    if flags.retry < 0:
        raise UsageError(f"invalid --retry {flags.retry}: it is a number of attempts")
    delay = 0.0
    if flags.retry_delay:
        from pod.oci.durations import parse_duration

        delay = parse_duration(flags.retry_delay) / 1e9
    platform = parse_platform(flags.platform, flags.arch, flags.os, flags.variant)
    return ImageSource(flags.pull, platform, flags.authfile, flags.tls_verify, flags.retry, delay, flags.quiet)


def parse_platform(platform: str, arch: str, os: str, variant: str) -> str:
    """Return the platform that the options name, "" where they say nothing. Raises InvalidReference."""
    if not (platform or arch or os or variant):
        return ""
    from pod.oci.platform import Platform

    found = Platform.parse_text(platform) if platform else Platform.host()
    if arch:
        found = Platform.parse_text(f"{os or found.os}/{arch}")
    return str(found.replace(os=os or found.os, variant=variant or found.variant))
