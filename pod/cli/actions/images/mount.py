"""What `image mount` does."""

from __future__ import annotations

import sys

from pod.cli.parsers import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.engine.images.mount_image import MountedImage


def mount(context: Context, *, images: Sequence[str], all: bool, format: str) -> int:
    """Mount images and print where; without any, print what is mounted."""
    from pod.engine.images.mount_image import mount_image, mounted_images
    from pod.engine.images.remove_image import every_name

    if format not in ("", "json"):
        raise invalid("--format", format, "it is json")
    names = list(images)
    if all:
        names = every_name(context.engine)
    listing = not names and not all
    mounted = mounted_images(context.engine) if listing else [mount_image(context.engine, name) for name in names]
    if format == "json":
        from pod.cli.render import json_text

        sys.stdout.write(json_text([_document(image) for image in mounted]))
    elif len(mounted) == 1 and images:
        print(mounted[0].path)
    else:
        for image in mounted:
            print(f"{_called(image)}  {image.path}")
    return 0


def _called(image: MountedImage) -> str:
    from pod.storage.images import familiar

    return familiar(image.names[0]) if image.names else image.id.short


def _document(image: MountedImage) -> dict[str, object]:
    return {"id": image.id.hex, "Repositories": list(image.names), "mountpoint": image.path}
