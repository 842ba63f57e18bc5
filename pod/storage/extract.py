"""Putting an archive into a folder that has files already, as `cp` does (docker-cp(1)).

The caller has made that folder its root by chroot(2). Folders are merged; a file replaces a file; a folder and
something else never replace each other unless that is asked for. No name means anything but itself: `.wh.x` is a file.
"""

from __future__ import annotations

import errno
import os

from pod.errors import PodError
from pod.linux import files
from pod.storage import unpack
from pod.storage.tar import member
from pod.storage.tar.member import Member
from pod.storage.unpack import Unpacker, clean, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ROOT = b"."


class Extractor(Unpacker):
    """Puts one archive into the present folder.

    `owner` is whom everything shall belong to, None for whom the archive names. With `rename`, what the archive has
    under the first name comes under the second; b"." is the folder itself, which then keeps its mode and owner. So it
    does where the archive names it, unless `with_root` is true.
    """

    def __init__(
        self,
        *,
        single_id: bool,
        owner: tuple[int, int] | None = None,
        rename: tuple[bytes, bytes] | None = None,
        overwrite: bool = False,
        with_root: bool = False,
        limit: int = unpack.DEFAULT_LIMIT,
    ) -> None:
        super().__init__(single_id=single_id, limit=limit)
        self._with_root = with_root
        self._owner = owner
        self._rename = rename
        self._overwrite = overwrite

    def _prepare(self) -> None:
        """Leave the folder as it is."""

    def _put(self, entry: Member) -> None:
        path = self._renamed(entry.path)
        if path == _ROOT and entry.kind == member.DIRECTORY and not self._with_root:
            return
        entry = entry.replace(path=path)
        if entry.kind == member.HARDLINK:
            entry = entry.replace(linkpath=self._renamed(entry.linkpath))
        if self._owner is not None:
            entry = entry.replace(uid=self._owner[0], gid=self._owner[1])
        super()._put(entry)

    def _renamed(self, path: bytes) -> bytes:
        path = clean(path)
        if self._rename is not None:
            old, new = self._rename
            if path == old:
                return new
            if path.startswith(old + b"/"):
                return path[len(old) + 1 :] if new == _ROOT else new + path[len(old) :]
        return path

    def _put_whiteout(self, path: bytes) -> bool:
        del path
        return False

    def _make_or_keep_folder(self, path: bytes, mode: int) -> None:
        if unpack.is_folder(path):
            os.chmod(path, mode)
            return
        try:
            self._place(path, os.mkdir, mode)
        except FileExistsError:  # made between our looking and our making
            if not unpack.is_folder(path):
                raise

    def _place(self, path: bytes, make: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return make(path, *arguments)
        except FileExistsError:
            is_folder = unpack.is_folder(path)
            if (is_folder or make is os.mkdir) and not self._overwrite:
                what = "a folder" if is_folder else "something that is no folder"
                raise PodError(
                    f"{show(path)} would replace {what} of that name", hint="remove that first, or use --overwrite"
                ) from None
            try:
                files.remove_tree(os.fsdecode(path))
            except OSError as err:
                if err.errno == errno.EBUSY and make is os.open:  # a file that is mounted there: -v FILE:FILE
                    return os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC)
                raise
        except FileNotFoundError:
            self._make_implied(os.path.dirname(path))
        return make(path, *arguments)

    def _make_implied(self, folder: bytes) -> None:
        parts = folder.split(b"/") if folder else []
        for count in range(1, len(parts) + 1):
            part = b"/".join(parts[:count])
            if not os.path.lexists(part):
                os.mkdir(part, 0o755)
