"""Opening an archive: a folder, a tarball, a compressed tarball, a pipe; and telling which format it has.

A plain tarball in a file is read where it lies. Everything else comes only once and in order, while the list of images
may stand at its end: so each file goes to the staging folder as it passes, hashed, where it is a blob already.
"""

from __future__ import annotations

import os
import stat

from pod.errors import ArchiveError
from pod.oci import transports
from pod.oci.platform import Platform
from pod.record import Record
from pod.storage.archives import dir_transport, docker_archive, oci_layout
from pod.storage.archives.archived import ArchivedImage
from pod.storage.archives.tree import MAX_MEMBERS, FolderTree, Names, SpooledTree, TarTree, Tree, refuse_sparse
from pod.storage.blobs import CHUNK, BlobStaging, BlobWriter
from pod.storage.compression import Decompressed, detect
from pod.storage.tar import member
from pod.storage.tar.reader import TarReader
from pod.storage.tar.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Input(Record):
    """What is to be read: an open descriptor (opened before the user's namespace was entered), and what to call it."""

    fd: int
    shown: str


def open_tree(source: Input, staging: BlobStaging, progress: Callable[[int], None] | None = None) -> Tree:
    """Make the files of an archive accessible by name. `progress` hears of bytes taken from a stream.

    Raises ArchiveError that names the archive.
    """
    info = os.fstat(source.fd)
    if stat.S_ISDIR(info.st_mode):
        return FolderTree(source.shown, source.fd)
    try:
        if stat.S_ISREG(info.st_mode):
            start = os.lseek(source.fd, 0, os.SEEK_CUR)
            if info.st_size - start == 0:
                raise ArchiveError("the file is empty")
            if not detect(os.pread(source.fd, 16, start)):
                return TarTree(source.shown, source.fd, start)
        return _spool(source, staging, progress)
    except ArchiveError as err:
        raise _naming(source.shown, err) from None


def read_images(tree: Tree, platform: Platform) -> list[ArchivedImage]:
    """Return what images an archive has, whatever its format. Raises ArchiveError, DigestMismatch."""
    if tree.has("manifest.json"):
        document = tree.document("manifest.json")
        if isinstance(document, list):
            images = docker_archive.read(tree, document)
            if not images:
                raise ArchiveError(f"{tree.shown}: manifest.json lists no image")
            return images
        return dir_transport.read(tree)
    if tree.has("index.json"):
        return oci_layout.read(tree, platform)
    if tree.has("repositories"):
        raise ArchiveError(
            f"{tree.shown} is an archive of Docker before 1.10, which is no longer supported",
            hint="load it with an old Docker and save it again",
        )
    raise ArchiveError(
        f"{tree.shown} is no image archive: it has neither manifest.json nor index.json",
        hint=f"to make an image of a root filesystem: pod import {tree.shown} NAME",
    )


def transport(tree: Tree, *, is_folder: bool) -> str:
    """Return what skopeo and Podman call the format of an archive that `read_images` reads."""
    if tree.has("manifest.json"):
        return transports.DOCKER_ARCHIVE if isinstance(tree.document("manifest.json"), list) else transports.DIR
    return transports.OCI if is_folder else transports.OCI_ARCHIVE


def _spool(source: Input, staging: BlobStaging, progress: Callable[[int], None] | None) -> SpooledTree:
    raw = open(source.fd, "rb", buffering=0, closefd=False)
    stream = Decompressed(raw, progress=progress)
    bytes_in_order = Source(stream.read)
    reader = TarReader(bytes_in_order, max_members=MAX_MEMBERS)
    names = Names()
    for entry in reader:
        if entry.kind != member.FILE:
            names.add(entry)
            continue
        refuse_sparse(source.shown, entry)
        writer = BlobWriter(staging)
        try:
            while chunk := reader.take(CHUNK):
                writer.write(chunk)
        except BaseException:
            writer.abandon()
            raise
        names.add(entry.replace(size=writer.size), digest=writer.finish())
    bytes_in_order.drain()  # whoever writes the pipe is not to die of our leaving early
    return SpooledTree(source.shown, staging.folder, names)


def _naming(shown: str, err: ArchiveError) -> ArchiveError:
    return err if err.message.startswith(shown) else ArchiveError(f"{shown}: {err.message}", hint=err.hint)
