"""From a reference to one image on a registry: the platform chosen from indexes, and what is no image refused."""

from __future__ import annotations

from pod.errors import DigestMismatch, RegistryError
from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.image_config import ImageConfig
from pod.oci.manifest import Descriptor, Index, Manifest
from pod.oci.platform import Platform
from pod.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.oci.digest import Digest
    from pod.oci.reference import Reference
    from pod.registry.access import Access
    from pod.registry.repository import FetchedManifest, Repository

_NESTING = 4  # indexes in indexes
_CONFIG_LIMIT = 8 << 20
_CONFIGS = (media_types.OCI_CONFIG, media_types.DOCKER_CONFIG)


class RemoteImage(Record):
    """An image on a registry, verified and understood; its layers are still there."""

    digest: Digest  # of what the reference leads to: an index, or the manifest itself
    descriptor: Descriptor
    manifest_data: bytes
    manifest: Manifest
    config_data: bytes
    config: ImageConfig


def look_up(repository: Repository, reference: str, wanted: Platform | None) -> RemoteImage:
    """Fetch manifest and configuration of an image, for this machine or the platform wanted. Raises RegistryError."""
    platform = wanted or Platform.host()
    what = f"cannot pull {repository.shown}{'@' if reference.startswith('sha256:') else ':'}{reference}"
    top = fetched = repository.manifest(reference)
    for _ in range(_NESTING):
        if not media_types.is_index(fetched.media_type):
            break
        fetched = _choose(repository, fetched, platform, what)
    else:
        raise RegistryError(f"{what}: its indexes lead to further indexes without an end")
    try:
        manifest = Manifest.from_json(jsonfile.loads(fetched.data))
        _check(manifest, what)
        config_data = repository.small_blob(manifest.config.digest, manifest.config.size)
        config = ImageConfig.from_json(jsonfile.loads(config_data))
    except ValueError as err:
        raise RegistryError(f"{what}: broken manifest or configuration: {err}") from err
    if len(config.rootfs.diff_ids) != len(manifest.layers):
        raise RegistryError(
            f"{what}: the manifest has {len(manifest.layers)} layers, the configuration {len(config.rootfs.diff_ids)}"
        )
    found = Platform(config.architecture, config.os, config.variant)
    if wanted is not None and not found.matches(wanted):
        raise RegistryError(f"{what}: there is no image for {wanted}", hint=f"it is there for {found}")
    descriptor = Descriptor(fetched.media_type, fetched.digest, len(fetched.data))
    return RemoteImage(top.digest, descriptor, fetched.data, manifest, config_data, config)


class Place(Record):
    """Where an image was found: under which of the names, and in which repository, perhaps of a mirror."""

    reference: Reference
    repository: Repository
    image: RemoteImage


def find(
    access: Access,
    references: Iterable[Reference],
    platform: Platform | None,
    begin: Callable[[Reference, Repository], object] | None = None,
) -> Place:
    """Look up the first of several names that there is, at the first place that has it.

    `begin` hears where it is looked for. Raises RegistryError with what each place said.
    """
    failures: list[RegistryError] = []
    for reference in references:
        for repository in access.sources(reference):
            if begin is not None:
                begin(reference, repository)
            try:
                image = look_up(repository, str(reference.digest or reference.tag), platform)
            except RegistryError as err:
                failures.append(err)
            else:
                return Place(reference, repository, image)
    if len(failures) == 1:
        raise failures[0]
    raise RegistryError(
        "; ".join(err.message for err in failures) or "there is no place to fetch the image from",
        hint=next((err.hint for err in failures if err.hint), ""),
    )


def _choose(repository: Repository, index: FetchedManifest, platform: Platform, what: str) -> FetchedManifest:
    try:
        manifests = Index.from_json(jsonfile.loads(index.data))
    except ValueError as err:
        raise RegistryError(f"{what}: broken index: {err}") from err
    chosen = manifests.for_platform(platform)
    if chosen is None:
        platforms = dict.fromkeys(str(one.platform) for one in manifests.manifests if one.platform is not None)
        there = ", ".join(platform for platform in platforms if platform != "unknown/unknown")
        raise RegistryError(
            f"{what}: there is no image for {platform}", hint=f"it is there for {there}" if there else ""
        )
    found = repository.manifest(str(chosen.digest), size=chosen.size)
    if len(found.data) != chosen.size:
        raise DigestMismatch(what, f"of {chosen.size} bytes", f"of {len(found.data)} bytes")
    return found


def _check(manifest: Manifest, what: str) -> None:
    """Refuse what is no image that can be run. Raises RegistryError."""
    if manifest.config.media_type not in _CONFIGS:
        kind = manifest.artifact_type or manifest.config.media_type
        raise RegistryError(f"{what}: it is an artifact of the type {kind}, not an image")
    if not 0 < manifest.config.size <= _CONFIG_LIMIT:
        raise RegistryError(f"{what}: the configuration has {manifest.config.size} bytes, {_CONFIG_LIMIT} are allowed")
    for layer in manifest.layers:
        if "foreign" in layer.media_type or "nondistributable" in layer.media_type:
            raise RegistryError(
                f"{what}: layer {layer.digest.short} is foreign: it may not be distributed",
                hint="such layers are those of Windows images",
            )
        if "+encrypted" in layer.media_type:
            raise RegistryError(
                f"{what}: layer {layer.digest.short} is encrypted, and pod cannot decrypt layers",
                hint="have the image pushed without encryption, or take skopeo to decrypt it",
            )
        if not media_types.is_layer(layer.media_type):
            raise RegistryError(f"{what}: layer {layer.digest.short} has the unknown type {layer.media_type}")
        if layer.size < 0:
            raise RegistryError(f"{what}: layer {layer.digest.short} has a size of {layer.size} bytes")
