"""Which pods a verb means: names on the command line, --all, --latest, --pod-id-file."""

from __future__ import annotations

import os

from pod.cli import exitcodes
from pod.cli.parsers.pods import read_id
from pod.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.cli.context import Context


def select(
    context: Context,
    names: Sequence[str],
    *,
    everything: bool = False,
    latest: bool = False,
    id_files: Sequence[str] = (),
    ignore: bool = False,
) -> tuple[str, ...]:
    """Return names or ids of the pods meant; with `ignore` a file that is not there names none. Raises UsageError."""
    if sum((bool(names or id_files), everything, latest)) > 1:
        raise UsageError("names, --all and --latest exclude each other")
    if names or id_files:
        return (*names, *(read_id(path) for path in id_files if not ignore or os.path.exists(path)))
    if not everything and not latest:
        raise UsageError("no pod is named", hint="give names or ids, or --all or --latest")
    from pod.engine.pods import store

    found = sorted(store.every(context.engine), key=lambda pod: pod.record.created)
    if latest and not found:
        raise UsageError("there is no pod yet")
    return tuple(pod.id for pod in (found[-1:] if latest else found))


def for_each(
    context: Context,
    names: Sequence[str],
    act: Callable[[str], str],
    *,
    ignore_missing: bool = False,
    missing: int = exitcodes.ENGINE,
) -> int:
    """Act on every pod, print the ids of those that it worked for, and return the exit code."""
    from pod.cli.actions import each

    done: list[str] = []

    def remember(name: str) -> None:
        done.append(act(name))

    return each.for_each(
        context, names, remember, ignore_missing=ignore_missing, missing=missing, shown=lambda _name: done[-1]
    )
