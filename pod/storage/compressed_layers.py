"""What became of a layer when it was compressed and pushed: layers/HEX/compressed.json, beside the unpacked layer.

It spares a push the compression of what the registry has, and tells from which repositories a blob may be taken over.
A hint, no truth: where it is missing or wrong, the layer is compressed and sent.
"""

from __future__ import annotations

from pod.linux import jsonfile
from pod.oci.digest import Digest
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.layout import StorageLayout

VERSION = 1
_KEPT = 8  # repositories that are remembered


class Form(Record):
    """A layer as it is compressed in one way."""

    _omit_defaults = True

    digest: Digest
    size: int
    annotations: dict[str, str] = {}  # of its descriptor, that tell where its table of contents is


class CompressedLayer(Record):
    """The document compressed.json."""

    _omit_defaults = True

    version: int = VERSION
    forms: dict[str, Form] = {}  # by compression
    repositories: tuple[str, ...] = ()  # where the layer was pushed to, the last one first


def read(layout: StorageLayout, diff_id: Digest) -> CompressedLayer:
    """Return what is known of a layer, which may be nothing."""
    try:
        return CompressedLayer.from_json(jsonfile.read(_path(layout, diff_id)))
    except (OSError, ValueError):
        return CompressedLayer()


def remember(layout: StorageLayout, diff_id: Digest, forms: dict[str, Form], repository: str) -> None:
    """Note that a layer was pushed, and what it was compressed to where that was done with the default level."""
    known = read(layout, diff_id)
    repositories = tuple(dict.fromkeys((repository, *known.repositories)))[:_KEPT]
    new = known.replace(forms={**known.forms, **forms}, repositories=repositories)
    if new != known:
        try:
            jsonfile.write(_path(layout, diff_id), new.to_json())
        except OSError:
            pass  # the layer went meanwhile, or the disk is full: the push was done all the same


def _path(layout: StorageLayout, diff_id: Digest) -> str:
    return f"{layout.layer(diff_id)}/compressed.json"
