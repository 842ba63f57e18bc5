"""A layer unpacked while its blob is still being written: one pass from the socket or the archive to verified files.

The blob's file is the buffer between the two processes: whoever writes it never waits for whoever unpacks, memory stays
small, and an unpacking that has to begin again (after a kill, or because what an earlier attempt left was wrong) reads
what is there from the disk. The layer appears once both digests are verified, the blob's and its own.
"""

from __future__ import annotations

import contextlib
import os

from pod.errors import ArchiveError, StorageError
from pod.linux import signals, workers
from pod.storage.follower import Follower
from pod.storage.layer_job import UnpackJob, cannot_write, publish
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from pod.oci.digest import Digest
    from pod.storage.layers import LayerStore


class StreamedLayer(Follower):
    """`with StreamedLayer(…) as layer:` let it follow a blob, then `finish`; what is unfinished then is removed.

    `progress` hears how many more bytes of the blob were unpacked, `note` what was left out of the layer.
    """

    def __init__(
        self,
        store: LayerStore,
        diff_id: Digest,
        *,
        single_id: bool,
        progress: Callable[[int], object],
        note: Callable[[str], object],
    ) -> None:
        self._store = store
        self._diff_id = diff_id
        self._single_id = single_id
        self._progress = progress
        self._note = note
        self._stack = contextlib.ExitStack()
        self._job: UnpackJob | None = None
        self._worker: workers.Worker | None = None
        self._failure: ArchiveError | None = None
        self._wake = -1
        self._claimed = False

    def claim(self) -> bool:
        """Take the layer's lock before the blob begins; false where the layer is there: nothing has to follow then.

        For blobs that nobody else can be waiting for. The others take the lock when they are whole.
        """
        self._stack.enter_context(self._store.lock(self._diff_id))
        self._claimed = True
        return not self._store.has(self._diff_id)

    def begin(self, path: str, size: int) -> None:
        """Start the worker. Raises StorageError."""
        root = self._store.layout.root
        try:
            staging = self._stack.enter_context(Staging(self._store.layout, "layer"))
            blob = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._stack.callback(os.close, blob)
            woken, self._wake = os.pipe()
            self._stack.callback(os.close, woken)
            self._stack.callback(os.close, self._wake)
            os.set_blocking(self._wake, False)
            file = GrowingFile(blob, size, woken, self._wake)
            self._job = UnpackJob(staging.folder, file.opened, self._single_id, root)
            with signals.Held():
                self._worker = workers.Worker(self._job)
        except OSError as err:
            raise cannot_write(err, root, root, 0) from err

    def more(self) -> None:
        """Wake the worker, and hear what it has to say. Raises StorageError where it cannot write."""
        if self._worker is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):  # it has been woken often enough, or has ended
                os.write(self._wake, b".")
            self._hear()

    def _hear(self, milliseconds: int = 0) -> None:
        """Take what the worker says. A broken archive is not told before we know that the blob is what it should be."""
        worker = self._worker
        try:
            while worker is not None and not worker.ended and worker.says_something(milliseconds):
                for amount, _phase in worker.take():
                    self._progress(amount)
        except ArchiveError as err:
            self._failure = err
            self._end_worker()

    def lost(self) -> None:
        """Throw away what was unpacked."""
        self._end_worker()
        self._stack.close()
        self._job = self._failure = None
        self._claimed = False

    def whole(self) -> None:
        """Take the layer's lock: whoever waits for the blob is to find the layer as well."""
        if self._job is not None and not self._claimed:
            self._stack.enter_context(self._store.lock(self._diff_id))

    def finish(self) -> bool:
        """Wait for the rest to be unpacked and make it a layer; false where there was nothing to follow.

        Raises ArchiveError, DigestMismatch, StorageError.
        """
        if self._job is None:
            return False
        self.more()
        while self._worker is not None and not self._worker.ended:
            self._hear(_LISTENING)
        if self._failure is not None:
            raise self._failure
        assert self._worker is not None
        worker, self._worker = self._worker, None
        outcome = worker.reap()
        try:
            if not self._store.has(self._diff_id):
                publish(self._store, self._diff_id, self._job, outcome, self._note)
        except OSError as err:
            raise cannot_write(err, self._store.layout.root, self._store.layout.root, 0) from err
        return True

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_worker()
        self._stack.close()


_LISTENING = 1000  # milliseconds between two looks at a worker that says nothing


class GrowingFile:
    """A file of a known size that another process is still writing; reading waits for it, woken through a pipe."""

    def __init__(self, fd: int, size: int, woken: int, wake: int) -> None:
        self._fd = fd
        self._size = size
        self._woken = woken
        self._wake = wake
        self._at = 0

    def opened(self) -> GrowingFile:
        """Be the reader. Its copy of the writing end is closed: the writer's death is the end of the pipe."""
        os.close(self._wake)
        return self

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, b"" at the end. Raises StorageError where the writer has gone before that."""
        while self._at < self._size:
            part = os.pread(self._fd, min(size, self._size - self._at), self._at)
            if part:
                self._at += len(part)
                return part
            if not os.read(self._woken, 1 << 12):
                raise StorageError("whoever fetched the layer has gone in the middle of it")
        return b""
