"""Taking a container out of the store, for everyone who does: rm, the monitor of a --rm container, a sweep."""

from __future__ import annotations

import os

from pod.engine import containers, uses
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord


def discard_container(engine: Engine, record: ContainerRecord, *, volumes: bool) -> None:
    """Delete a container as `discard` does; with `volumes`, or after --rm, those go before it that nobody named."""
    if (volumes or record.auto_remove) and any(mount.anonymous for mount in record.mounts):
        from pod.engine.volumes.remove import remove_anonymous

        remove_anonymous(engine, record)
    if record.pod.id:
        from pod.engine.pods import membership

        membership.leave(engine, record)
    discard(engine, record.id, record.name)
    uses.forget(engine.layout, record)
    if record.lifecycle.id_file:
        _remove_id_file(record)


def _remove_id_file(record: ContainerRecord) -> None:
    """Remove the file of --cidfile if it still names the container: a unit that is restarted writes it anew."""
    try:
        if files.read_bytes(record.lifecycle.id_file, 4096).decode(errors="replace").strip() == record.id:
            files.remove_file(record.lifecycle.id_file)
    except OSError:
        pass  # it is gone, or its owner has taken it from us


def discard(engine: Engine, container_id: str, name: str) -> None:
    """Delete everything of a container that does not run. The caller holds its lock and is in the user's namespace.

    The container's folder leaves the store in one rename. What remains to be done is small and done before the folder
    is emptied: as long as that is in the trash, a sweep knows that somebody was at it.
    """
    layout = engine.layout
    if os.path.isdir(layout.container_mount(container_id)):
        from pod.engine import mount_container

        mount_container.unmount(layout, container_id)
    rubbish = layout.throw_away(layout.container(container_id))
    if name and os.path.islink(layout.name(name)) and not containers.owner_of_name(layout, name):
        files.remove_file(layout.name(name))
    files.remove_tree(layout.run_container(container_id))
    files.remove_file(layout.lock("container", container_id))
    if rubbish:
        files.remove_tree(rubbish)
