"""--cache-to and --cache-from: what steps have made, on a registry or in a folder, as an image that nobody runs.

Its layers are those of the steps; a label says which key has which. Whoever pulls it knows all the steps at once. The
cache that is `inline` is the image that was built, with the same in an annotation.
"""

from __future__ import annotations

from pod.build.events import Note
from pod.engine.images import copy, pull, push, remove_image
from pod.engine.images.publish import publish
from pod.errors import NoSuchImage, PodError
from pod.linux import jsonfile, times
from pod.oci import media_types, transports
from pod.oci.digest import Digest
from pod.oci.image_config import ImageConfig, RootFs, RunConfig
from pod.oci.manifest import Descriptor, Manifest
from pod.oci.transports import Place
from pod.storage.blobs import BlobStaging
from pod.storage.build_cache import CachedStep
from pod.storage.image_changes import NewImage
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pod.build.events import Display
    from pod.build.session import Session
    from pod.build.state import StageState
    from pod.registry.options import RegistryOptions
    from pod.storage.images import Image

_LABEL = "pod.build.cache"
INLINE = "inline"  # in --cache-to


def _options(session: Session) -> RegistryOptions:
    return pull.registry_options(session.options.images)


def fetch(session: Session, display: Display) -> None:
    """Learn the steps of the images that --cache-from names; one that cannot be had is told of and passed over."""
    for name in session.options.cache_from:
        before = ImageStore(session.engine.layout).lines()
        try:
            image = _brought(session, name)
        except PodError as err:
            display.hear(Note(f"Warning: no cache from {name}: {err.message}"))
            continue
        told = image.config.config.labels.get(_LABEL) or image.manifest.annotations.get(_LABEL, "{}")
        for key, document in jsonfile.loads(told).items():
            step = CachedStep.from_json(document)
            if not step.layer or Digest.parse(step.layer) in image.diff_ids:
                session.cache.put(str(key), step)
        if not any(image.id.hex.encode() in line for line in before):
            _forget(session, image.id)  # the cache keeps its layers


def _forget(session: Session, image: Digest) -> None:
    """Take the image of a cache from those that users see."""
    remove_image.remove_images(session.engine, [image.hex], force=True)


def _brought(session: Session, name: str) -> Image:
    """Return the image of a cache, fetched into the store."""
    store = ImageStore(session.engine.layout)
    place = transports.parse(name)
    if place is None:
        return store.get(str(pull.pull(session.engine, name, _options(session), policy="always").id))
    (loaded, *_others) = copy.into_store(session.engine, place, copy.CopyOptions())
    return store.get(str(loaded.id))


def send(session: Session, states: Iterable[StageState], display: Display) -> None:
    """Write what the steps of this build have made to where --cache-to says. Raises RegistryError, StorageError."""
    own = [state.diff_ids[state.base_layers :] for state in states]
    layers = {str(diff_id) for found in own for diff_id in found}
    known = {one.key: one.step for one in session.cache.list() if one.step.layer in layers or not one.step.layer}
    new = None
    for name in session.options.cache_to:
        if name == INLINE:
            continue
        new = new or _store(session, known, sorted(layers))
        place = transports.parse(name)
        if place is not None:
            copy.copy(session.engine, Place(transports.STORAGE, name=new.hex), place, copy.CopyOptions())
        else:
            _push(session, new, name)
        display.hear(Note(f"the steps of this build are in {name} now"))
    if new is not None:
        _forget(session, new)


def inline(session: Session, state: StageState) -> dict[str, str]:
    """Return the annotation that makes an image the cache of its own steps."""
    layers = set(map(str, state.diff_ids))
    known = {one.key: one.step.to_json() for one in session.cache.list() if one.step.layer in layers}
    return {_LABEL: jsonfile.dumps(known).decode()}


def _push(session: Session, image: Digest, name: str) -> None:
    try:
        push.push(session.engine, image.hex, name, _options(session))
    except NoSuchImage as err:
        raise NoSuchImage(name) from err


def _store(session: Session, known: dict[str, CachedStep], layers: list[str]) -> Digest:
    described = {key: step.to_json() for key, step in known.items()}
    diff_ids = tuple(map(Digest.parse, layers))
    platform = session.platform
    config = ImageConfig(
        platform.architecture,
        platform.os,
        RootFs("layers", diff_ids),
        created=times.now(),
        config=RunConfig(labels={_LABEL: jsonfile.dumps(described).decode()}),
    )
    with BlobStaging(session.engine.layout, "build") as staging:
        document = jsonfile.dumps(config.to_json())
        image_id = staging.add_bytes(document)
        sizes = [session.layers.get(diff_id).archive_size for diff_id in diff_ids]
        descriptors = tuple(
            Descriptor(media_types.OCI_LAYER, diff_id, size) for diff_id, size in zip(diff_ids, sizes, strict=True)
        )
        manifest = Manifest.of(Descriptor(media_types.OCI_CONFIG, image_id, len(document)), descriptors)
        data = jsonfile.dumps(manifest.to_json())
        digest = staging.add_bytes(data)
        new = NewImage(Descriptor(manifest.media_type, digest, len(data)), image_id, (), (digest, image_id))
        publish(session.engine, staging, [new], {})
    return image_id
