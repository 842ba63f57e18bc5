"""Members of a layer tarball, as plain values: what a test wants to find in an image, in one line each."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

EPOCH = 1_700_000_000
"""The time of every file that does not ask for another: layers are the same bytes in each run."""


class Member(NamedTuple):
    """One entry of a tarball and, for a regular file, its contents."""

    info: tarfile.TarInfo
    data: bytes = b""


def _info(
    name: str,
    kind: bytes,
    *,
    mode: int,
    uid: int = 0,
    gid: int = 0,
    mtime: float = EPOCH,
    xattrs: dict[str, str] | None = None,
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.uid, info.gid, info.mtime = kind, mode, uid, gid, mtime
    info.pax_headers = {f"SCHILY.xattr.{key}": value for key, value in (xattrs or {}).items()}
    return info


def file(
    name: str,
    data: bytes = b"",
    *,
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
    mtime: float = EPOCH,
    xattrs: dict[str, str] | None = None,
) -> Member:
    """A regular file."""
    info = _info(name, tarfile.REGTYPE, mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs)
    info.size = len(data)
    return Member(info, data)


def directory(
    name: str,
    *,
    mode: int = 0o755,
    uid: int = 0,
    gid: int = 0,
    mtime: float = EPOCH,
    xattrs: dict[str, str] | None = None,
) -> Member:
    """A directory."""
    return Member(_info(name, tarfile.DIRTYPE, mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs))


def symlink(name: str, target: str, *, uid: int = 0, gid: int = 0) -> Member:
    """A symbolic link."""
    info = _info(name, tarfile.SYMTYPE, mode=0o777, uid=uid, gid=gid)
    info.linkname = target
    return Member(info)


def hardlink(name: str, target: str, *, mode: int = 0o644) -> Member:
    """A hard link to a file of the same layer. Engines apply the link's mode to the file, so it must be the same."""
    info = _info(name, tarfile.LNKTYPE, mode=mode)
    info.linkname = target
    return Member(info)


def fifo(name: str, *, mode: int = 0o644) -> Member:
    """A named pipe."""
    return Member(_info(name, tarfile.FIFOTYPE, mode=mode))


def device(name: str, major: int, minor: int, *, block: bool = False, mode: int = 0o666) -> Member:
    """A device node."""
    info = _info(name, tarfile.BLKTYPE if block else tarfile.CHRTYPE, mode=mode)
    info.devmajor, info.devminor = major, minor
    return Member(info)


def whiteout(name: str) -> Member:
    """The mark that a lower layer's `name` is gone."""
    folder, _, base = name.rpartition("/")
    return file(f"{folder}/.wh.{base}" if folder else f".wh.{base}", mode=0)


def opaque(folder: str) -> Member:
    """The mark that nothing of the lower layers' `folder` is to be seen."""
    return file(f"{folder}/.wh..wh..opq", mode=0)


def layer(members: Iterable[Member]) -> bytes:
    """Return an uncompressed layer tarball of these members, in this order."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def write_layer(path: Path, members: Iterable[Member]) -> Path:
    """Write a layer tarball to a file and return its path."""
    path.write_bytes(layer(members))
    return path
