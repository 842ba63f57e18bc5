"""The first use of a volume: what the image has at its place is copied into it, and it gets an owner.

Podman's rules: an empty volume takes over owner and mode of the folder that the image has there, or belongs to the
container's user where the image has none; its files are copied as soon as there are any. That happens aside, and a
rename puts the copy into place: a crash leaves an empty volume that still waits for its first use.
"""

from __future__ import annotations

import os
import stat

from pod.engine import owners
from pod.errors import PodError, StorageError
from pod.linux import files
from pod.runtime import inroot, users
from pod.storage import tree_copy, volume_options
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.engine.mounts.steps import Step
    from pod.storage.container_records import ContainerRecord, Mount
    from pod.storage.volumes import VolumeRecord


def step(engine: Engine, record: ContainerRecord, mount: Mount, *, copy: bool) -> Step:
    """Return what is done for a volume once the container's root is mounted. The monitor holds the volume's lock."""

    def first_use(root: str) -> None:
        known = VolumeStore(engine.layout)
        volume = known.read(mount.name)
        folder = engine.layout.volume_data(volume.name)
        if os.listdir(folder):
            return
        source = _open_folder(root, mount.target)
        try:
            done = _use(known, volume, folder, source, copy=copy and volume.needs_copy_up)
            if source is None and volume.needs_chown:
                user = users.resolve_user(root, record.user)
                os.chown(folder, *owners.outside(record, user.uid, user.gid))
        except OSError as err:
            raise StorageError(f"cannot fill volume {mount.name}: {err.strerror}: {err.filename}") from err
        finally:
            if source is not None:
                os.close(source)
        known.save(volume.replace(needs_chown=False, needs_copy_up=volume.needs_copy_up and not done))

    return first_use


def _use(known: VolumeStore, volume: VolumeRecord, folder: str, source: int | None, *, copy: bool) -> bool:
    """Give an empty volume owner, mode and files of the image's folder; true where there were any."""
    if source is None:
        return False
    path = inroot.fd_path(source)
    if copy and os.listdir(source):
        if volume_options.parse(volume.options).type:
            tree_copy.copy_contents(path, folder)  # something is mounted there: nothing can take its place
        else:
            _replace(known, volume, path, folder)
        return True
    if volume.needs_chown:
        _take_over(path, folder)
    return False


def _replace(known: VolumeStore, volume: VolumeRecord, source: str, folder: str) -> None:
    """Copy aside, and put the copy in the place of the empty folder."""
    aside = f"{known.layout.volume(volume.name)}/filling"
    files.remove_tree(aside)
    os.mkdir(aside, 0o700)
    try:
        tree_copy.copy_tree(source, aside)
        if not volume.needs_chown:  # an owner was asked for, or settled before
            _take_over(folder, aside)
        os.rename(aside, folder)
    except BaseException:
        files.remove_tree(aside)
        raise


def _take_over(source: str, folder: str) -> None:
    info = os.stat(source)
    os.chown(folder, info.st_uid, info.st_gid)
    os.chmod(folder, stat.S_IMODE(info.st_mode))


def copy_into(target: str, folder: str) -> Step:
    """Return the step that fills a tmpfs with what the image has at its place."""

    def fill(root: str) -> None:
        source = _open_folder(root, target)
        if source is None:
            return
        try:
            tree_copy.copy_contents(inroot.fd_path(source), folder)
        except OSError as err:
            raise PodError(
                f"cannot fill the tmpfs at {target} with what the image has there: {err.strerror}",
                hint="give it a larger size=, or leave that out with notmpcopyup",
            ) from err
        finally:
            os.close(source)

    return fill


def _open_folder(root: str, target: str) -> int | None:
    """Open a folder of the container's root, links followed inside it; None where there is no folder."""
    top = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return inroot.open_in_root(top, target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    finally:
        os.close(top)
