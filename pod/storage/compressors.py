"""Compression of layers: gzip (isal where it is installed, several times zlib's speed) and zstd.

What is compressed here is the same bytes each time on one machine: no file name, no time of day.
"""

from __future__ import annotations

from pod.errors import StorageError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Compressor(Protocol):
        """Takes data piece by piece; `flush` gives what is left at the end."""

        def compress(self, data: bytes, /) -> bytes: ...
        def flush(self) -> bytes: ...


LEVELS = {"gzip": range(1, 10), "zstd": range(1, 23)}
_GZIP = 31  # zlib's window bits, and 16 for gzip's header
_ZLIB_LEVEL = 6
_ISAL_LEVEL = 2  # of 0 to 3
_ZSTD_LEVEL = 3


def check(kind: str, level: int | None) -> None:
    """Raise UsageError for a level that a compression does not have, StorageError where it cannot be done here."""
    algorithm = kind.partition(":")[0]  # zstd:chunked is zstd with a table of contents
    levels = LEVELS[algorithm]
    if level is not None and level not in levels:
        raise UsageError(f"invalid compression level {level}: those of {algorithm} are {levels[0]} to {levels[-1]}")
    make(algorithm, level)


def make(kind: str, level: int | None = None) -> Compressor:
    """Return a new compressor for `gzip` or `zstd`. Raises StorageError where this Python has none."""
    return _MAKERS[kind](level)


def _gzip(level: int | None) -> Compressor:
    if level is None:
        try:
            from isal import isal_zlib
        except ImportError:
            pass
        else:
            return isal_zlib.compressobj(_ISAL_LEVEL, isal_zlib.DEFLATED, _GZIP)
    import zlib

    return zlib.compressobj(_ZLIB_LEVEL if level is None else level, zlib.DEFLATED, _GZIP)


def _zstd(level: int | None) -> Compressor:
    try:
        from compression.zstd import ZstdCompressor  # type: ignore[import-not-found,unused-ignore]  # Python 3.14
    except ImportError:
        return _zstandard(level).compressobj()  # type: ignore[no-any-return]
    return ZstdCompressor(level or _ZSTD_LEVEL)  # type: ignore[no-any-return,unused-ignore]


def frames(level: int | None = None) -> Callable[[bytes], bytes]:
    """Return what compresses data to a zstd frame of their own. Raises StorageError where this Python has no zstd."""
    try:
        from compression.zstd import ZstdCompressor  # type: ignore[import-not-found,unused-ignore]  # Python 3.14
    except ImportError:
        return _zstandard(level).compress  # type: ignore[no-any-return]
    compressor = ZstdCompressor(level or _ZSTD_LEVEL)
    return lambda data: compressor.compress(data, ZstdCompressor.FLUSH_FRAME)  # type: ignore[no-any-return,unused-ignore]


def _zstandard(level: int | None) -> Any:
    try:
        import zstandard
    except ImportError:
        raise StorageError(
            "cannot compress with zstd: this Python has no library for it",
            hint="install the package zstandard (pip install zstandard), or push with --compression-format gzip",
        ) from None
    return zstandard.ZstdCompressor(level or _ZSTD_LEVEL)


_MAKERS: dict[str, Callable[[int | None], Compressor]] = {"gzip": _gzip, "zstd": _zstd}
