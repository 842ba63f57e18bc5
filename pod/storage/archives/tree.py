"""The files of an archive by name, wherever they are: in a tarball that can be sought, in a spool, or in a folder.

Archives are written by strangers. Names are only ever looked up, never opened as paths outside; links are followed
within the archive; documents have a size limit.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.errors import ArchiveError
from pod.linux import jsonfile, syscalls
from pod.oci.digest import Digest
from pod.record import Record
from pod.storage.documents import DOCUMENT_LIMIT
from pod.storage.tar import member
from pod.storage.tar.reader import TarReader
from pod.storage.tar.source import FileSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.storage.blobs import Readable
    from pod.storage.tar.member import Member

MAX_MEMBERS = 200_000
_MAX_LINKS = 8


class Tree:
    """The files of one archive. `shown` is what messages call the archive."""

    def __init__(self, shown: str) -> None:
        self.shown = shown

    def names(self) -> set[str]:
        """Return the names at the top of the archive."""
        raise NotImplementedError

    def size(self, name: str) -> int:
        """Return the size of a file, -1 where the archive has no such file."""
        raise NotImplementedError

    def stream(self, name: str) -> Readable:
        """Return the bytes of a file that exists."""
        raise NotImplementedError

    def digest(self, name: str) -> Digest | None:
        """Return the digest of a file where it is known without reading: the file is then a staged blob."""
        del name
        return None

    def has(self, name: str) -> bool:
        return self.size(name) >= 0

    def read(self, name: str, limit: int = DOCUMENT_LIMIT) -> bytes:
        """Return the content of a small file. Raises ArchiveError where it is missing or large."""
        size = self.need(name)
        if size > limit:
            raise ArchiveError(f"{self.shown}: {name} has {size} bytes, {limit} are allowed")
        stream = self.stream(name)
        parts = []
        while part := stream.read(1 << 16):
            parts.append(part)
        return b"".join(parts)

    def need(self, name: str) -> int:
        """Return the size of a file that the archive promises. Raises ArchiveError where it is missing."""
        if not name or name.startswith("/") or ".." in name.split("/") or not name.isprintable():
            raise ArchiveError(f"{self.shown}: {name!r:.200} is no name of a file within the archive")
        size = self.size(name)
        if size < 0:
            raise ArchiveError(f"{self.shown}: {name:.200} is missing from the archive")
        return size

    def document(self, name: str) -> Any:
        """Return a JSON file, parsed. Raises ArchiveError."""
        return self.parse(name, self.read(name))

    def parse(self, name: str, data: bytes) -> Any:
        """Parse JSON that came from a file of the archive. Raises ArchiveError."""
        try:
            return jsonfile.loads(data)
        except ValueError as err:
            raise ArchiveError(f"{self.shown}: {name} is no JSON document: {err}") from None


class _File(Record):
    """A regular file of a tarball: where its bytes are, or the name it is a link to."""

    offset: int = 0
    size: int = 0
    link: str = ""
    digest: Digest | None = None


class Names:
    """The names in a tarball, with its links followed."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    def add(self, entry: Member, offset: int = 0, digest: Digest | None = None) -> None:
        """Note a member; a later one of the same name takes its place, as when unpacking."""
        name = clean(os.fsdecode(entry.path))
        link = os.fsdecode(entry.linkpath)
        if entry.kind == member.FILE:
            self._files[name] = _File(offset, entry.size, digest=digest)
        elif entry.kind == member.HARDLINK:
            self._files[name] = _File(link=clean(link))
        elif entry.kind == member.SYMLINK:
            self._files[name] = _File(link=clean(os.path.join(os.path.dirname(name), link)))

    def get(self, name: str) -> _File | None:
        """Return the file behind a name; None for a missing file, a dangling link, or links in a circle."""
        found = self._files.get(clean(name))
        for _ in range(_MAX_LINKS):
            if found is None or not found.link:
                return found
            found = self._files.get(found.link)
        return None

    def top(self) -> set[str]:
        return {name.partition("/")[0] for name in self._files}


def clean(name: str) -> str:
    """Return a name without `./`, `//` and `..`; none leads out of the archive."""
    return os.path.normpath(f"/{name}").lstrip("/")


def refuse_sparse(shown: str, entry: Member) -> None:
    """Raise ArchiveError for a file whose bytes do not lie one after the other; no engine writes such archives."""
    if entry.extents is not None:
        raise ArchiveError(
            f"{shown}: {os.fsdecode(entry.path)} is stored as a sparse file", hint="write the archive without --sparse"
        )


class TarTree(Tree):
    """An uncompressed tarball in a regular file: its headers are read once, its files where they lie."""

    def __init__(self, shown: str, fd: int, start: int = 0) -> None:
        super().__init__(shown)
        self._fd = fd
        self._start = start
        self._names = Names()
        source = FileSource(fd, start, os.fstat(fd).st_size - start)
        for entry in TarReader(source, max_members=MAX_MEMBERS):
            refuse_sparse(shown, entry)
            self._names.add(entry, source.position)

    def names(self) -> set[str]:
        return self._names.top()

    def size(self, name: str) -> int:
        found = self._names.get(name)
        return -1 if found is None else found.size

    def stream(self, name: str) -> Readable:
        found = self._names.get(name)
        assert found is not None, name
        return FilePart(self._fd, self._start + found.offset, found.size)


class FilePart:
    """A part of a file as a stream; the descriptor's own offset is left alone, so that many may read at once."""

    def __init__(self, fd: int, offset: int, size: int) -> None:
        self._fd = fd
        self._offset = offset
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        part = os.pread(self._fd, self._left if size < 0 else min(size, self._left), self._offset)
        self._offset += len(part)
        self._left -= len(part)
        return part


class FolderTree(Tree):
    """A folder: names are resolved by the kernel with the folder as their root, so that no link leads out of it."""

    def __init__(self, shown: str, fd: int) -> None:
        super().__init__(shown)
        self._fd = fd

    def names(self) -> set[str]:
        return set(os.listdir(self._fd))

    def _open(self, name: str) -> int:
        flags = os.O_RDONLY | os.O_NONBLOCK  # a fifo must not make us wait
        resolve = syscalls.RESOLVE_IN_ROOT | syscalls.RESOLVE_NO_MAGICLINKS
        return syscalls.openat2(self._fd, name, flags, resolve=resolve)

    def size(self, name: str) -> int:
        try:
            fd = self._open(name)
        except OSError as err:
            if err.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP):
                return -1
            raise
        try:
            info = os.fstat(fd)
        finally:
            os.close(fd)
        return info.st_size if stat.S_ISREG(info.st_mode) else -1

    def stream(self, name: str) -> Readable:
        return open(self._open(name), "rb", buffering=0)


class SpooledTree(Tree):
    """A tarball that came through a pipe or a decompressor: its files lie as staged blobs under their digests."""

    def __init__(self, shown: str, folder: str, names: Names) -> None:
        super().__init__(shown)
        self._folder = folder
        self._names = names

    def names(self) -> set[str]:
        return self._names.top()

    def size(self, name: str) -> int:
        found = self._names.get(name)
        return -1 if found is None else found.size

    def digest(self, name: str) -> Digest | None:
        found = self._names.get(name)
        return None if found is None else found.digest

    def stream(self, name: str) -> Readable:
        digest = self.digest(name)
        assert digest is not None, name
        return open(f"{self._folder}/{digest.hex}", "rb", buffering=0)
