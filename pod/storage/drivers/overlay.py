"""The kernel's overlay file system, mounted inside a user namespace (Linux 5.11, option `userxattr`; overlayfs.rst).

Folders are passed as numbers of open descriptors: mount(2) takes 4096 bytes of options, which 127 paths would not fit
into, and no path of the host shows in the container's list of mounts.
"""

from __future__ import annotations

import os

from pod.errors import StorageError
from pod.linux import files
from pod.linux import syscalls as sc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.rootfs import RootMount

_MAX_LOWERS = 500  # OVL_MAX_STACK
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


def mount(entry: RootMount, target: str) -> None:
    """Mount the layers of `entry` at an absolute path. Raises OSError, StorageError."""
    if len(entry.lowers) + len(entry.data) > _MAX_LOWERS:
        raise StorageError(
            f"the image has {len(entry.lowers)} layers, the kernel's overlay takes {_MAX_LOWERS}",
            hint="use --storage-driver fuse-overlayfs for it",
        )
    back = os.open(".", _FOLDER)
    opened: list[int] = []
    try:
        for path in (*entry.lowers, *entry.data):
            opened.append(os.open(path, _FOLDER))
        lowers, data = opened[: len(entry.lowers)], opened[len(entry.lowers) :]
        folders = ":".join(map(str, lowers)) + "".join(f"::{fd}" for fd in data)
        options = ["userxattr", "index=off", f"lowerdir={folders}", *entry.options]
        if entry.upper:
            if "volatile" in entry.options:
                # Left from an earlier mount in this boot, or of a container that nobody expects to have survived
                files.remove_tree(f"{entry.work}/work/incompat")
            upper, work = os.open(entry.upper, _FOLDER), os.open(entry.work, _FOLDER)
            opened += (upper, work)
            options += (f"upperdir={upper}", f"workdir={work}")
        os.chdir("/proc/self/fd")
        sc.mount("overlay", target, "overlay", sc.MS_RDONLY if entry.read_only else 0, ",".join(options))
    finally:
        os.fchdir(back)
        for fd in (back, *opened):
            os.close(fd)
