"""`volume export` and `volume import`: a volume's files to an archive, and an archive's files into a volume.

A container may plant links in the volume meanwhile: the child that does the work has its folder as its root.
"""

from __future__ import annotations

import contextlib
import os

from pod.engine.volumes import mounting
from pod.errors import PodError
from pod.linux import workers
from pod.runtime import init
from pod.storage.compression import Decompressed
from pod.storage.extract import Extractor
from pod.storage.pack import TreePacker
from pod.storage.tar.source import Source
from pod.storage.tar.writer import TarWriter
from pod.storage.volumes import VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.engine import Engine

_USER = "pod-archive"  # who uses the volume, for a plugin


def export_volume(engine: Engine, wanted: str, fd: int) -> None:
    """Write a volume's files to a descriptor as an archive. Raises NoSuchVolume, OSError."""
    with _folder(engine, wanted) as path:

        def work(_report: object) -> None:
            writer = TarWriter.to(fd)
            _confine(path)
            packer = TreePacker(b".", writer)
            packer.add(b"", os.stat("."))
            packer.add_tree()
            writer.finish()

        workers.run_all([work], 1)


def import_volume(engine: Engine, wanted: str, fd: int) -> None:
    """Put what an archive holds, compressed or not, into a volume, on top of what is there. Raises ArchiveError."""
    single_id = engine.enter().single
    with _folder(engine, wanted) as path:

        def work(_report: object) -> None:
            extractor = Extractor(single_id=single_id, overwrite=True, with_root=True)
            with open(fd, "rb", buffering=0, closefd=False) as stream:
                source = Source(Decompressed(stream).read)
                _confine(path)
                _extract(wanted, extractor, source)

        workers.run_all([work], 1)


def _extract(name: str, extractor: Extractor, source: Source) -> None:
    try:
        extractor.unpack(source)
    except PodError as err:
        raise type(err)(f"cannot import to volume {name}: {err.message}", hint=err.hint) from None
    except OSError as err:
        raise PodError(f"cannot import to volume {name}: {err.strerror}: {err.filename}") from err


@contextlib.contextmanager
def _folder(engine: Engine, wanted: str) -> Iterator[str]:
    """Give the block a volume's folder; nobody can remove the volume meanwhile."""
    engine.enter()
    store = VolumeStore(engine.layout)
    with store.lock(shared=True):
        record = store.read(store.find_name(wanted))
        path = mounting.make_ready(engine, record, _USER)
        try:
            yield path
        finally:
            if mounting.stands_for_other(record):
                mounting.release(engine, record.name, _USER)


def _confine(path: str) -> None:
    """Make a folder the root of this process, a child that has imported all it needs."""
    init.seal_imports()
    os.chroot(path)
    os.chdir("/")
