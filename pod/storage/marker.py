"""pod-store.json: the mark of a store of pod's, with its version, its identity and its storage driver.

Only a folder that bears this mark is ever emptied by pod.
"""

from __future__ import annotations

import os

from pod.errors import StorageError
from pod.linux import files, ids, jsonfile
from pod.linux.locks import Lock
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.storage.layout import StorageLayout

VERSION = 1
_OURS = frozenset(
    "build chains containers downloads images infra layers leftovers names networks pod-names pods secrets staging "
    "trash uses volumes".split()
)


class Marker(Record):
    """The document pod-store.json."""

    version: int
    id: str
    driver: str = ""  # chosen by trying; "" until then
    working: tuple[str, ...] = ()  # drivers that were tried here and work
    unknown: dict[str, Any] = {}


def read(layout: StorageLayout) -> Marker | None:
    """Return the mark of a store, None for a folder without one. Raises StorageError for one that we cannot use."""
    try:
        marker = Marker.from_json(jsonfile.read(layout.marker))
    except FileNotFoundError:
        return None
    except ValueError as err:
        raise StorageError(
            f"the store's mark is broken: {err}", hint=f"remove {layout.marker}: it is written anew"
        ) from err
    if marker.version > VERSION:
        raise StorageError(
            f"the store {layout.root} was written by a newer pod (version {marker.version}, this one knows {VERSION})",
            hint="use that version of pod, or another store with --root",
        )
    return marker


def update(layout: StorageLayout, **changes: Any) -> Marker:
    """Write changed fields of the mark, which is made when it is missing."""
    with Lock(layout.lock("store")):
        marker = (read(layout) or Marker(VERSION, ids.new_id())).replace(**changes)
        files.make_folders(layout.root)
        jsonfile.write(layout.marker, marker.to_json())
        return marker


def renew(layout: StorageLayout) -> None:
    """Write a new mark in place of a broken one."""
    with Lock(layout.lock("store")):
        files.remove_file(layout.marker)
    update(layout)


def claim(layout: StorageLayout) -> None:
    """Mark the folder as a store of pod's before anything is put into it. Raises StorageError for somebody else's.

    A store whose mark is lost is known by what lies in it; any other folder with names in it that pod would use, and a
    reset would remove, is refused.
    """
    if os.path.exists(layout.marker):
        return
    try:
        names = set(os.listdir(layout.root))
    except FileNotFoundError:
        names = set()
    is_store = {"containers", "names"} <= names or os.path.exists(f"{layout.images}/oci-layout")
    foreign = [name for name in sorted(names & _OURS) if not is_store and not _is_unmarked(f"{layout.root}/{name}")]
    if foreign:
        raise StorageError(
            f"{layout.root} is no store of pod's, and has a folder `{foreign[0]}` already",
            hint="choose an empty folder with --root",
        )
    update(layout)


def _is_unmarked(path: str) -> bool:
    """True for what an older pod wrote before it had marked its store, or left when that was reset."""
    name = os.path.basename(path)
    try:
        if name == "networks":
            return all(_is_network(f"{path}/{entry}") for entry in os.listdir(path))
        if name == "build":
            found = [f"{path}/{kind}" for kind in os.listdir(path)]
            known = all(os.path.basename(folder) in ("cache", "digests", "layers", "mounts") for folder in found)
            return known and all(_begins_with_id(entry) for folder in found for entry in os.listdir(folder))
        return name == "uses" and {*os.listdir(path)} <= {"complete", "images", "manifests", "networks", "volumes"}
    except (OSError, ValueError):
        return False


def _begins_with_id(name: str) -> bool:
    found = name.partition(".")[0]
    return len(found) >= 32 and ids.is_id_prefix(found)


def _is_network(path: str) -> bool:
    document = jsonfile.read(path)
    named = isinstance(document, dict) and path.endswith(f"/{document.get('name')}.json")
    return named and ids.is_id(str(document.get("id")))
