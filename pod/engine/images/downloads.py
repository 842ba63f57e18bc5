"""Blobs on their way from a registry, kept across interruptions: `downloads/HEX.partial`, then `downloads/HEX`.

A file without the suffix is verified. A partial one is continued where it ended: what is there is hashed again first.
Whoever writes holds the blob's lock, so that two pulls of one image fetch each blob once; the second finds the
verified file, or the blob in the store, which takes it before it goes from here.
"""

from __future__ import annotations

import hashlib
import os
import time

from pod.errors import DigestMismatch, RegistryError
from pod.linux import files
from pod.linux.locks import Lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.oci.digest import Digest
    from pod.oci.manifest import Descriptor
    from pod.registry.repository import Repository
    from pod.storage.blobs import BlobStaging
    from pod.storage.follower import Follower
    from pod.storage.layout import StorageLayout

_CHUNK = 1 << 18
_PATIENCE = 180.0  # seconds: longer than a fetch that goes on stops for, with its time-outs and pauses
_KEPT = 24 * 3600  # seconds that an unfinished download waits for somebody to go on with it


def fetch(
    layout: StorageLayout,
    staging: BlobStaging,
    repository: Repository,
    blob: Descriptor,
    progress: Callable[[int], object],
    follower: Follower,
) -> None:
    """Bring a blob into the staging folder, from the store or the registry. Raises RegistryError, DigestMismatch.

    `follower` may read the blob while it comes. A blob that somebody else fetches is waited for as long as it grows;
    then it is fetched a second time, past whoever is stuck.
    """
    finished = f"{layout.downloads}/{blob.digest.hex}"
    told = 0

    def tell(amount: int) -> None:
        nonlocal told
        amount = min(amount, blob.size - told)
        told += amount
        progress(amount)

    lock = Lock(layout.lock("blob", blob.digest.hex))
    try:
        if not _has_turn(lock, f"{finished}.partial", tell):
            finished = f"{staging.path(blob.digest)}.beside"
        if not _link(finished, staging.path(blob.digest)) and not staging.has(blob.digest):
            _download(finished, repository, blob, tell, follower)
            if not _link(finished, staging.path(blob.digest)):
                with open(finished, "rb") as stream:  # a file system without hard links
                    staging.add_stream(stream, str(blob.digest), blob.digest)
            follower.whole()
    finally:
        lock.release()
    tell(blob.size - told)


def _has_turn(lock: Lock, partial: str, progress: Callable[[int], object], patience: float = _PATIENCE) -> bool:
    """Wait until nobody else fetches a blob; false where whoever does has brought nothing more for a while."""
    size, since, pause = _size(partial), time.monotonic(), 0.01
    while not lock.acquire(wait=False):
        if (now := _size(partial)) > size:
            progress(now - size)
            size, since = now, time.monotonic()
        elif time.monotonic() - since > patience:
            return False
        time.sleep(pause)
        pause = min(1.5 * pause, 0.25)
    return True


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def forget(layout: StorageLayout, digests: Iterable[Digest]) -> None:
    """Remove downloads that the store has now."""
    for digest in digests:
        files.remove_file(f"{layout.downloads}/{digest.hex}")


def sweep(layout: StorageLayout) -> None:
    """Remove downloads that nobody went on with for a day."""
    oldest = time.time() - _KEPT
    for name in _names(layout.downloads):
        path = f"{layout.downloads}/{name}"
        try:
            if os.stat(path).st_mtime < oldest:
                files.remove_file(path)
        except FileNotFoundError:
            pass


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


def _link(source: str, target: str) -> bool:
    try:
        os.link(source, target)
    except FileExistsError:
        return True
    except OSError:
        return False
    return True


def _download(
    finished: str, repository: Repository, blob: Descriptor, progress: Callable[[int], object], follower: Follower
) -> None:
    """Fetch and verify a blob. What was left by an earlier attempt and proves wrong is fetched anew, once."""
    files.make_folders(os.path.dirname(finished))
    partial = f"{finished}.partial"
    download = _Download(partial, repository, blob, progress, follower)
    try:
        continued = download.begin()
        if not download.run() and continued:
            download.restart()
            if download.run():
                continued = False
        if not download.is_right():
            raise DigestMismatch(
                f"blob {blob.digest.short} of {repository.shown}", str(blob.digest), f"sha256:{download.found()}"
            )
        download.close()
        os.rename(partial, finished)
    except (DigestMismatch, _WrongSize):
        files.remove_file(partial)
        raise
    finally:
        download.close()
        if not download.size:
            files.remove_file(partial)


class _WrongSize(RegistryError):
    """A blob that ends too early or too late: what there is of it is worth nothing."""


class _Download:
    """One blob being written, hashed as it comes."""

    def __init__(
        self,
        path: str,
        repository: Repository,
        blob: Descriptor,
        progress: Callable[[int], object],
        follower: Follower,
    ) -> None:
        self._path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        self._repository = repository
        self._blob = blob
        self._progress = progress
        self._follower = follower
        self._hash = hashlib.sha256()
        self.size = 0
        self._reported = 0

    def begin(self) -> bool:
        """Take what an earlier attempt left; false where that is nothing."""
        if os.fstat(self._fd).st_size > self._blob.size:
            self.restart()
        self._follower.begin(self._path, self._blob.size)
        while part := os.read(self._fd, _CHUNK):
            self._take(part)
        return self.size > 0

    def restart(self) -> None:
        """Forget all that there is."""
        self._follower.lost()
        os.ftruncate(self._fd, 0)
        os.lseek(self._fd, 0, os.SEEK_SET)
        self._hash, self.size = hashlib.sha256(), 0

    def run(self) -> bool:
        """Fetch what is missing, going on after interruptions; true where the result is right."""
        failures = 0
        while self.size < self._blob.size:
            before = self.size
            try:
                self._stream()
            except RegistryError as err:
                failures = 0 if self.size > before + _CHUNK else failures + 1
                if not err.temporary or failures >= self._repository.connection.attempts:
                    raise
                self._repository.connection.pause(failures)
        return self.is_right()

    def _stream(self) -> None:
        stream = self._repository.blob(self._blob.digest, self.size)
        try:
            if stream.offset != self.size:
                self.restart()
            while part := stream.read(_CHUNK):
                if self.size + len(part) > self._blob.size:
                    raise self._wrong_size(f"more than {self._blob.size}")
                files.write_all(self._fd, part)
                self._take(part)
                self._follower.more()
        finally:
            stream.close()
        if self.size < self._blob.size:
            raise self._wrong_size(str(self.size))

    def _wrong_size(self, found: str) -> RegistryError:
        name = f"blob {self._blob.digest.short} of {self._repository.shown}"
        return _WrongSize(f"cannot pull {name}: it has {found} bytes, the manifest says {self._blob.size}")

    def _take(self, part: bytes) -> None:
        self._hash.update(part)
        self.size += len(part)
        if self.size > self._reported:
            self._progress(self.size - self._reported)
            self._reported = self.size

    def is_right(self) -> bool:
        return self.size == self._blob.size and self.found() == self._blob.digest.hex

    def found(self) -> str:
        return self._hash.hexdigest()

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
