"""`pod clone`: another pod with the options of one, and containers with those of its containers."""

from __future__ import annotations

from pod.engine import containers
from pod.engine.clone import clone as clone_container
from pod.engine.pods import lifecycle, remove, store
from pod.engine.pods.create import create_pod
from pod.engine.pods.options import PodOptions
from pod.errors import PodError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.engine.pods.store import Pod
    from pod.storage.pod_records import PodRecord


def clone_pod(
    engine: Engine, wanted: str, name: str = "", changes: dict[str, Any] | None = None, *, destroy: bool = False
) -> PodRecord:
    """Make a pod like another one, which `destroy` then removes; `changes` are options in place of that one's.

    Without a name it is that of the first with `-clone` behind it. Raises NoSuchPod, NameTaken.
    """
    original = store.get(engine, wanted)
    if destroy:
        lifecycle.stop_containers(engine, original.containers, None)
    options = of_pod(original).replace(name=name or _unused(engine, original.name), **(changes or {}))
    made = create_pod(engine, options)
    try:
        for one in original.members:
            clone_container(engine, one.id, pod=made.id)
    except PodError:
        remove.remove(engine, made.id, force=True)
        raise
    if destroy:
        remove.remove(engine, original.id, force=True)
    return made


def of_pod(pod: Pod) -> PodOptions:
    """Return the options that make a pod like this one."""
    record = pod.record
    same = {
        name: getattr(record, name) for name in set(PodOptions._fields) & set(record._fields) - {"infra", "unknown"}
    }
    options = PodOptions(**same).replace(infra=bool(record.infra), name="")
    if pod.infra is None:
        return options
    infra = pod.infra.record
    shared = set(PodOptions._fields) & set(infra._fields) - set(same) - {"name", "infra", "labels"}
    options = options.replace(**{name: getattr(infra, name) for name in shared})
    kept = infra.lifecycle.replace(id_file="", pid_file="", monitor_pid_file="")
    if not infra.rootfs:
        options = options.replace(infra_image=infra.image_name, infra_command=infra.command)
    return options.replace(lifecycle=kept)


def _unused(engine: Engine, name: str) -> str:
    number, wanted = 0, f"{name}-clone"
    while containers.owner_of_name(engine.layout, wanted) or store.owner_of_name(engine.layout, wanted):
        number += 1
        wanted = f"{name}-clone{number}"
    return wanted
