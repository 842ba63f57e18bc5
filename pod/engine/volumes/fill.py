"""Files put into a volume from outside. A container may have left links there: no path is followed out of it."""

from __future__ import annotations

import os

from pod.errors import StorageError
from pod.linux import files
from pod.record import Record
from pod.runtime import inroot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine


class File(Record):
    """What a file of a volume is to hold, and who may read it."""

    content: bytes
    mode: int = 0o644


def fill(engine: Engine, name: str, wanted: dict[str, File]) -> None:
    """Write files into a volume of the driver local, each in one step. Raises StorageError."""
    engine.enter()
    try:
        root = os.open(engine.layout.volume_data(name), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for path, file in wanted.items():
                _write(root, path, file)
        finally:
            os.close(root)
    except OSError as err:
        raise StorageError(f"cannot write into volume {name}: {err.strerror}: {err.filename or ''}") from err


def _write(root: int, path: str, file: File) -> None:
    folder, name = os.path.split(path)
    parent = inroot.make_folder(root, folder or "/")
    try:
        temporary = f".{os.urandom(8).hex()}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(temporary, flags, 0o600, dir_fd=parent)
        try:
            files.write_all(fd, file.content)
            os.fchmod(fd, file.mode & 0o777)
        finally:
            os.close(fd)
        os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
    finally:
        os.close(parent)
