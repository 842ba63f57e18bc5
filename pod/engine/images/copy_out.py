"""Writing one image to a registry, an archive or a folder, as `image copy` and `push` do."""

from __future__ import annotations

import hashlib
import os

from pod.engine.images import save
from pod.engine.images.push import PushForm, PushProgress, push_image, push_target
from pod.engine.images.tag import full_name
from pod.errors import StorageError
from pod.linux import files, jsonfile
from pod.oci import media_types, transports
from pod.oci.digest import Digest
from pod.oci.manifest import REF_NAME, Index
from pod.registry.access import Access
from pod.storage.archives import dir_transport
from pod.storage.archives.writing import SavedImage
from pod.storage.documents import read_document
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pod.engine.engine import Engine
    from pod.oci.transports import Place
    from pod.registry.options import RegistryOptions
    from pod.storage.images import Image

    Writer = Callable[[Engine, Image], Digest]
    """Writes an image of an engine's store and returns the digest of the manifest as it is written."""


def writer(target: Place, options: RegistryOptions, format: str = "") -> Writer:
    """Return what writes to a place. Raises InvalidReference, RegistryError for what cannot be written to."""
    if target.transport == transports.DOCKER:
        reference = push_target(target.name)
        repository = Access(options).target(reference)

        def send(engine: Engine, image: Image) -> Digest:
            form = PushForm(format)
            store = ImageStore(engine.layout)
            return push_image(engine, store, image, repository, reference, form, PushProgress()).digest

        return send
    path = os.path.abspath(target.path)
    return lambda engine, image: _write(engine, image, target.replace(path=path))


def _write(engine: Engine, image: Image, target: Place) -> Digest:
    config = read_document(engine.layout, image.id)
    saved = SavedImage(image, (), config, keeps_types=True)
    if target.transport == transports.DOCKER_ARCHIVE:
        if os.path.exists(target.path):
            raise StorageError(f"{target.path} exists: images cannot be added to it", hint="remove it first")
        named = saved.replace(names=(full_name(target.name),) if target.name else ())
        save.write(engine, [named], target.path, format=save.DOCKER_ARCHIVE)
        return image.digest
    if target.transport == transports.OCI_ARCHIVE:
        save.write(engine, [saved.replace(label=target.name)], target.path, format=save.OCI_ARCHIVE)
        return _oci_digest(image)
    if target.transport == transports.DIR:
        _clear_dir(target.path)
        save.write(engine, [saved], target.path, format=save.DOCKER_DIR)
        return _digest(f"{target.path}/{dir_transport.MANIFEST}")
    return _add_to_layout(engine, saved.replace(label=target.name), target.path)


def _oci_digest(image: Image) -> Digest:
    """Return the digest that an image has in an OCI layout, which knows OCI's types only."""
    converted = image.manifest.in_types(media_types.in_oci_types)
    if converted == image.manifest:
        return image.digest
    return Digest(hashlib.sha256(jsonfile.dumps(converted.to_json())).hexdigest())


def _digest(path: str) -> Digest:
    return Digest(hashlib.sha256(files.read_bytes(path)).hexdigest())


def _clear_dir(path: str) -> None:
    """Empty a folder that holds another image in the same format; any other one stays, to be refused."""
    if os.path.exists(f"{path}/version") and os.path.exists(f"{path}/{dir_transport.MANIFEST}"):
        for name in os.listdir(path):
            if os.path.isfile(f"{path}/{name}"):
                os.unlink(f"{path}/{name}")


def _add_to_layout(engine: Engine, saved: SavedImage, path: str) -> Digest:
    """Write into an OCI layout, beside the images that it has; one of the same name loses it."""
    if not os.path.exists(f"{path}/index.json"):
        save.write(engine, [saved], path, format=save.OCI_DIR)
        return Index.from_json(jsonfile.read(f"{path}/index.json")).manifests[0].digest
    fresh = f"{path}/.{os.getpid()}.partial"
    try:
        save.write(engine, [saved], fresh, format=save.OCI_DIR)
        new = Index.from_json(jsonfile.read(f"{fresh}/index.json")).manifests[0]
        for name in os.listdir(f"{fresh}/blobs/sha256"):
            os.rename(f"{fresh}/blobs/sha256/{name}", f"{path}/blobs/sha256/{name}")
        old: Any = Index.from_json(jsonfile.read(f"{path}/index.json"))
        kept = [one for one in old.manifests if one.annotations.get(REF_NAME, "") != saved.label]
        jsonfile.write(f"{path}/index.json", old.replace(manifests=(*kept, new)).to_json())
    except (OSError, ValueError) as err:
        raise StorageError(f"cannot add an image to the layout {path}: {err}") from err
    finally:
        files.remove_tree(fresh)
    return new.digest
