"""The folders of `RUN --mount=type=cache`: which one a mount gets, locked as its `sharing` says, and how it is made."""

from __future__ import annotations

import hashlib
import itertools
import os

from pod.linux import files
from pod.linux.locks import Lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.build.steps.mount_flags import StepMount
    from pod.storage.layout import StorageLayout

    Hold = Callable[[Lock], None]


def lock_all(layout: StorageLayout, mounts: Sequence[StepMount], hold: Hold) -> dict[int, str]:
    """Lock the folders of cache mounts and return their names by the mounts' numbers.

    Each is locked once, and always in the same order, so that no two steps wait for each other. `hold` gets the locks.
    """
    names = {
        number: hashlib.sha256(mount.id.encode()).hexdigest()[:32]
        for number, mount in enumerate(mounts)
        if mount.type == "cache"
    }
    shared: dict[str, bool] = {}
    for number, name in names.items():
        if (sharing := mounts[number].sharing) != "private":
            shared[name] = shared.get(name, True) and sharing == "shared"
    for name in sorted(shared):
        lock = Lock(layout.lock("build-mount", name), shared=shared[name])
        lock.acquire()
        hold(lock)
    for number, name in names.items():
        if mounts[number].sharing == "private":
            names[number] = _private_copy(layout, name, hold)
    return names


def _private_copy(layout: StorageLayout, name: str, hold: Hold) -> str:
    """Lock a folder of this cache that nobody else uses now, and return its name."""
    for count in itertools.count():
        copy = f"{name}-{count}" if count else name
        lock = Lock(layout.lock("build-mount", copy))
        if lock.acquire(wait=False):
            break
    hold(lock)
    return copy


def folder_of(layout: StorageLayout, name: str, mount: StepMount, sources: Callable[[], Sequence[str]]) -> str:
    """Return the folder to mount, made if it is new; `sources` gives the layers of what `from` names."""
    folder = f"{layout.build}/mounts/{name}"
    if not os.path.isdir(f"{folder}/data"):
        _make(folder, mount, sources() if mount.origin else ())
    os.utime(folder)
    return f"{folder}/data"


def _make(folder: str, mount: StepMount, sources: Sequence[str]) -> None:
    """Make a cache folder, with what `from` and `source` name as its first contents."""
    files.make_folders(folder)
    files.write_atomic(f"{folder}/id", mount.id.encode(), durable=False)
    made = f"{folder}/data.{os.getpid()}"
    os.mkdir(made, 0o755)
    for lower in sources:
        from pod.storage import tree_copy

        source = os.path.normpath(os.path.join(lower, mount.source.strip("/")))
        if os.path.realpath(source).startswith(lower) and os.path.isdir(source):
            tree_copy.apply(source, made)
    os.chown(made, mount.uid, mount.gid)
    os.chmod(made, mount.mode)
    try:
        os.rename(made, f"{folder}/data")
    except OSError:
        files.remove_tree(made)  # somebody else was faster
