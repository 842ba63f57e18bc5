"""`system check`: what a crash, a full disk or a careless rm left in the store; and mending it.

Nothing is thrown away that can be kept: a document that says too little is written anew, an image goes on working where
only the archive of an unpacked layer is damaged, and a container's own files stay even where nobody can tell what
they belong to.
"""

from __future__ import annotations

from pod.engine import check_containers, check_images, check_volumes, sweep
from pod.engine.check_report import Finding
from pod.engine.images import garbage
from pod.errors import StorageError
from pod.storage import marker, staging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.engine.engine import Engine

__all__ = ["Finding", "check"]


def check(engine: Engine, *, quick: bool = False, repair: bool = False) -> Iterator[Finding]:
    """Yield what is wrong, mended if `repair` is true and it can be. `quick` leaves out reading every blob."""
    yield from _mark(engine, repair)
    engine.enter()
    yield from check_images.check(engine, quick=quick, repair=repair)
    yield from check_containers.check(engine, repair=repair)
    yield from check_volumes.check(engine, repair=repair)
    yield from _leftovers(engine, repair)


def _mark(engine: Engine, repair: bool) -> Iterator[Finding]:
    try:
        marker.read(engine.layout)
    except StorageError as err:
        if "newer" in err.message:
            raise
        finding = Finding(err.message, "is written anew")
        if repair:
            marker.renew(engine.layout)
            finding = finding.mended
        yield finding


def _leftovers(engine: Engine, repair: bool) -> Iterator[Finding]:
    abandoned = [path for path in staging.entries(engine.layout) if staging.is_abandoned(path)]
    if abandoned:
        finding = Finding(f"{len(abandoned)} unfinished works of killed processes", "are removed")
        if repair:
            sweep.leftovers(engine)
            finding = finding.mended
        yield finding
    unused = _unused(engine)
    if unused:
        finding = Finding(f"{unused} blobs and layers that no image and no container needs", "are removed")
        if repair:
            garbage.collect(engine)
            finding = finding.mended
        yield finding


def _unused(engine: Engine) -> int:
    try:
        return garbage.unused(engine)
    except StorageError:
        return 0  # as long as the index is broken, nobody can tell
