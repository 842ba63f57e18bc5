"""Layers made of archives in a test: added to a store, packed again, and looked at on the disk."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
from collections.abc import Iterable

from pod.oci.digest import Digest
from pod.storage import owners
from pod.storage.layers import LayerStore
from pod.storage.pack import pack
from pod.storage.tar import member
from pod.storage.tar.member import Member
from pod.storage.tar.reader import TarReader
from pod.storage.tar.source import Source
from tests.support.members import Member as TarMember
from tests.support.members import (
    layer,
)

NO_CAPABILITY = b"\x01\x00\x00\x02" + bytes(16)
NET_RAW = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)  # as setcap(8) writes cap_net_raw=ep, capabilities(7)


def digest_of(data: bytes) -> Digest:
    return Digest(hashlib.sha256(data).hexdigest())


def add(store: LayerStore, data: bytes, **options: bool | int) -> str:
    """Add an uncompressed archive as a layer and return its folder."""
    digest = digest_of(data)
    store.add(digest, lambda: io.BytesIO(data), **{"single_id": False, **options})  # type: ignore[arg-type]
    return store.path(digest)


def add_members(store: LayerStore, members: Iterable[TarMember], **options: bool | int) -> str:
    return add(store, layer(members), **options)


def repack(folder: str, kept: owners.Owners | None = None) -> list[Member]:
    out = io.BytesIO()
    pack(folder, out.write, kept or {})
    out.seek(0)
    return list(TarReader(Source(out.read)))


def is_whiteout(path: str) -> bool:
    info = os.lstat(path)
    return stat.S_ISCHR(info.st_mode) and info.st_rdev == 0


def is_opaque(path: str) -> bool:
    try:
        return os.getxattr(path, "user.overlay.opaque") == b"y"
    except OSError:
        return False


def leftovers(store: LayerStore) -> list[str]:
    found = []
    for folder in (store.layout.layers, store.layout.staging, store.layout.trash):
        if os.path.isdir(folder):
            found += [f"{folder}/{name}" for name in os.listdir(folder)]
    return found


def with_xattrs(entry: TarMember, xattrs: dict[str, bytes]) -> bytes:
    from pod.storage.tar.writer import TarWriter

    out = io.BytesIO()
    writer = TarWriter(out.write)
    info = entry.info
    made = Member(info.name.encode(), member.FILE, info.mode, info.uid, info.gid, len(entry.data), xattrs=xattrs)
    writer.add(made, entry.data)
    writer.finish()
    return out.getvalue()
