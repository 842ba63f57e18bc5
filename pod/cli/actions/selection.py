"""Which containers a verb means: names on the command line, --all, --latest, --cidfile, --filter."""

from __future__ import annotations

import os

from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context
    from pod.engine.containers import Container


def select(
    context: Context,
    names: Sequence[str],
    *,
    everything: bool = False,
    latest: bool = False,
    cidfiles: Sequence[str] = (),
    filters: Sequence[str] = (),
    fits: Callable[[Container], bool] | None = None,
    ignore: bool = False,
) -> tuple[str, ...]:
    """Return names or ids of the containers meant; `fits` narrows what --all and --filter mean.

    With `ignore` a --cidfile that is not there names none. Raises UsageError where none is named, or in two ways.
    """
    from pod.engine import containers

    ways = [bool(names or cidfiles), everything, latest, bool(filters) and not everything]
    if sum(ways) > 1:
        raise UsageError("names, --all, --latest and --filter exclude each other")
    if names or cidfiles:
        return (*names, *(_read_id(path) for path in cidfiles if not ignore or os.path.exists(path)))
    layout = context.engine.layout
    if latest:
        return (newest(list(containers.every(layout))).id,)
    if not everything and not filters:
        raise UsageError("no container is named", hint="give names or ids, or --all, --latest or --filter")
    found = [container for container in containers.every(layout) if fits is None or fits(container)]
    if filters:
        from pod.cli.actions.container_filters import parse_filters

        wanted = parse_filters(context, filters)
        found = [container for container in found if wanted(container)]
    return tuple(container.id for container in sorted(found, key=lambda c: c.record.created))


def newest(found: Sequence[Container]) -> Container:
    """Return the container that was created last. Raises UsageError where there is none."""
    if not found:
        raise UsageError("there is no container yet")
    return max(found, key=lambda container: container.record.created)


def one(context: Context, names: Sequence[str], latest: bool) -> str:
    """Return the only container meant."""
    chosen = select(context, names, latest=latest)
    if len(chosen) != 1:
        raise UsageError(f"one container is expected, not {len(chosen)}")
    return chosen[0]


def _read_id(path: str) -> str:
    from pod.linux import files

    try:
        return files.read_bytes(path, 4096).decode().strip()
    except (OSError, ValueError) as err:
        raise UsageError(f"cannot read the id from --cidfile {path}: {getattr(err, 'strerror', err)}") from err
