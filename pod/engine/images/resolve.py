"""From what a person calls an image to the documents that a container is made from. On the path of `run`."""

from __future__ import annotations

from pod.engine.options import ImageSource
from pod.errors import NoSuchImage
from pod.linux.ids import is_id_prefix
from pod.oci.digest import Digest
from pod.oci.image_config import ImageConfig
from pod.oci.platform import Platform
from pod.record import Record
from pod.storage import host_image
from pod.storage.images import ImageStore
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine
    from pod.storage.images import Image


_DEFAULT = ImageSource()
_TRANSPORTS = ("docker://", "oci:", "oci-archive:", "docker-archive:", "dir:", "containers-storage:")


class ResolvedImage(Record):
    """What a container needs to know of its image."""

    id: str  # sha256:… of the configuration
    manifest_digest: str  # sha256:…, "" for the embedded image
    config: ImageConfig

    @property
    def diff_ids(self) -> tuple[Digest, ...]:
        return self.config.rootfs.diff_ids


def resolve(engine: Engine, name: str) -> Image:
    """Return the stored image of that name or id. Raises NoSuchImage, AmbiguousName, InvalidReference."""
    return ImageStore(engine.layout).get(name)


def for_container(engine: Engine, name: str, source: ImageSource = _DEFAULT) -> ResolvedImage:
    """Return the image for a new container, unpacked and ready. Raises NoSuchImage, AmbiguousName, InvalidReference."""
    store = ImageStore(engine.layout)
    if name.startswith(_TRANSPORTS):
        name = _brought(engine, name, source)
    image = _found_or_pulled(engine, store, name, source)
    if host_image.is_meant(name) and image.config.config.labels.get(host_image.STAMP) not in (None, host_image.stamp()):
        image = _embedded_anew(store)
    ensure_unpacked(engine, image)
    return ResolvedImage(str(image.id), str(image.digest), image.config)


def _found_or_pulled(engine: Engine, store: ImageStore, name: str, source: ImageSource) -> Image:
    missing = None
    if source.pull in ("missing", "never") or host_image.is_meant(name):
        try:
            image = _listed(store, name, certain=source.pull == "never")
            _check_platform(engine, name, image, source.platform)
            return image
        except NoSuchImage as err:
            if source.pull == "never":
                raise
            missing = err
    from pod.engine.images import pull  # requests and all that: more than a whole run costs

    return store.get(pull.for_container(engine, name, source, missing))


def _listed(store: ImageStore, name: str, *, certain: bool) -> Image:
    """Return a stored image. What looks alike is sought where it is `certain` that a person hears of it."""
    if certain or host_image.is_meant(name) or is_id_prefix(name):
        return store.get(name)
    return store.image(*store.lookup(name))


def _brought(engine: Engine, place: str, source: ImageSource) -> str:
    """Bring the image of an archive or a folder into the store, and return its id."""
    from pod.engine.images import copy
    from pod.oci import transports

    found = transports.need(place)
    if found.transport == transports.DOCKER:
        return found.name
    (image, *others) = copy.into_store(engine, found, copy.CopyOptions(platform=source.platform))
    if others:
        raise NoSuchImage(place, hint=f"there are {1 + len(others)} images: say which behind a colon")
    return str(image.id)


def _embedded_anew(store: ImageStore) -> Image:
    """The machine's folders have changed since its image was listed: list it as they are now."""
    from pod.storage import host_registration

    entry = host_registration.register(store)
    return store.image(entry, store.same(entry.id))


def ensure_unpacked(engine: Engine, image: Image) -> None:
    """Make those unpacked layers again that are missing, if any is. Raises StorageError."""
    layers = LayerStore(engine.layout)
    missing = [diff_id for diff_id in image.diff_ids if not layers.has(diff_id)]
    if missing:
        from pod.engine.images.rebuild import rebuild_layers

        rebuild_layers(engine, image, missing)
    without_owners = [diff_id for diff_id in image.diff_ids if layers.lacks_owners(diff_id)]
    if without_owners and not engine.enter().single:
        for diff_id in without_owners:
            layers.restore_owners(diff_id)


def _check_platform(engine: Engine, name: str, image: Image, wanted: str) -> None:
    if wanted:
        platform = Platform.parse_text(wanted)
        if not image.platform.matches(platform):
            raise NoSuchImage(f"{name} for {platform}", hint=f"the store has it for {image.platform}")
    elif not image.platform.matches(Platform.host()):
        engine.notify(
            f"image {name} is for {image.platform}, this machine is {Platform.host()}: "
            "its programs run only where an emulator such as qemu-user-static is installed"
        )
