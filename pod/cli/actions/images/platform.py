"""`--platform` of commands on images that are here: a check, as the store keeps an image for one platform."""

from __future__ import annotations

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def check_platform(context: Context, images: Sequence[str], wanted: str) -> None:
    """Raise UsageError for an image that is for another platform than the one that is asked for, if one is."""
    if not wanted:
        return
    from pod.oci.platform import Platform
    from pod.storage.images import ImageStore

    asked = Platform.parse_text(wanted)
    store = ImageStore(context.engine.layout)
    for name in images:
        found = store.image(*store.lookup(name)).platform
        if not found.matches(asked):
            raise UsageError(
                f"image {name} is for {found}, not for {asked}", hint=f"`pod pull --platform {asked} {name}`"
            )
