"""The layers of a pull: a worker each, several at once, every one unpacked while it is fetched."""

from __future__ import annotations

from pod.engine.images import downloads
from pod.engine.images.publish import note_about, unpack
from pod.errors import ArchiveError, DigestMismatch, RegistryError, StorageError
from pod.linux import workers
from pod.storage.follower import Follower
from pod.storage.layers import LayerStore
from pod.storage.streamed_layer import StreamedLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.engine.engine import Engine
    from pod.engine.images.pull import PullProgress
    from pod.linux.workers import Report
    from pod.oci.digest import Digest
    from pod.oci.manifest import Descriptor
    from pod.registry.repository import Repository
    from pod.storage.blobs import BlobStaging

_AT_ONCE = 4  # layers, at least: on few cores, waiting for the network is what takes the time
_SILENCE = 600.0  # seconds in which no worker at all has anything to tell: longer than any time-out of theirs
_FETCHED, _UNPACKED = 0, 1  # what workers report


def fetch_layers(
    engine: Engine,
    repository: Repository,
    staging: BlobStaging,
    layers: dict[Digest, Descriptor],
    progress: PullProgress,
) -> None:
    """Fetch and unpack what is missing, a worker a layer, several at once, in the order of the manifest.

    Raises RegistryError, DigestMismatch, ArchiveError, StorageError.
    """
    unpacked = LayerStore(engine.layout)
    present = {diff_id for diff_id, layer in layers.items() if unpacked.has(diff_id) and staging.has(layer.digest)}
    progress.layers(tuple(layers.values()), frozenset(layers[diff_id].digest for diff_id in present))
    missing = [(diff_id, layer) for diff_id, layer in layers.items() if diff_id not in present]
    done = [[0, 0] for _ in missing]

    def hear(number: int, amount: int, phase: int) -> None:
        done[number][phase] += amount
        progress.layer(missing[number][1], *done[number])

    jobs = [_LayerJob(engine, staging, repository, diff_id, layer) for diff_id, layer in missing]
    try:
        workers.run_all(jobs, max(_AT_ONCE, workers.cores()), hear, silence=_SILENCE)
    except workers.WorkerIsStuck as err:
        raise RegistryError(f"cannot pull from {repository.shown}: {err}", hint="pull it again: it goes on") from err


class _LayerJob:
    """The work on one layer, done in a child: fetch, verify, unpack."""

    def __init__(
        self, engine: Engine, staging: BlobStaging, repository: Repository, diff_id: Digest, layer: Descriptor
    ) -> None:
        self._engine = engine
        self._staging = staging
        self._repository = repository
        self._diff_id = diff_id
        self._layer = layer

    def __call__(self, report: Report) -> None:
        unpacked = _UpTo(self._layer.size, lambda amount: report(amount, _UNPACKED))
        what = f"layer {self._layer.digest.short} of {self._repository.shown}"
        try:
            self._fetch_and_unpack(report, unpacked)
        except _Damaged as err:
            raise DigestMismatch(what, err.expected, err.found) from None
        except ArchiveError as err:
            raise ArchiveError(f"{what}: {err.message}", hint=err.hint) from None
        except StorageError as err:
            raise StorageError(f"cannot store {what}: {err.message}", hint=err.hint) from None
        unpacked(self._layer.size)

    def _fetch_and_unpack(self, report: Report, unpacked: Callable[[int], None]) -> None:
        engine, staging, diff_id, layer = self._engine, self._staging, self._diff_id, self._layer
        store = LayerStore(engine.layout)
        if store.has(diff_id):
            downloads.fetch(engine.layout, staging, self._repository, layer, report, Follower())
            return
        single_id, note = engine.enter().single, note_about(engine, diff_id)
        with StreamedLayer(store, diff_id, single_id=single_id, progress=unpacked, note=note) as stream:
            downloads.fetch(engine.layout, staging, self._repository, layer, report, stream)
            try:
                if not stream.finish():  # it was here already, or came from the disk
                    unpack(engine, staging, diff_id, layer, progress=unpacked)
            except DigestMismatch as err:
                raise _Damaged("", err.expected, err.found) from None


class _Damaged(DigestMismatch):
    """A layer that does not unpack to what the configuration says; the blob is what the manifest says."""


class _UpTo:
    """Reports amounts, up to a sum: what is read twice, because it begins again, counts once."""

    def __init__(self, limit: int, report: Callable[[int], None]) -> None:
        self._left = limit
        self._report = report

    def __call__(self, amount: int) -> None:
        amount = min(amount, self._left)
        self._left -= amount
        self._report(amount)
