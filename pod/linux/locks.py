"""flock(2): locks that the kernel frees when their holder dies, one file per object, no pool to run out of."""

from __future__ import annotations

import _signal
import errno
import fcntl
import os

from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

_PATIENCE = 1.0  # seconds after which a wait is worth a word
_on_wait: Callable[[str], None] | None = None


def on_wait(tell: Callable[[str], None] | None) -> None:
    """Let `tell` hear once of each wait that takes longer than a second: it is given the path of the lock.

    One for the process, as signal handlers are: that is how it is called, in the middle of flock(2).
    """
    global _on_wait
    _on_wait = tell


class Lock:
    """`with Lock(path):` holds the lock file exclusively (or shared) for the block, waiting for its turn.

    The file is made when it is missing. A lock file may be removed by its exclusive holder (`remove`): whoever waited
    for it notices that the name points elsewhere now and starts again.
    """

    def __init__(self, path: str, *, shared: bool = False) -> None:
        self.path = path
        self._mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._fd = -1

    def acquire(self, *, wait: bool = True) -> bool:
        """Take the lock. False where `wait` is false and somebody else holds it."""
        while True:
            fd = self._open()
            try:
                if not self._take(fd, wait=wait):
                    os.close(fd)
                    return False
            except BaseException:
                os.close(fd)
                raise
            if self._still_named(fd):
                self._fd = fd
                return True
            os.close(fd)

    def _take(self, fd: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(fd, self._mode | fcntl.LOCK_NB)
        except OSError as err:
            if err.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            if wait:
                self._wait(fd)
            return wait
        return True

    def _wait(self, fd: int) -> None:
        """Wait for the lock; flock(2) goes on behind the handler of a signal (PEP 475)."""
        tell = _on_wait
        if tell is None:
            fcntl.flock(fd, self._mode)
            return
        before = _signal.signal(_signal.SIGALRM, lambda _number, _frame: tell(self.path))
        _signal.setitimer(_signal.ITIMER_REAL, _PATIENCE)
        try:
            fcntl.flock(fd, self._mode)
        finally:
            _signal.setitimer(_signal.ITIMER_REAL, 0)
            _signal.signal(_signal.SIGALRM, before)

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            files.make_folders(os.path.dirname(self.path))
            return os.open(self.path, flags, 0o600)

    def _still_named(self, fd: int) -> bool:
        try:
            named, held = os.stat(self.path), os.fstat(fd)
        except FileNotFoundError:
            return False
        return (named.st_ino, named.st_dev) == (held.st_ino, held.st_dev)

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def remove(self) -> None:
        """Remove the lock file while holding it, for good: the object it guards is gone."""
        files.remove_file(self.path)

    def fileno(self) -> int:
        """The descriptor that holds the lock: a child that keeps it open keeps the lock."""
        return self._fd

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
