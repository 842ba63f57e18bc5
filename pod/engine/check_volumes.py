"""The volumes half of `system check`: documents that are lost, copies that were never finished."""

from __future__ import annotations

import os

from pod.engine.check_report import Finding
from pod.errors import NoSuchVolume, StorageError
from pod.linux import files, jsonfile
from pod.storage.volumes import VolumeStore, new_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.engine import Engine


def check(engine: Engine, *, repair: bool) -> Iterator[Finding]:
    """Yield what is wrong with volumes. The caller is in the user's namespace. Their files are never touched."""
    store = VolumeStore(engine.layout)
    for name in store.names():
        try:
            store.read(name)
        except NoSuchVolume:
            continue
        except StorageError as err:
            yield _unreadable(engine, name, err, repair)
        folder = engine.layout.volume_data(name)
        if not os.path.isdir(folder):
            yield _without_data(folder, name, repair)


def _unreadable(engine: Engine, name: str, err: StorageError, repair: bool) -> Finding:
    """A document that is lost is written anew: labels and options are gone, the files are not."""
    finding = Finding(err.message, f"volume {name} gets a new document, without labels; its files stay")
    if not repair:
        return finding
    record = new_record(name, needs_copy_up=False, needs_chown=False)
    jsonfile.write(f"{engine.layout.volume(name)}/record.json", record.to_json())
    return finding.mended


def _without_data(folder: str, name: str, repair: bool) -> Finding:
    finding = Finding(f"volume {name} has lost its folder {folder}", "gets an empty one")
    if repair:
        files.make_folders(folder, 0o755)
        finding = finding.mended
    return finding
