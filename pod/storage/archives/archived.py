"""What every format of archive is read into: an image's documents as bytes, and where its layers are."""

from __future__ import annotations

from pod.errors import ArchiveError, InvalidReference
from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.image_config import ImageConfig
from pod.oci.manifest import Descriptor, Manifest
from pod.oci.platform import Platform
from pod.oci.reference import Reference
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.archives.tree import Tree

MAX_LAYERS = 1000  # beyond any engine's limit; the kernel mounts 500 at the most


class ArchivedLayer(Record):
    """A layer in an archive: the file, what it must unpack to, and its digest as stored where the archive tells."""

    member: str
    diff_id: Digest
    digest: Digest | None = None
    size: int | None = None
    media_type: str = ""


class ArchivedImage(Record):
    """An image in an archive. Without a `manifest` of its own, one is written when the layers' digests are known."""

    id: Digest
    config: bytes
    layers: tuple[ArchivedLayer, ...]
    names: tuple[str, ...] = ()
    manifest: bytes = b""
    media_type: str = media_types.OCI_MANIFEST
    platform: Platform = Platform("", "")


def read_config(tree: Tree, member: str, data: bytes) -> ImageConfig:
    """Parse an image configuration. Raises ArchiveError that names the file."""
    document = tree.parse(member, data)
    try:
        config = ImageConfig.from_json(document)
    except (ValueError, InvalidReference) as err:
        raise ArchiveError(f"{tree.shown}: {member} is no image configuration: {err}") from None
    if len(config.rootfs.diff_ids) > MAX_LAYERS:
        count = len(config.rootfs.diff_ids)
        raise ArchiveError(f"{tree.shown}: {member} lists {count} layers, {MAX_LAYERS} are allowed")
    return config


def read_manifest(tree: Tree, member: str, data: bytes) -> Manifest:
    """Parse an image manifest. Raises ArchiveError that names the file."""
    document = tree.parse(member, data)
    if isinstance(document, dict) and document.get("schemaVersion") == 1:
        raise ArchiveError(
            f"{tree.shown}: {member} is a manifest of Docker's schema 1, which is no longer supported",
            hint="save the image again with a current Docker or Podman",
        )
    try:
        return Manifest.from_json(document)
    except (ValueError, InvalidReference) as err:
        raise ArchiveError(f"{tree.shown}: {member} is no image manifest: {err}") from None


def check_counts(tree: Tree, member: str, layers: int, config: ImageConfig) -> None:
    """Raise ArchiveError where manifest and configuration do not speak of the same number of layers."""
    expected = len(config.rootfs.diff_ids)
    if layers != expected:
        raise ArchiveError(f"{tree.shown}: {member} has {layers} layers, but the image's configuration has {expected}")


def normalise(tree: Tree, name: str, *, local: bool = False) -> str:
    """Return the full form of a name in an archive. `local` puts a bare word on localhost, as Podman does."""
    try:
        reference = Reference.parse(name).with_default_tag()
    except InvalidReference as err:
        raise ArchiveError(f"{tree.shown}: the archive names an image badly: {err.message}") from None
    if local and "/" not in name and ":" not in name:
        reference = reference.on_localhost()
    return str(reference)


def platform_of(config: ImageConfig) -> Platform:
    return Platform(config.architecture, config.os, config.variant)


def write_manifest(image: ArchivedImage, layers: tuple[Descriptor, ...]) -> bytes:
    """Return the manifest for an image that came without one: OCI's, which is what skopeo finds in a layout."""
    config = Descriptor(media_types.OCI_CONFIG, image.id, len(image.config))
    return jsonfile.dumps(Manifest.of(config, layers).to_json())
