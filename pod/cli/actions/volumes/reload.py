"""What `volume reload` does."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.context import Context


def reload(context: Context) -> int:
    """Take over what plugins have; print what came and what went, in the words of Podman."""
    from pod.engine.volumes.plugins import reload_volumes

    added, removed = reload_volumes(context.engine)
    for title, names in (("Added:", added), ("Removed:", removed)):
        if names:
            print(title, *names, sep="\n")
    return 0
