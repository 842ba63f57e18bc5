"""Owners that the container's own files name, as the host's side of its user namespace has them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.linux.idmap import IdMap
    from pod.storage.container_records import ContainerRecord
    from pod.storage.id_shift import Ids


def outside(record: ContainerRecord, uid: int, gid: int) -> tuple[int, int]:
    """Return what a user and group of the container are in the user's namespace."""
    ids = outward(record)
    return (uid, gid) if ids is None else ids(uid, gid)


def shifted(record: ContainerRecord) -> IdMap | None:
    """Return the map by which files of images are to be shown: none where they belong to whom the image says."""
    return None if record.id_map is None or record.id_map.single else record.id_map


def outward(record: ContainerRecord) -> Ids | None:
    """Return what does that for many, None for a container that shares the user's namespace."""
    if record.id_map is None:
        return None
    if record.id_map.single:
        return lambda _uid, _gid: (0, 0)  # all is the user's
    from pod.storage import id_shift

    return id_shift.outward(record.id_map)
