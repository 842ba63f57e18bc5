"""The confined worker that unpacks a layer, and how the result becomes a layer of the store."""

from __future__ import annotations

import errno
import os

from pod.errors import DigestMismatch, StorageError
from pod.linux import files, jsonfile, placement, syscalls, times
from pod.record import Record
from pod.storage import owners
from pod.storage.layer_feed import open_feed
from pod.storage.layers import VERSION, Layer
from pod.storage.unpack import DEFAULT_LIMIT, Unpacker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.oci.digest import Digest
    from pod.storage.compression import Readable
    from pod.storage.layers import LayerStore


class Outcome(Record):
    """What the worker found out."""

    digest: str
    size: int
    files: int
    notes: tuple[str, ...]


class UnpackJob:
    """The worker's job: unpack into a new folder below `staging` with that as the root folder."""

    def __init__(
        self, staging: str, open_stream: Callable[[], Readable], single_id: bool, store: str, limit: int = 0
    ) -> None:
        self.folder = f"{staging}/layer.{os.urandom(4).hex()}"  # ext4 finds the place by the name
        self.single_id = single_id
        self._open_stream = open_stream
        self._limit = limit or DEFAULT_LIMIT
        self._store = store
        placement.spread_folders(staging)
        os.mkdir(self.folder, 0o700)
        os.mkdir(f"{self.folder}/diff", 0o755)

    def __call__(self, report: Callable[[int], None]) -> Outcome:
        feed = open_feed(self._open_stream(), report)
        beside = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.chroot(f"{self.folder}/diff")
        os.chdir("/")
        try:
            result = Unpacker(single_id=self.single_id, limit=self._limit).unpack(feed.source)
            digest = feed.digest()
            if result.owners:
                _write_beside(beside, owners.FILE, owners.dumps(result.owners))
            syscalls.syncfs(beside)
        except OSError as err:
            raise cannot_write(err, self._store, ".", feed.source.position) from err
        return Outcome(digest, result.size, result.files, tuple(result.notes))


def _write_beside(folder: int, name: str, data: bytes) -> None:
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        files.write_all(fd, data)
    finally:
        os.close(fd)


def cannot_write(err: OSError, store: str, folder: str, unpacked: int) -> StorageError:
    """Return the error for a disk that refuses, with what is free and what was needed where it is full."""
    reason = err.strerror or str(err)
    if err.errno not in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(f"cannot write to the store {store}: {reason}")
    free = os.statvfs(folder)
    room = f"{free.f_bavail * free.f_frsize >> 20} MiB and {free.f_favail} files are free"
    return StorageError(
        f"cannot unpack the layer to the store {store}: {reason} after {unpacked >> 20} MiB; {room}",
        hint="free some space there (pod image prune), or keep the store on another disk with --root",
    )


def publish(
    store: LayerStore, diff_id: Digest, job: UnpackJob, outcome: Outcome, note: Callable[[str], object] | None = None
) -> Layer:
    """Verify what was unpacked and move it into place. The caller holds the layer's lock. Raises DigestMismatch."""
    if outcome.digest != diff_id.hex:
        raise DigestMismatch(f"layer {diff_id.short}", str(diff_id), f"sha256:{outcome.digest}")
    if note is not None:
        for line in outcome.notes:
            note(line)
    layer = Layer(VERSION, diff_id, outcome.size, outcome.files, times.now(), job.single_id)
    move_into_place(store, job.folder, layer)
    return layer


def move_into_place(store: LayerStore, folder: str, layer: Layer) -> None:
    """Write the document of a layer whose files are on the disk, and move it into place."""
    jsonfile.write(f"{folder}/layer.json", layer.to_json())
    target = store.layout.layer(layer.diff_id)
    files.make_folders(store.layout.layers)
    if os.path.exists(target):  # without a document: a former deletion was cut short
        store.layout.discard(target)
    os.rename(folder, target)
    files.fsync_folder(store.layout.layers)
