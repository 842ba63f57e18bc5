"""fuse-overlayfs: for kernels that do not let users mount overlays. One process serves each mount.

It runs in the foreground as a child, is killed when its parent ends (prctl(2), PR_SET_PDEATHSIG), and ends
by itself when its mount goes.
"""

from __future__ import annotations

import os
import select

from pod.errors import StorageError
from pod.linux import process
from pod.linux import syscalls as sc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.rootfs import RootMount

_SIGKILL = 9
_PATIENCE_MS = 20_000
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


def mount(entry: RootMount, target: str, program: str) -> int:
    """Mount the layers of `entry` at `target`, wait until they are there, and return the pid of the serving child."""
    opened: list[int] = []
    try:
        for path in (*entry.lowers, *filter(None, (entry.upper, entry.work))):
            if ":" in path:
                raise StorageError(
                    f"fuse-overlayfs cannot use {path}: there is a colon in it",
                    hint="keep the store in a folder without one (--root), or use another --storage-driver",
                )
            opened.append(os.open(path, _FOLDER))
        # Paths may hold commas and backslashes; numbers do not, and 127 of them are short.
        names = [f"/proc/self/fd/{fd}" for fd in opened]
        options = ["lowerdir=" + ":".join(names[: len(entry.lowers)]), *entry.options]
        if entry.upper:
            options += (f"upperdir={names[-2]}", f"workdir={names[-1]}")
        return _start([program, "-f", "-o", ",".join(options), target], target, opened)
    finally:
        for fd in opened:
            os.close(fd)


def _start(argv: list[str], target: str, folders: list[int]) -> int:
    said = os.memfd_create("said")
    table = os.open("/proc/self/mountinfo", os.O_RDONLY | os.O_CLOEXEC)
    before = os.stat(target).st_dev
    try:
        pid = _spawn(argv, folders, said)
        try:
            _wait(pid, table, target, before, said)
        except BaseException:
            os.kill(pid, _SIGKILL)
            os.waitpid(pid, 0)
            raise
        return pid
    finally:
        os.close(table)
        os.close(said)


def _spawn(argv: list[str], folders: list[int], said: int) -> int:
    parent = os.getpid()

    def die_with_parent() -> None:
        sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    try:
        return process.spawn(argv, cwd="/", stdout=said, stderr=said, pass_fds=folders, before_exec=die_with_parent)
    except FileNotFoundError:
        raise StorageError(
            f"cannot run {argv[0]}: no such program",
            hint="apt-get install fuse-overlayfs, or use another --storage-driver",
        ) from None


def _wait(pid: int, table: int, target: str, before: int, said: int) -> None:
    """Wait until something new is mounted at `target` (poll(2) tells of changes in the list of mounts)."""
    child = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(table, select.POLLPRI)
        poll.register(child, select.POLLIN)
        while os.stat(target).st_dev == before:
            ready = dict(poll.poll(_PATIENCE_MS))
            if child in ready or not ready:
                text = os.pread(said, 2000, 0).decode(errors="replace").strip().replace("\n", "; ")
                raise StorageError(
                    f"fuse-overlayfs did not mount: {text or 'it gave no reason'}",
                    hint="" if os.access("/dev/fuse", os.R_OK | os.W_OK) else "this user may not open /dev/fuse",
                )
    finally:
        os.close(child)
