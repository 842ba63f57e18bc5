"""The options on what an image is to look like on a registry: --format, --compression-format and what goes with it."""

from __future__ import annotations

from pod.engine.images.push import PushForm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.image.push import CompressionFlags


def parse_push_form(flags: CompressionFlags) -> PushForm:
    """Return the form that the options ask for."""
    format = "v2s2" if flags.format == "docker" else flags.format
    return PushForm(format, flags.compression_format, flags.compression_level, flags.force_compression)
