"""Blobs: files named after the sha256 of their bytes, shared by all images.

Writers collect the blobs of one operation in a staging folder, hashing while the bytes pass, and publish them together
under the store's lock. A blob that the store has already is linked into the staging folder: whatever is collected as
garbage meanwhile, the operation keeps what it counted on. No blob is ever seen under a digest that it does not have.
"""

from __future__ import annotations

import errno
import os

from pod.errors import ArchiveError, DigestMismatch
from pod.linux import files
from pod.oci.digest import Digest
from pod.storage.follower import Follower
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol

    class Readable(Protocol):
        """Anything that gives its bytes piece by piece."""

        def read(self, size: int, /) -> bytes: ...


CHUNK = 1 << 20


class BlobStaging(Staging):
    """The blobs of one unfinished operation, invisible in the store until `publish`."""

    def path(self, digest: Digest) -> str:
        return f"{self.folder}/{digest.hex}"

    def has(self, digest: Digest) -> bool:
        """True where the blob is in the folder, or in the store, from where it is then linked."""
        path = self.path(digest)
        if os.path.exists(path):
            return True
        stored = self.layout.blob(digest)
        try:
            os.link(stored, path)
        except FileExistsError:
            return True
        except FileNotFoundError:
            return False
        except OSError as err:
            if err.errno not in (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS):
                raise
            self._copy(stored, digest)
        return True

    def _copy(self, stored: str, digest: Digest) -> None:
        """Stand in for a hard link on file systems without them."""
        with open(stored, "rb") as stream:
            self.add_stream(stream, stored, digest)

    def add_bytes(self, data: bytes) -> Digest:
        """Stage a small blob and return its digest."""
        digest = Digest.of(data)
        files.write_atomic(self.path(digest), data, durable=False)
        return digest

    def add_stream(
        self,
        stream: Readable,
        what: str,
        expected: Digest | None = None,
        size: int | None = None,
        progress: Callable[[int], None] | None = None,
        follower: Follower | None = None,
    ) -> tuple[Digest, int]:
        """Stage everything that a stream gives; return digest and size.

        `what` names the blob in errors: ArchiveError where the size is not as promised, DigestMismatch where the
        bytes are not those of `expected`. A `follower` may read a blob of a known size meanwhile.
        """
        follower = follower or Follower()
        writer = BlobWriter(self)
        try:
            if size is not None:
                follower.begin(writer.path, size)
            while chunk := stream.read(CHUNK):
                writer.write(chunk)
                if size is not None and writer.size > size:
                    break
                if progress is not None:
                    progress(len(chunk))
                follower.more()
            if size is not None and writer.size != size:
                found = f"more than {size}" if writer.size > size else str(writer.size)
                raise ArchiveError(f"{what} is damaged: it has {found} bytes, not {size}")
            digest = writer.finish(what, expected)
            follower.whole()
            return digest, writer.size
        except BaseException:
            writer.abandon()
            raise

    def flush(self, digests: Iterable[Digest]) -> None:
        """Bring staged blobs to the disk, so that publishing them is a matter of names."""
        for digest in digests:
            fd = os.open(self.path(digest), os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    def publish(self, digests: Iterable[Digest]) -> list[str]:
        """Move staged blobs into the store; return the paths of the new ones. The caller holds the store's lock."""
        files.make_folders(f"{self.layout.images}/blobs/sha256")
        fresh = []
        for digest in digests:
            target = self.layout.blob(digest)
            if not os.path.exists(target):
                fresh.append(target)
            os.rename(self.path(digest), target)
        files.fsync_folder(f"{self.layout.images}/blobs/sha256")
        return fresh


class BlobWriter:
    """One blob on its way into a staging folder, hashed as it is written."""

    def __init__(self, staging: BlobStaging) -> None:
        import hashlib

        self._staging = staging
        self._hash = hashlib.sha256()
        self.path = f"{staging.folder}/partial.{os.urandom(8).hex()}"
        self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        self._hash.update(data)
        files.write_all(self._fd, data)
        self.size += len(data)

    def digest(self) -> Digest:
        """Return the digest of what this process has written so far."""
        return Digest(self._hash.hexdigest())

    def finish_for_child(self, digest: Digest, size: int) -> None:
        """Give a blob its name that a forked child has written and hashed, who could not do it where it was."""
        os.close(self._fd)
        self._fd = -1
        self.size = size
        os.rename(self.path, self._staging.path(digest))

    def finish(self, what: str = "the blob", expected: Digest | None = None) -> Digest:
        """Verify the blob and give it its name within the staging folder."""
        digest = self.digest()
        if expected is not None and digest != expected:
            self.abandon()
            raise DigestMismatch(what, str(expected), str(digest))
        os.close(self._fd)
        self._fd = -1
        os.rename(self.path, self._staging.path(digest))
        return digest

    def abandon(self) -> None:
        """Forget what was written."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            files.remove_file(self.path)
