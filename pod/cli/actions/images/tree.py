"""What `image tree` does."""

from __future__ import annotations

from pod.cli import units
from pod.storage.images import familiar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.storage.images import Image


def tree(context: Context, *, image: str, whatrequires: bool) -> int:
    """Print an image's layers as a tree, or the images that are built on it."""
    from pod.engine.images.tree import tree as image_tree

    found = image_tree(context.engine, image)
    print(f"Image ID: {found.image.id.short}")
    print(f"Tags:     [{_names(found.image)}]")
    print(f"Size:     {units.decimal_size(sum(layer.size for layer in found.layers), digits=4)}")
    if whatrequires:
        print("Images built on it")
        _branches([f"{other.id.short} [{_names(other)}]" for other in found.above])
        return 0
    print("Image Layers")
    lines = []
    for layer in found.layers:
        top = f" Top Layer of: [{' '.join(map(familiar, layer.top_of))}]" if layer.top_of else ""
        lines.append(f"ID: {layer.id.short} Size: {units.decimal_size(layer.size):>7}{top}")
    _branches(lines)
    return 0


def _names(image: Image) -> str:
    return " ".join(map(familiar, image.names))


def _branches(lines: Sequence[str]) -> None:
    for number, line in enumerate(lines, 1):
        print(f"{'└──' if number == len(lines) else '├──'} {line}")
