"""The containers of pods, for the verbs that show something of each."""

from __future__ import annotations

from pod.cli.actions.pods.selection import select
from pod.errors import NoSuchContainer, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.context import Context
    from pod.engine.pods.store import Pod


def one_pod(context: Context, names: Sequence[str], *, latest: bool = False) -> Pod:
    """Return the only pod meant. Raises NoSuchPod, UsageError."""
    from pod.engine.pods import store

    chosen = select(context, names, latest=latest)
    if len(chosen) != 1:
        raise UsageError(f"one pod is expected, not {len(chosen)}")
    return store.get(context.engine, chosen[0])


def chosen(pod: Pod, names: Sequence[str]) -> list[str]:
    """Return the ids of a pod's containers but for the infra container, or of those named. Raises NoSuchContainer."""
    if not names:
        return [one.id for one in pod.members]
    found = []
    for name in names:
        ids = [one.id for one in pod.containers if name == one.name]
        ids = ids or [one.id for one in pod.containers if one.id.startswith(name)]
        if not ids:
            raise NoSuchContainer(name)
        found += ids
    return found
