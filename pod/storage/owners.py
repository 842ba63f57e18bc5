"""What an archive says of its files that the file system here cannot hold: owners, mostly.

Without subordinate ids every file belongs to the user. The owners that a layer names are written beside the unpacked
layer, in `owners.json`, together with modes and attributes that could not be set, and are given back when the layer is
packed again: a saved image has the owners it came with.
"""

from __future__ import annotations

import base64
import json
import os

from pod.errors import StorageError
from pod.linux import files

FILE = "owners.json"
_VERSION = 1


class Lost:
    """The true owner of one file, and its mode and attributes where these differ from what is on disk."""

    __slots__ = ("gid", "mode", "uid", "xattrs")

    def __init__(self, uid: int, gid: int, mode: int | None = None, xattrs: dict[str, bytes] | None = None) -> None:
        self.uid = uid
        self.gid = gid
        self.mode = mode
        self.xattrs = xattrs or {}


Owners = dict[bytes, Lost]


def dumps(owners: Owners) -> bytes:
    """Return the document: for each path uid, gid and, where they are needed, mode and attributes."""
    entries = {os.fsdecode(path): _to_json(lost) for path, lost in sorted(owners.items())}
    return json.dumps({"version": _VERSION, "entries": entries}, separators=(",", ":")).encode()


def _to_json(lost: Lost) -> list[object]:
    fields: list[object] = [lost.uid, lost.gid]
    if lost.mode is not None or lost.xattrs:
        fields.append(lost.mode)
    if lost.xattrs:
        fields.append({name: base64.b64encode(value).decode() for name, value in sorted(lost.xattrs.items())})
    return fields


def read(layer: str) -> Owners:
    """Return the owners recorded for a layer's folder; empty where everything is on disk."""
    path = f"{layer}/{FILE}"
    try:
        document = json.loads(files.read_bytes(path))
        return {os.fsencode(name): _from_json(*fields) for name, fields in document["entries"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as err:
        raise StorageError(f"{path} is broken: {err}", hint="remove the image and load or pull it again") from err


def _from_json(uid: int, gid: int, mode: int | None = None, xattrs: dict[str, str] | None = None) -> Lost:
    return Lost(uid, gid, mode, {name: base64.b64decode(value) for name, value in (xattrs or {}).items()})
