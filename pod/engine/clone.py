"""`clone`: another container with the same options, of the same image or of another one; its files begin anew."""

from __future__ import annotations

from pod.engine import containers, create, events, names
from pod.engine.images import resolve
from pod.engine.remove import remove
from pod.errors import StorageError, UsageError, WrongState
from pod.linux import ids, times
from pod.storage.container_records import ContainerState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord, Resources


def clone(
    engine: Engine,
    name: str,
    new_name: str = "",
    image: str = "",
    *,
    destroy: bool = False,
    force: bool = False,
    limit: Callable[[Resources], Resources] | None = None,
    pod: str = "",
) -> ContainerRecord:
    """Make a container like another one, which `destroy` then removes, `force` even when it runs.

    `limit` gives limits in place of those of the first; `pod` is the pod that it is to be in, else that of the first.
    Without a name it is that of the first with `-clone` behind it. Raises NoSuchContainer, NoSuchImage, NameTaken.
    """
    if force and not destroy:
        raise UsageError("--force goes with --destroy only", hint="cloning needs no force")
    original = containers.find(engine.layout, name)
    if destroy and original.active and not force:
        raise WrongState(f"container {original.name} is running", hint="give --force to end and remove it")
    engine.enter()
    record = original.record.replace(
        id=ids.new_id(), name=new_name or _unused(engine, original.name), created=times.now()
    )
    if limit is not None:
        from pod.engine import limits

        record = record.replace(resources=limit(record.resources))
        limits.check(engine, record)
    if pod:
        from pod.engine.pods import membership

        record = membership.moved(engine, record, pod)
    names.check(record.name)
    names.settle_owner(engine, record.name)
    if image:
        record = _with_image(engine, record, image)
    if record.users.mode == "auto":
        from pod.engine import rootfs, users_map

        record = record.replace(id_map=users_map.make(engine, record.users, rootfs.layers_of(engine, record)))
    try:
        if any(mount.type == "volume" for mount in record.mounts):
            from pod.engine.mounts import settle

            settle.store(engine, settle.anew(record), lambda final: create.write(engine, final, ContainerState()))
        else:
            create.write(engine, record, ContainerState())
    except OSError as err:
        raise StorageError(f"cannot store container {record.name}: {err.strerror}: {err.filename}") from err
    events.container(engine.layout, "create", record)
    if destroy:
        remove(engine, original.id, force=force)
    return record


def _unused(engine: Engine, name: str) -> str:
    """Return NAME-clone, or where that is taken NAME-clone1, NAME-clone2 …"""
    number = 0
    wanted = f"{name}-clone"
    while containers.owner_of_name(engine.layout, wanted):
        number += 1
        wanted = f"{name}-clone{number}"
    return wanted


def _with_image(engine: Engine, record: ContainerRecord, image: str) -> ContainerRecord:
    resolved = resolve.for_container(engine, image)
    return record.replace(
        image=resolved.id,
        image_name=image,
        image_digest=resolved.manifest_digest,
        layers=tuple(str(diff_id) for diff_id in resolved.diff_ids),
    )
