"""How much space volumes take on disk, as du(1) counts it."""

from __future__ import annotations

from pod.engine.sizes import disk_blocks
from pod.storage import volume_options
from pod.storage.volumes import LOCAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.layout import StorageLayout
    from pod.storage.volumes import VolumeRecord


def volume_size(layout: StorageLayout, record: VolumeRecord) -> int:
    """Return the bytes that a volume takes in the store: none for one that only stands for something elsewhere.

    The caller is in the user's namespace: elsewhere, files of other users of a container cannot be seen.
    """
    if record.driver != LOCAL or volume_options.parse(record.options).type:
        return 0
    return disk_blocks(layout.volume_data(record.name))
