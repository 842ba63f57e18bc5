"""What `mount` and `unmount` of containers do."""

from __future__ import annotations

import sys

from pod.cli.actions.each import for_each
from pod.cli.actions.selection import select
from pod.cli.parsers import invalid
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.engine.mount_container import MountedContainer


def mount_containers(
    context: Context, names: Sequence[str], *, all: bool, format: str, latest: bool, truncate: bool
) -> int:
    """Mount containers and print where; without any, print what is mounted."""
    from pod.engine import mount_container

    if format not in ("", "json"):
        raise invalid("--format", format, "it is json")
    listing = not (names or all or latest)
    if listing:
        mounted = mount_container.mounted_containers(context.engine)
    else:
        chosen = select(context, names, everything=all, latest=latest)
        mounted = [mount_container.mount_container(context.engine, name) for name in chosen]
    if format == "json":
        from pod.cli.render import json_text

        sys.stdout.write(json_text([_document(one) for one in mounted]))
    elif len(mounted) == 1 and not (listing or all):
        print(mounted[0].path)
    else:
        for one in mounted:
            print(f"{one.container.id[:12] if truncate else one.container.id} {one.path}")
    return 0


def _document(mounted: MountedContainer) -> dict[str, object]:
    return {"id": mounted.container.id, "Names": [mounted.container.name], "mountpoint": mounted.path}


def unmount_containers(context: Context, names: Sequence[str], *, all: bool, latest: bool) -> int:
    """Unmount containers and print what was named; with `all` those that are mounted."""
    from pod.engine import mount_container

    if all and (names or latest):
        raise UsageError("names, --all and --latest exclude each other")
    if all:
        chosen: Sequence[str] = [one.container.id for one in mount_container.mounted_containers(context.engine)]
    else:
        chosen = select(context, names, latest=latest)
    return for_each(context, chosen, lambda name: mount_container.unmount_container(context.engine, name))
