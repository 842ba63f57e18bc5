"""Volumes on disk: folders of data that outlive containers, each with its document.

  volumes/NAME/record.json     what was asked for, and what is still to be done at the first use
  volumes/NAME/data/           the files; the other volumes of the driver `local` are mounted here (volume_options)

Taking a name is a rename of a finished folder, so that a volume is there as a whole or not at all. Whoever removes
volumes holds the lock on all of them alone; whoever makes a container that uses one holds it with others.
"""

from __future__ import annotations

import errno
import os

from pod.errors import AmbiguousName, NameTaken, NoSuchVolume, StorageError, UsageError
from pod.linux import files, jsonfile, locks, times
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pod.storage.layout import StorageLayout

VERSION = 1
LOCAL = "local"  # the driver that is a folder of the store; any other is a plugin
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_ALLOWED = _LETTERS | frozenset("_.-")


class VolumeRecord(Record):
    """A volume. `needs_copy_up` and `needs_chown` hold until its first use has given it files and an owner."""

    _omit_defaults = True

    version: int
    name: str
    created: str
    driver: str = LOCAL
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    anonymous: bool = False  # nobody named it: it goes with its container
    uid: int | None = None  # asked for, in the user's namespace
    gid: int | None = None
    needs_copy_up: bool = True
    needs_chown: bool = True
    unknown: dict[str, Any] = {}


def is_name(text: str) -> bool:
    """True for what can be the name of a volume: Podman's rule, in which no path can hide."""
    return 0 < len(text) <= 255 and text[0] in _LETTERS and _ALLOWED.issuperset(text)


def check_name(name: str) -> None:
    """Raise UsageError unless the name is one that a volume can have."""
    if not is_name(name):
        raise UsageError(
            f"invalid volume name {name!r:.80}",
            hint="a name has letters, digits, `_`, `.` or `-`, and starts with a letter or a digit",
        )


class VolumeStore:
    """The volumes of a store. What changes files is to be called inside the user's namespace."""

    def __init__(self, layout: StorageLayout) -> None:
        self.layout = layout

    def lock(self, *, shared: bool = False) -> locks.Lock:
        """Return the lock on all volumes: shared by those who come to use one, alone for who removes some."""
        return locks.Lock(self.layout.lock("volumes"), shared=shared)

    def names(self) -> list[str]:
        """Return the names of all volumes, sorted."""
        try:
            return sorted(name for name in os.listdir(self.layout.volumes) if is_name(name))
        except FileNotFoundError:
            return []

    def has(self, name: str) -> bool:
        return is_name(name) and os.path.isdir(self.layout.volume(name))

    def read(self, name: str) -> VolumeRecord:
        """Return a volume's document. Raises NoSuchVolume, and StorageError for one that cannot be read."""
        if not self.has(name):
            raise NoSuchVolume(name)
        try:
            return VolumeRecord.from_json(jsonfile.read(f"{self.layout.volume(name)}/record.json"))
        except (OSError, ValueError) as err:
            if not self.has(name):
                raise NoSuchVolume(name) from err
            raise StorageError(
                f"cannot read volume {name}: {err}", hint="`pod system check --repair` writes its document anew"
            ) from err

    def every(self) -> Iterator[VolumeRecord]:
        """Yield every volume that can be read."""
        for name in self.names():
            try:
                yield self.read(name)
            except (NoSuchVolume, StorageError):
                continue

    def find_name(self, wanted: str) -> str:
        """Return the name that a name or its unique beginning means. Raises NoSuchVolume, AmbiguousName."""
        if self.has(wanted):
            return wanted
        matches = [name for name in self.names() if wanted and name.startswith(wanted)]
        if not matches:
            raise NoSuchVolume(wanted)
        if len(matches) > 1:
            raise AmbiguousName("volume", wanted, tuple(matches))
        return matches[0]

    def create(self, record: VolumeRecord) -> None:
        """Make a volume. Raises NameTaken, UsageError for an impossible name, StorageError."""
        check_name(record.name)
        try:
            files.make_folders(self.layout.volumes)
            staging = self.layout.new_staging("volume")
            try:
                os.mkdir(f"{staging}/data")
                os.chmod(f"{staging}/data", 0o755)
                os.chown(f"{staging}/data", record.uid or 0, record.gid or 0)
                jsonfile.write(f"{staging}/record.json", record.to_json())
                os.rename(staging, self.layout.volume(record.name))
            except BaseException:
                files.remove_tree(staging)
                raise
            files.fsync_folder(self.layout.volumes)
        except OSError as err:
            if err.errno in (errno.EEXIST, errno.ENOTEMPTY):
                raise NameTaken(f"volume {record.name} exists already", hint="use it, or choose another name") from None
            raise StorageError(f"cannot make volume {record.name}: {err.strerror}: {err.filename}") from err

    def save(self, record: VolumeRecord) -> None:
        """Replace the document of a volume that is there."""
        jsonfile.write(f"{self.layout.volume(record.name)}/record.json", record.to_json())

    def delete(self, name: str) -> None:
        """Take a volume out of the store in one step, and then its files. The caller holds the lock alone."""
        try:
            self.layout.discard(self.layout.volume(name))
        except OSError as err:
            raise StorageError(f"cannot remove volume {name}: {err.strerror}: {err.filename}") from err


def new_record(name: str, **fields: Any) -> VolumeRecord:
    """Return the document of a volume that is made now."""
    return VolumeRecord(VERSION, name, times.now(), **fields)
