"""What `image unmount` does."""

from __future__ import annotations

from pod.cli.actions.each import for_each
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def unmount(context: Context, *, images: Sequence[str], all: bool, force: bool) -> int:
    """Unmount images and print what was named."""
    from pod.engine.images.mount_image import mounted_images, unmount_image

    if bool(images) == all:
        raise UsageError("no image is named" if not images else "names and --all exclude each other")
    names = [str(image.id) for image in mounted_images(context.engine)] if all else images
    return for_each(context, names, lambda name: unmount_image(context.engine, name, force=force or all))
