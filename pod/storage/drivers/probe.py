"""Trying a storage driver: two small layers, a real mount in a child's own mount namespace, and what containers do."""

from __future__ import annotations

import errno
import os
import stat

from pod.errors import PodError, StorageError
from pod.linux import files, workers
from pod.linux import syscalls as sc
from pod.storage import rootfs, tree_copy, whiteouts
from pod.storage.drivers import overlay
from pod.storage.staging import Staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.layout import StorageLayout

_UNTELLING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # an overlay without room for its work folder is read-only


def try_driver(layout: StorageLayout, driver: str, program: str = "") -> str:
    """Return "" where the driver works on the file system of the store, else the reason why it does not.

    Raises StorageError where nothing can be found out: a choice made on a full disk would be remembered for ever.
    """
    try:
        with Staging(layout, "probe") as staging:
            (reason,) = workers.run_all([lambda _report: _try(layout, driver, staging.folder, program)], 1)
            return str(reason)
    except PodError as err:
        return err.message
    except OSError as err:
        if err.errno in _UNTELLING:
            raise StorageError(f"cannot try storage drivers in {layout.root}: {err.strerror}") from err
        return _words(err)


def try_data_layers(layout: StorageLayout) -> str:
    """Return "" where an overlay of ours finds the data of files that only name them, else the reason why not.

    Linux lets users do that since 6.16, and with folders whose file system has room for attributes.
    """
    try:
        with Staging(layout, "probe") as staging:
            (reason,) = workers.run_all([lambda _report: _try_data_layers(staging.folder)], 1)
            return str(reason)
    except PodError as err:
        return err.message
    except OSError as err:
        return _words(err)


def _try_data_layers(folder: str) -> str:
    layer, tree, target = f"{folder}/layer", f"{folder}/tree", f"{folder}/target"
    for path in (layer, tree, target):
        os.mkdir(path)
    _write(f"{layer}/file")
    tree_copy.apply(layer, tree, refer=True)
    sc.unshare(sc.CLONE_NEWNS)
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_PRIVATE)
    overlay.mount(rootfs.RootMount("/", rootfs.OVERLAY, (tree,), data=(layer,), read_only=True), target)
    try:
        return "" if files.read_bytes(f"{target}/file") == b"x" else "the data are not found"
    finally:
        rootfs.unmount(target)


def _words(err: OSError) -> str:
    return (err.strerror or str(err)).lower()


def _try(layout: StorageLayout, driver: str, folder: str, program: str) -> str:
    """Run in a child: make layers, mount them, change things, and look."""
    layers = _make_layers(folder)
    container, target = f"{folder}/container", f"{folder}/target"
    os.mkdir(container)
    os.mkdir(target)
    sc.unshare(sc.CLONE_NEWNS)
    sc.mount(None, "/", None, sc.MS_REC | sc.MS_PRIVATE)
    plan = rootfs.prepare(layout, driver, container, layers, program=program)
    helpers = rootfs.mount_root(plan, target)
    try:
        return _look(target)
    finally:
        rootfs.unmount(target, helpers)


def _make_layers(folder: str) -> list[str]:
    """Make a layer with files, and one above it with a whiteout and an opaque folder."""
    lower, upper = f"{folder}/1/diff", f"{folder}/2/diff"
    for path in (f"{lower}/opaque", f"{lower}/folder", f"{upper}/opaque"):
        os.makedirs(path)
    for path in (f"{lower}/removed", f"{lower}/kept", f"{lower}/opaque/hidden", f"{upper}/opaque/new"):
        _write(path)
    style = whiteouts.style_for(os.fsencode(upper))
    style.remove(os.fsencode(f"{upper}/removed"))
    style.make_opaque(os.fsencode(f"{upper}/opaque"))
    return [lower, upper]


def _look(target: str) -> str:
    if os.listdir(f"{target}/opaque") != ["new"] or "removed" in os.listdir(target):
        return "what a layer removes from the one below stays visible"
    _write(f"{target}/folder/made")
    os.rename(f"{target}/folder/made", f"{target}/folder/moved")
    os.unlink(f"{target}/kept")
    os.mkdir(f"{target}/kept")
    os.chmod(f"{target}/folder", 0o2750)
    if stat.S_IMODE(os.stat(f"{target}/folder").st_mode) != 0o2750:
        return "modes are not kept"
    if sorted(os.listdir(target)) != ["folder", "kept", "opaque"]:
        return "changes are not kept"
    return ""


def _write(path: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(fd, b"x")
    finally:
        os.close(fd)
