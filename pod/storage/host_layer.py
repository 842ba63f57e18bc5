"""Building the layer of the image `host`: the base, and for each folder of the machine one with its subfolders only."""

from __future__ import annotations

import collections
import os
import shutil
import stat

from pod.linux import files, jsonfile, syscalls, times, workers
from pod.oci.digest import Digest
from pod.storage import host_image, whiteouts
from pod.storage.host_trees import VERSION as TREES_VERSION
from pod.storage.host_trees import HostTree, HostTrees
from pod.storage.layers import VERSION, Layer, LayerStore
from pod.storage.rootfs import HOST_TREES
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SKELETON = {
    "dev": 0o755, "etc": 0o755, "home": 0o755, "media": 0o755, "mnt": 0o755, "opt": 0o755, "proc": 0o555,
    "root": 0o700, "run": 0o755, "srv": 0o755, "sys": 0o555, "tmp": 0o1777, "usr": 0o755, "var": 0o755,
    "var/cache": 0o755, "var/lib": 0o755, "var/local": 0o755, "var/log": 0o755, "var/mail": 0o1777,
    "var/spool": 0o755, "var/tmp": 0o1777, "var/cache/apt/archives/partial": 0o755,
    "var/lib/apt/lists/partial": 0o755, "var/lib/misc": 0o755, "var/log/apt": 0o755,
}  # fmt: skip
_LINKS = {"var/run": "/run", "var/lock": "/run/lock"}
_CHANGED_IN_PLACE = (".", "triggers", "updates")  # folders of /var/lib/dpkg
_MAX_ETC_FILE = 16 << 20
_MAX_FOLDERS = 100_000  # in one folder of a tree; what lies deeper cannot be written to


def build(store: LayerStore, diff_id: Digest, trees: Sequence[str] = ()) -> Layer:
    """Build the layer under that name, unless it is there. Call it inside the user's namespace.

    `trees` are the machine's folders to show, all that belong to it when none are named.
    """
    with store.lock(diff_id):
        if store.has(diff_id):
            return store.get(diff_id)
        with Staging(store.layout, "host") as staging:
            made = f"{staging.folder}/layer"
            old = os.umask(0)
            try:
                shown = _without(store.layout.root, trees or host_image.trees())
                size, count = _make_base(f"{made}/diff", shown)
                documents = _make_trees(made, shown)
            finally:
                os.umask(old)
            jsonfile.write(f"{made}/{HOST_TREES}", HostTrees(TREES_VERSION, documents).to_json())
            layer = Layer(VERSION, diff_id, size, count, times.now())
            jsonfile.write(f"{made}/layer.json", layer.to_json())
            files.make_folders(store.layout.layers)
            _sync(made)
            os.rename(made, store.layout.layer(diff_id))
        return layer


def _sync(folder: str) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        syscalls.syncfs(fd)
    finally:
        os.close(fd)


def _without(store: str, trees: Sequence[str]) -> list[str]:
    """Leave out a tree that holds the store itself: overlays refuse layers within each other."""
    return [path for path in trees if not f"{store}/".startswith(f"{path}/")]


def _make_base(base: str, trees: Sequence[str]) -> tuple[int, int]:
    """Make the folders and links of a root, and a copy of /etc; return size and number of its files."""
    for name, mode in _SKELETON.items():
        files.make_folders(f"{base}/{name}", 0o755)
        os.chmod(f"{base}/{name}", mode)
    links = dict(_LINKS)
    for path in os.listdir("/"):
        if os.path.islink(f"/{path}") and os.readlink(f"/{path}").lstrip("/").startswith("usr/"):
            links[path] = os.readlink(f"/{path}")
    for name, target in links.items():
        os.symlink(target, f"{base}/{name}")
    for path in trees:
        files.make_folders(f"{base}{path}", 0o755)
    result = _copy_readable("/etc", f"{base}/etc")
    _write_shadow(f"{base}/etc")
    return result


