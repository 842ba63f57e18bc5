"""Decompression of layers and archives: gzip, xz, zstd and bzip2, told apart by their first bytes.

All formats are read across several members one after the other, in bounded pieces: what a decompression bomb
yields is up to whoever reads on. `isal` (Intel's ISA-L) is used for gzip where it is installed: twice zlib's speed.
"""

from __future__ import annotations

from pod.errors import ArchiveError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Protocol

    class Readable(Protocol):
        """Anything that gives its bytes piece by piece."""

        def read(self, size: int, /) -> bytes: ...

    class _Decompressor(Protocol):
        """What lzma and bz2 give, and what the others are made to look like."""

        @property
        def eof(self) -> bool: ...
        @property
        def needs_input(self) -> bool: ...
        @property
        def unused_data(self) -> bytes: ...
        def decompress(self, data: bytes, max_length: int) -> bytes: ...


READ = 256 << 10
PIECE = 1 << 20  # the most that one step yields

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
}
_LONGEST = max(map(len, _MAGIC))
_MAX_WINDOW = 128 << 20  # of zstd, as the zstd program allows without being asked
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)  # zstd frames without content (RFC 8878, 3.1.2); images may begin with one


def detect(head: bytes) -> str:
    """Return the name of the compression that a stream's first bytes show, "" for none."""
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    return "zstd" if len(head) >= 4 and int.from_bytes(head[:4], "little") in _SKIPPABLE else ""


class Decompressed:
    """The decompressed bytes of a stream, whatever it was compressed with. `kind` is the compression found."""

    def __init__(self, stream: Readable, *, progress: Callable[[int], object] | None = None) -> None:
        self._stream = stream
        self._progress = progress
        self._consumed = 0
        self._head = b""
        while len(self._head) < _LONGEST and (part := self._raw(_LONGEST - len(self._head))):
            self._head += part
        self.kind = detect(self._head)
        # The library is loaded now: whoever reads on may have left this root folder by then.
        self._pieces = self._decompress(_MAKERS[self.kind]()) if self.kind else self._plain()
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, b"" at the end. Raises ArchiveError for damaged data."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
        if len(self._rest) <= size:
            data, self._rest = self._rest, b""
        else:
            data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def pieces(self) -> Iterator[bytes]:
        """Yield everything, in pieces of at most PIECE bytes."""
        return self._pieces

    def _raw(self, size: int = READ) -> bytes:
        data = self._stream.read(size)
        self._consumed += len(data)
        if self._progress is not None and data:
            self._progress(len(data))
        return data

    def _input(self) -> bytes:
        head, self._head = self._head, b""
        return head or self._raw()

    def _plain(self) -> Iterator[bytes]:
        while data := self._input():
            yield data

    def _decompress(self, make: Callable[[], _Decompressor]) -> Iterator[bytes]:
        data = self._input()
        while data:
            member = make()
            while not member.eof:
                if member.needs_input and not data and not (data := self._input()):
                    raise ArchiveError(f"the {self.kind} data is cut off at byte {self._consumed}")
                piece = self._step(member, data)
                data = b""
                for at in range(0, len(piece), PIECE):
                    yield piece[at : at + PIECE]
            data = member.unused_data or self._input()
            while data and not data.strip(b"\0"):
                data = self._input()  # padding at the end, as tapes and block devices leave it

    def _step(self, member: _Decompressor, data: bytes) -> bytes:
        try:
            return member.decompress(data, PIECE)
        except ArchiveError:
            raise
        except Exception as err:  # each library has an error class of its own
            raise ArchiveError(f"damaged {self.kind} data before byte {self._consumed}: {err}") from err


class _Inflate:
    """zlib's (or isal's) object behind the interface that lzma's and bz2's have."""

    def __init__(self, inflate: Any) -> None:
        self._inflate = inflate
        self._tail = b""

    @property
    def eof(self) -> bool:
        return bool(self._inflate.eof)

    @property
    def needs_input(self) -> bool:
        return not self._tail

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inflate.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = self._inflate.decompress(self._tail + data if self._tail else data, max_length)
        self._tail = self._inflate.unconsumed_tail
        return bytes(piece)


def _gzip() -> Callable[[], _Decompressor]:
    try:
        from isal import isal_zlib as zlib  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        import zlib  # type: ignore[no-redef,unused-ignore]
    return lambda: _Inflate(zlib.decompressobj(wbits=31))


def _xz() -> Callable[[], _Decompressor]:
    import lzma

    return lzma.LZMADecompressor


def _bzip2() -> Callable[[], _Decompressor]:
    import bz2

    return bz2.BZ2Decompressor


class _ZstdMember:
    """A frame read with the package zstandard, which has no bound on what one step yields: it gets little input."""

    _SLICE = 2 << 10  # a block of four bytes may stand for 128 KiB: 64 MiB at worst

    def __init__(self, decompressor: Any) -> None:
        self._object = decompressor.decompressobj()
        self._input = b""
        self._at = 0

    @property
    def eof(self) -> bool:
        return bool(self._object.eof)

    @property
    def needs_input(self) -> bool:
        return self._at >= len(self._input)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._object.unused_data) + self._input[self._at :]

    def decompress(self, data: bytes, _max_length: int) -> bytes:
        if data:
            self._input, self._at = self._input[self._at :] + data, 0
        piece = self._input[self._at : self._at + self._SLICE]
        self._at += len(piece)
        return bytes(self._object.decompress(piece))


def _zstd() -> Callable[[], _Decompressor]:
    try:
        from compression.zstd import ZstdDecompressor  # type: ignore[import-not-found,unused-ignore]  # Python 3.14
    except ImportError:
        pass
    else:
        return ZstdDecompressor  # type: ignore[no-any-return,unused-ignore]
    try:
        import zstandard
    except ImportError:
        raise ArchiveError(
            "the data is compressed with zstd, which this Python cannot read",
            hint="install the package zstandard for it: pip install zstandard",
        ) from None
    decompressor = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    return lambda: _ZstdMember(decompressor)


_MAKERS = {"gzip": _gzip, "xz": _xz, "bzip2": _bzip2, "zstd": _zstd}
