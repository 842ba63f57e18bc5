"""What `volume rm` does."""

from __future__ import annotations

from pod.cli import exitcodes
from pod.cli.actions.volumes.each import for_each
from pod.cli.actions.volumes.selection import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context


def rm(context: Context, *, volumes: Sequence[str], all: bool, force: bool, timeout: int | None) -> int:
    """Remove volumes and print their names; with Docker's words a forced one goes only where nobody uses it."""
    from pod.engine.volumes.remove import remove_volume

    chosen = select(context, volumes, everything=all)
    if not chosen:
        return 0
    with_containers = force and not context.as_docker

    def remove(name: str) -> str:
        return remove_volume(context.engine, name, force=with_containers, timeout=timeout)

    return for_each(context, chosen, remove, ignore_missing=force, missing=exitcodes.FAILED)
