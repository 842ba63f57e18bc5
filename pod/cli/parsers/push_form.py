"""The options on what an image is to look like on a registry: --format, --compression-format and what goes with it."""

from __future__ import annotations

from pod.engine.images.push import PushForm
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.image.push import CompressionFlags


def parse_push_form(flags: CompressionFlags) -> PushForm:
    """Return the form that the options ask for. Raises UsageError."""
    if flags.compression_format == "zstd:chunked":
        raise UsageError(
            "--compression-format zstd:chunked: pod makes no tables of contents for layers",
            hint="--compression-format zstd compresses the same, for engines that fetch whole layers",
        )
    format = "v2s2" if flags.format == "docker" else flags.format
    return PushForm(format, flags.compression_format, flags.compression_level, flags.force_compression)