def _copy_readable(source: str, target: str) -> tuple[int, int]:
    """Copy what this user may read. It then belongs to root, so that it can be changed in the container."""
    size = count = 0
    try:
        entries = list(os.scandir(source))
    except PermissionError:
        return 0, 0
    for entry in entries:
        made = f"{target}/{entry.name}"
        info = entry.stat(follow_symlinks=False)
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), made)
        elif entry.is_dir():
            os.mkdir(made, stat.S_IMODE(info.st_mode) | 0o700)
            inner = _copy_readable(entry.path, made)
            size, count = size + inner[0], count + inner[1]
        elif stat.S_ISREG(info.st_mode) and info.st_size <= _MAX_ETC_FILE and os.access(entry.path, os.R_OK):
            shutil.copyfile(entry.path, made)
            os.chmod(made, stat.S_IMODE(info.st_mode) & 0o777)
            os.utime(made, ns=(info.st_mtime_ns, info.st_mtime_ns))
            size, count = size + info.st_size, count + 1
    return size, count


def _write_shadow(etc: str) -> None:
    """Stand in for the machine's passwords, which nobody may read: every account is there, and locked (shadow(5))."""
    for names, secrets, fields in (("passwd", "shadow", ":!:19000:0:99999:7:::"), ("group", "gshadow", ":!::")):
        if os.path.exists(f"{etc}/{secrets}") or not os.path.exists(f"{etc}/{names}"):
            continue
        accounts = files.read_bytes(f"{etc}/{names}").decode(errors="surrogateescape").splitlines()
        lines = [f"{line.partition(':')[0]}{fields}\n" for line in accounts if line[:1] not in ("", "+", "-", "#")]
        files.write_atomic(f"{etc}/{secrets}", "".join(lines).encode(errors="surrogateescape"), mode=0o640)


def _make_trees(layer: str, paths: Sequence[str]) -> tuple[HostTree, ...]:
    """Make the layers of folders, side by side."""
    trees = tuple(HostTree(path, path, str(number)) for number, path in enumerate(paths))
    jobs: list[_FolderJob] = []
    for path, tree in zip(paths, trees, strict=True):
        target = f"{layer}/folders/{tree.folders}"
        files.make_folders(target, 0o755)
        jobs += [_FolderJob(f"{path}/{child}", f"{target}/{child}") for child in _subfolders(path)]
    workers.run_all(jobs, workers.cores())
    for tree in trees:
        if os.path.basename(tree.target) == "dpkg":
            _copy_database(tree.source, f"{layer}/folders/{tree.folders}")
    return trees


def _copy_database(source: str, target: str) -> None:
    """Copy the files that dpkg does not replace by new ones but locks or links to: these must belong to root."""
    for folder in _CHANGED_IN_PLACE:
        for entry in os.scandir(f"{source}/{folder}") if os.path.isdir(f"{source}/{folder}") else ():
            if not entry.is_file(follow_symlinks=False):
                continue
            made = f"{target}/{folder}/{entry.name}"
            if os.access(entry.path, os.R_OK):
                shutil.copyfile(entry.path, made)
                os.chmod(made, 0o644)
            else:  # a lock
                files.write_atomic(made, b"", mode=0o640, durable=False)


def _subfolders(path: str) -> list[str]:
    return [entry.name for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False)]


class _FolderJob:
    """Make a folder like one of the machine's, and in it those that are in that, on the same file system."""

    def __init__(self, source: str, target: str) -> None:
        self._source = source
        self._target = target
        self._device = os.stat(os.path.dirname(source)).st_dev

    def __call__(self, report: Callable[[int], None]) -> int:
        del report
        pending = collections.deque([""])
        self._make("", os.lstat(self._source))
        made = 1
        while pending and made < _MAX_FOLDERS:
            folder = pending.popleft()  # the ones near the top first: they matter more, if it comes to the limit
            try:
                entries = os.scandir(self._source + folder)
            except PermissionError:
                whiteouts.style_for(os.fsencode(self._target)).make_opaque(os.fsencode(self._target + folder))
                continue
            with entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        path = f"{folder}/{entry.name}"
                        info = entry.stat(follow_symlinks=False)
                        self._make(path, info)
                        made += 1
                        if info.st_dev == self._device:
                            pending.append(path)
        return made

    def _make(self, path: str, info: os.stat_result) -> None:
        os.mkdir(self._target + path, info.st_mode & 0o1777)
