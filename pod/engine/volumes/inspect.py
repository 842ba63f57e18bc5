"""What is known of a volume: the document of `volume inspect`, Podman's members on top of Docker's."""

from __future__ import annotations

from pod.engine.volumes import mounting
from pod.storage.volumes import LOCAL, VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.storage.volumes import VolumeRecord


def inspect_volume(engine: Engine, wanted: str) -> dict[str, Any]:
    """Return the document of a volume. Raises NoSuchVolume, AmbiguousName."""
    store = VolumeStore(engine.layout)
    return document(engine, store.read(store.find_name(wanted)))


def document(engine: Engine, record: VolumeRecord) -> dict[str, Any]:
    """Return the document of a volume; what Podman leaves out where it is zero or false is left out here."""
    shown: dict[str, Any] = {
        "Name": record.name,
        "Driver": record.driver,
        "Mountpoint": mountpoint(engine, record),
        "CreatedAt": record.created,
        "Labels": dict(record.labels),
        "Scope": "local",
        "Options": dict(record.options),
    }
    more = {
        "UID": record.uid or 0,
        "GID": record.gid or 0,
        "Anonymous": record.anonymous,
    }
    shown.update({key: value for key, value in more.items() if value})
    shown["MountCount"] = mounting.mount_count(engine, record.name)
    more = {"NeedsCopyUp": record.needs_copy_up, "NeedsChown": record.needs_chown}
    shown.update({key: value for key, value in more.items() if value})
    return shown


def mountpoint(engine: Engine, record: VolumeRecord) -> str:
    """Return where a volume's files are; of a plugin's that is not mounted, ""."""
    if record.driver == LOCAL:
        return engine.layout.volume_data(record.name)
    from pod.engine.volumes import plugins

    return plugins.path_of(engine, record)
