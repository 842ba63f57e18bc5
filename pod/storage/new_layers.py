"""Making layers: unpacked from an archive in a confined worker, or adopted from a container's upper folder."""

from __future__ import annotations

import hashlib
import os
import stat

from pod.linux import files, jsonfile, syscalls, times, workers
from pod.oci.digest import Digest
from pod.storage import owners, whiteouts
from pod.storage.layer_job import UnpackJob, cannot_write, move_into_place, publish
from pod.storage.layers import VERSION, Layer
from pod.storage.pack import pack
from pod.storage.staging import Staging
from pod.storage.tree_walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.storage.compression import Readable
    from pod.storage.layers import LayerStore


def add(
    store: LayerStore,
    diff_id: Digest,
    open_stream: Callable[[], Readable],
    *,
    single_id: bool,
    limit: int = 0,
    progress: Callable[[int], None] | None = None,
    note: Callable[[str], object] | None = None,
) -> Layer:
    """Unpack a layer unless the store has it; of several processes at it, one does the work.

    `open_stream` is called in the worker and may be any readable; `limit` bounds the uncompressed bytes; `progress`
    hears how many more bytes of the stream were read, `note` what was left out of the layer. Raises ArchiveError,
    DigestMismatch where the archive is not the one meant, and StorageError where the disk is full; nothing is then
    left behind.
    """
    hear = None if progress is None else (lambda _number, amount, _phase: progress(amount))
    try:
        with store.lock(diff_id):
            if store.has(diff_id):
                return store.get(diff_id)
            with Staging(store.layout, "layer") as staging:
                job = UnpackJob(staging.folder, open_stream, single_id, store.layout.root, limit)
                (outcome,) = workers.run_all([job], 1, hear)
                return publish(store, diff_id, job, outcome, note)
    except OSError as err:
        raise cannot_write(err, store.layout.root, store.layout.root, 0) from err


def restore_owners(store: LayerStore, diff_id: Digest) -> None:
    """Give the files of a layer the owners, modes and attributes that were only recorded, as far as they exist here.

    Call it inside a user namespace with subordinate ids, when no container uses the layer.
    """
    folder = store.layout.layer(diff_id)
    with store.lock(diff_id):
        layer = store.get(diff_id)
        if not layer.single_id:
            return  # another process was faster
        left = {
            path: lost
            for path, lost in owners.read(folder).items()
            if not _restore(os.path.join(os.fsencode(f"{folder}/diff"), path), lost)
        }
        files.write_atomic(f"{folder}/{owners.FILE}", owners.dumps(left))
        jsonfile.write(f"{folder}/layer.json", layer.replace(single_id=False).to_json())


def _restore(path: bytes, lost: owners.Lost) -> bool:
    try:
        mode = os.lstat(path).st_mode
        os.lchown(path, lost.uid, lost.gid)
        if not stat.S_ISLNK(mode):
            os.chmod(path, stat.S_IMODE(mode) if lost.mode is None else lost.mode)
        for name, value in lost.xattrs.items():
            os.setxattr(path, name, value, follow_symlinks=False)
    except (OSError, OverflowError):
        return False
    return True


def adopt(store: LayerStore, folder: str, timestamp: int | None, announce: Callable[[Digest], object]) -> Layer:
    """Make a tree the layer that its packed form is, moving it (on the same file system) out of where it lies.

    What overlay file systems have written into it for themselves is taken out first. With `timestamp` (seconds since
    the epoch) everything in it is of that time, so that the same files are the same layer. `announce` hears which one
    it will be before it is there.
    """
    _settle(os.fsencode(folder))
    if timestamp is not None:
        set_times(folder, timestamp)
    counted = _Counted()
    packed = pack(folder, counted.write)
    diff_id = Digest(counted.digest.hexdigest())
    announce(diff_id)
    with store.lock(diff_id):
        if store.has(diff_id):
            store.layout.discard(folder)
            return store.get(diff_id)
        layer = Layer(VERSION, diff_id, packed.size, packed.files, times.now(), archive_size=counted.size)
        with Staging(store.layout, "layer") as staging:
            made = f"{staging.folder}/layer"
            os.mkdir(made, 0o700)
            os.rename(folder, f"{made}/diff")
            _sync(made)
            move_into_place(store, made, layer)
        return layer


def set_times(folder: str, timestamp: int) -> None:
    """Give everything in a folder, and itself, one time."""
    tree = os.fsencode(folder)
    ns = (timestamp * 1_000_000_000,) * 2
    for path, _info in walk(tree):
        os.utime(os.path.join(tree, path), ns=ns, follow_symlinks=False)
    os.utime(tree, ns=ns)


class _Counted:
    """The digest and the size of an archive that nobody keeps."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self.size += len(data)


def _sync(folder: str) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        syscalls.syncfs(fd)
    finally:
        os.close(fd)


def _settle(tree: bytes) -> None:
    """Make an upper folder a layer: no books of an overlay, whiteouts and opaque folders in the disk's own spelling."""
    style = whiteouts.style_for(tree)
    _clear_books(tree, style)
    for relative, info in walk(tree):
        path = os.path.join(tree, relative)
        folder, name = os.path.split(path)
        if not name.startswith(whiteouts.PREFIX):
            _clear_books(path, style)
            continue
        os.unlink(path)
        if name == whiteouts.OPAQUE:
            style.make_opaque(folder)
        elif stat.S_ISREG(info.st_mode):  # fuse-overlayfs also leaves a device .wh..opq
            style.remove(os.path.join(folder, name[len(whiteouts.PREFIX) :]))


def _clear_books(path: bytes, style: whiteouts.Style) -> None:
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return
    private = [name for name in names if whiteouts.is_private_xattr(name)]
    if private:
        opaque = whiteouts.is_opaque(path)
        for name in private:
            os.removexattr(path, name, follow_symlinks=False)
        if opaque:
            style.make_opaque(path)
