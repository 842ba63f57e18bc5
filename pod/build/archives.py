"""Archives that come with a build: known by their first block, unpacked confined and bounded."""

from __future__ import annotations

import os

from pod.errors import BuildError, PodError
from pod.linux import workers
from pod.storage.compression import Decompressed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_TAR_BLOCK = 512
# What an archive may come to: nobody's sources shrink to a hundredth, and what does is there to fill the disk.
_ALWAYS = 1 << 30
_RATIO = 100


def is_archive(path: str) -> bool:
    """True for a tarball, compressed or not: its first block is a header of one."""
    try:
        with open(path, "rb", buffering=0) as stream:
            pieces = Decompressed(stream).pieces()
            head = b""
            while len(head) < _TAR_BLOCK and (piece := next(pieces, b"")):
                head += piece
    except (OSError, PodError):
        return False
    return _is_tar_header(head[:_TAR_BLOCK])


def _is_tar_header(block: bytes) -> bool:
    if len(block) < _TAR_BLOCK:
        return False
    text = block[148:156].strip(b" \0")
    if not text or not set(text) <= set(b"01234567"):
        return False
    return sum(block[:148]) + sum(block[156:]) + 8 * 32 == int(text, 8)


def unpack(
    path: str, shown: str, enter: Callable[[], object], *, single_id: bool, owner: tuple[int, int] | None
) -> None:
    """Unpack an archive in a child, whose root is where `enter` goes to. Raises BuildError.

    `owner` is whom everything shall belong to, None for whom the archive names.
    """
    from pod.storage.extract import Extractor
    from pod.storage.tar.source import Source

    with open(path, "rb", buffering=0) as stream:
        pieces = Decompressed(stream).pieces()
        limit = _ALWAYS + _RATIO * os.fstat(stream.fileno()).st_size

        def work(_report: object) -> None:
            enter()
            os.chroot(".")
            extractor = Extractor(single_id=single_id, owner=owner, overwrite=True, limit=limit)
            extractor.unpack(Source(lambda _size: next(pieces, b"")))

        try:
            workers.run_all([work], 1)
        except PodError as err:
            raise BuildError(f"cannot unpack {shown}: {err.message}", hint=err.hint) from err
