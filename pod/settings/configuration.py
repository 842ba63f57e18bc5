"""What the configuration files say, merged and checked; kept from one command to the next.

Reading TOML costs more than a whole `pod ps`. So the merged result lies in a document of its own, together with the
stamps of everything it was made of: what is there, and what is not. A command compares stamps, which takes
microseconds, and reads the files again only where one differs.
"""

from __future__ import annotations

import os
import time

from pod.linux import files, jsonfile
from pod.record import Record
from pod.settings import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_VERSION = 1
_SETTLED = 50_000_000
"""Nanoseconds after which a file's times tell every later change: the kernel's clock for them ticks in milliseconds."""


class Configuration(Record):
    """The settings of all files: each by its table and name, such as `containers.init`."""

    values: dict[str, Any] = {}  # of those that have an effect here
    origins: dict[str, str] = {}  # the file that each of these comes from
    idle: dict[str, str] = {}  # settings that mean nothing here, and the files that have them
    warnings: tuple[str, ...] = ()
    fresh: bool = False  # read by this very command: the time to show the warnings

    def text(self, name: str) -> str:
        """Return a value that is text; "" where it is not set."""
        return str(self.values.get(name, ""))


def read(environ: Mapping[str, str], home: str, cache: str, modules: Sequence[str] = ()) -> Configuration:
    """Return the configuration, from the document `cache` where that still holds. Raises UsageError."""
    sought = places.candidates(environ, home, modules)
    kept = _cached(cache, sought)
    if kept is not None:
        return Configuration(kept["values"], kept["origins"], kept["idle"], tuple(kept["warnings"]))
    stamps, present = _look(sought)
    if not present:
        return Configuration()
    from pod.settings import merge

    made = merge.merge(sought, present, {"HOME": home, "USER": environ.get("USER", ""), "UID": str(os.getuid())})
    _keep(cache, sought, stamps, made)
    return made


def _cached(cache: str, sought: list[list[str]]) -> dict[str, Any] | None:
    """Return the document where it was made of these files, and none of them has changed."""
    try:
        if os.stat(cache).st_uid != os.getuid():
            return None
        document: dict[str, Any] = jsonfile.read(cache)
        if document["version"] != _VERSION or document["sought"] != sought:
            return None
        if all(_stamp(path) == stamp for path, stamp in document["stamps"]):
            return document
    except (OSError, ValueError, KeyError, TypeError):
        pass  # what is kept here can always be made again
    return None


def _stamp(path: str) -> list[int]:
    """Return what changes when a file or folder does; [] for one that is not there."""
    try:
        info = os.stat(path)
    except OSError:
        return []
    return [info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns]


def _look(sought: list[list[str]]) -> tuple[list[tuple[str, list[int]]], dict[str, list[str]]]:
    """Return the stamps of all that was looked for, and what there is: a file, or the files of a folder."""
    stamps: list[tuple[str, list[int]]] = []
    present: dict[str, list[str]] = {}
    for kind, path in sought:
        stamp = _stamp(path)
        stamps.append((path, stamp))
        if kind == places.CONTAINERS_FOLDER and stamp:
            inner = [f"{path}/{name}" for name in sorted(_names(path)) if name.endswith(".conf")]
            stamps += [(file, _stamp(file)) for file in inner]
            if inner:
                present[path] = inner
        elif stamp or kind == places.NEEDED:
            present[path] = [path]
    return stamps, present


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _keep(cache: str, sought: list[list[str]], stamps: list[tuple[str, list[int]]], made: Configuration) -> None:
    """Write the document, unless a file is so young that its next change might not show."""
    settled = time.time_ns() - _SETTLED
    if any(moment > settled for _path, stamp in stamps for moment in stamp[3:]):
        return
    document = {**made.replace(fresh=False).to_json(), "version": _VERSION, "sought": sought, "stamps": stamps}
    try:
        files.make_folders(os.path.dirname(cache))
        jsonfile.write(cache, document, durable=False)
    except OSError:
        pass  # a full disk: read them again next time
