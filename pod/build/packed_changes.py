"""A step's layer where the storage driver copies: found by comparing, packed, and unpacked as a layer."""

from __future__ import annotations

import os

from pod.engine import commit, diff
from pod.oci.digest import Digest
from pod.storage.layers import LayerStore
from pod.storage.new_layers import set_times
from pod.storage.pack import LayerPacker
from pod.storage.tar.writer import TarWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.step_root import StepRoot
    from pod.engine.engine import Engine
    from pod.storage.layers import Layer
    from pod.storage.rootfs import RootPlan


def adopt_packed(engine: Engine, root: StepRoot, plan: RootPlan, timestamp: int | None) -> Layer:
    """Make a layer of what differs between a step's tree and what that was a copy of."""
    import hashlib

    tree = plan.mounts[0].lowers[0]
    changes = list(diff.changes_of(engine, plan, []))  # before all times are the same
    if timestamp is not None:
        set_times(tree, timestamp)
    path = f"{root.folder}/layer.tar"
    digest = hashlib.sha256()
    with open(path, "wb") as file:

        def write(data: bytes) -> None:
            digest.update(data)
            file.write(data)

        writer = TarWriter(write)
        commit.add_changes(LayerPacker(os.fsencode(tree), writer), changes)
        writer.finish()
    diff_id = Digest(digest.hexdigest())
    return LayerStore(engine.layout).add(
        diff_id, lambda: open(path, "rb", buffering=0), single_id=engine.enter().single
    )
