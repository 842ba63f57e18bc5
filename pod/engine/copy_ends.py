"""The two ends of `cp`: one packs files at a place, the other unpacks them at another, each a child of the command.

Docker's rules (docker-cp(1), "DESCRIPTION") say what a source and a target mean. Both children make the folder that
they work in their root: a link that a container puts in the way while the copy runs leads nowhere else.

Between them goes one block with the kind and the name of the source, then an archive.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat

from pod.errors import NotFound, PodError, UsageError
from pod.linux import files
from pod.linux import syscalls as sc
from pod.record import Record
from pod.runtime import init, users
from pod.storage.extract import Extractor
from pod.storage.pack import TreePacker
from pod.storage.tar.source import PipeSource, Source
from pod.storage.tar.writer import TarWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.container_view import View

HEADER = 512
_LINKS = 40  # as many as the kernel follows
_CONTENTS, _FOLDER, _FILE = b"c", b"d", b"f"
_ROOT_NAME = b"root"  # in the archive between the two ends, where the source is a root folder
_PATH = os.O_PATH | os.O_CLOEXEC


class Place(Record):
    """A path of the host or of a container."""

    path: str  # absolute; what its last letters were is in the fields below
    where: str  # for messages: "the host", "container web"
    view: View | None = None
    folder: bool = False  # it was written with a slash at its end
    contents: bool = False  # it ended with "/."
    user: str = ""  # of the container: whom its new files belong to

    @classmethod
    def of(cls, text: str, where: str, *, working_dir: str, view: View | None = None, user: str = "") -> Place:
        """Return what the words of a command line mean."""
        contents = text == "." or text.endswith("/.")
        path = posixpath.normpath(posixpath.join("/", working_dir, text))
        return cls("/" + path.lstrip("/"), where, view, contents or text.endswith("/"), contents, user)

    def enter(self) -> None:
        """Move this process to where the place is."""
        if self.view is None:
            init.seal_imports()
        else:
            self.view.enter()


class Found(Record):
    """A file as the kernel found it: the folder that it is in, its name there, and what it is (None: nothing)."""

    parent: int
    name: str
    info: os.stat_result | None


def find(path: str, *, follow: bool) -> Found:
    """Look a path up below this process's root, to the end of the links with `follow`. Raises OSError."""
    for _ in range(_LINKS):
        folder, name = posixpath.split(path.rstrip("/"))
        if name in ("", ".", ".."):
            fd = sc.openat2(sc.AT_FDCWD, path or "/", _PATH | os.O_DIRECTORY, resolve=sc.RESOLVE_NO_MAGICLINKS)
            return Found(fd, ".", os.fstat(fd))
        parent = sc.openat2(sc.AT_FDCWD, folder or "/", _PATH | os.O_DIRECTORY)
        try:
            info = os.stat(name, dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return Found(parent, name, None)
        if not (follow and stat.S_ISLNK(info.st_mode)):
            return Found(parent, name, info)
        path = posixpath.join(folder, os.readlink(name, dir_fd=parent))
        os.close(parent)
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def send(source: Place, fd: int, *, follow: bool, stream: bool) -> None:
    """Pack what is at a place and write it to a descriptor; as a `stream` for other programs there is no header."""
    writer = TarWriter.to(fd)
    source.enter()
    found = _find(source, follow=follow or source.folder)
    if found.info is None:
        raise not_found(source)
    name = os.fsencode(posixpath.basename(source.path))
    is_folder = stat.S_ISDIR(found.info.st_mode)
    if source.folder and not is_folder:
        raise PodError(f'"{source.path}" on {source.where} is no folder')
    contents = source.contents or not name
    name = name or _ROOT_NAME
    if not stream:
        kind = _FILE if not is_folder else _CONTENTS if contents else _FOLDER
        files.write_all(fd, (kind + name).ljust(HEADER, b"\0"))
    if is_folder:
        _confine(_open_folder(found))
        packer = TreePacker(b".", writer, prefix=b"" if stream and contents else name)
        packer.add(b"", os.stat("."))
        packer.add_tree()
    else:
        _confine(found.parent)
        packer = _FilePacker(b"", writer, prefix=name)
        packer.add(os.fsencode(found.name), found.info)
        if not packer.files:
            raise PodError(f'"{source.path}" on {source.where} is no file, folder or link: it cannot be copied')
    writer.finish()


class _FilePacker(TreePacker):
    """Packs a single file; where a link was followed, under the name of the link."""

    def name_of(self, path: bytes) -> bytes:
        del path
        return self.prefix


class Receiving(Record):
    """How to unpack."""

    single_id: bool
    keep_owners: bool  # those that the archive names; else the user of the container, or of the host
    overwrite: bool


def receive(target: Place, fd: int, how: Receiving) -> None:
    """Unpack what `send` wrote, at a place."""
    source = PipeSource(fd)
    target.enter()
    header = source.take(HEADER)
    kind, name = header[:1], header[1:].rstrip(b"\0")
    found = _find(target, follow=True)
    owner = _owner(target, how)
    if found.info is not None and stat.S_ISDIR(found.info.st_mode):
        new = b"." if kind == _CONTENTS else name
        _confine(_open_folder(found))
    else:
        _check(target, found, is_folder=kind != _FILE)
        new = os.fsencode(found.name)
        _confine(found.parent)
    rename = (name, new)
    _extract(target, Extractor(single_id=how.single_id, owner=owner, rename=rename, overwrite=how.overwrite), source)


def receive_stream(target: Place, source: Source, how: Receiving) -> None:
    """Unpack an archive of somebody else's making into the folder that the target must be."""
    target.enter()
    found = _find(target, follow=True)
    if found.info is None:
        raise not_found(target)
    if not stat.S_ISDIR(found.info.st_mode):
        raise PodError("destination must be a directory when copying from stdin")
    owner = _owner(target, how)
    _confine(_open_folder(found))
    _extract(target, Extractor(single_id=how.single_id, owner=owner, overwrite=how.overwrite), source)


def not_found(place: Place) -> NotFound:
    """Return the error for a place where nothing is."""
    path = place.path + "/" if place.folder and place.path != "/" else place.path
    return NotFound(f'"{path}" could not be found on {place.where}: no such file or directory')


def _find(place: Place, *, follow: bool) -> Found:
    try:
        return find(place.path, follow=follow)
    except FileNotFoundError:
        raise not_found(place) from None
    except OSError as err:
        raise PodError(f'cannot look up "{place.path}" on {place.where}: {os.strerror(err.errno or 0)}') from err


def _check(target: Place, found: Found, *, is_folder: bool) -> None:
    """Raise for a target that is no folder, or not there yet, where that makes no sense."""
    if found.info is not None and (is_folder or target.folder):
        if is_folder:
            raise UsageError("destination must be a directory when copying a directory")
        raise PodError(f'"{target.path}/" on {target.where} is no folder')
    if found.info is None and target.folder and not is_folder:
        raise not_found(target)


def _owner(target: Place, how: Receiving) -> tuple[int, int] | None:
    if target.view is None:
        return 0, 0
    if how.keep_owners:
        return None
    user = users.resolve_user("/", target.user)
    return user.uid, user.gid


def _open_folder(found: Found) -> int:
    return sc.openat2(
        found.parent, found.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, resolve=sc.RESOLVE_NO_SYMLINKS
    )


def _confine(folder: int) -> None:
    """Make an open folder the root of this process."""
    os.fchdir(folder)
    os.chroot(".")


def _extract(target: Place, extractor: Extractor, source: Source) -> None:
    try:
        extractor.unpack(source)
    except PodError as err:
        raise PodError(f"cannot copy to {target.where}: {err.message}", hint=err.hint) from None
    except OSError as err:
        raise PodError(f"cannot copy to {target.path} on {target.where}: {err.strerror}: {err.filename}") from err
