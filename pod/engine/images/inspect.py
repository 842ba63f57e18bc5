"""`image inspect`: all that is known of an image, as Docker's document with Podman's members besides."""

from __future__ import annotations

from pod.engine.images.sizes import image_size
from pod.errors import NoSuchImage
from pod.linux import times
from pod.oci.platform import Platform
from pod.storage import marker, rootfs
from pod.storage.images import ImageStore, familiar
from pod.storage.layers import LayerStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pod.engine.engine import Engine
    from pod.oci.image_config import Healthcheck, RunConfig
    from pod.storage.images import Image
    from pod.storage.layout import StorageLayout


def inspect(engine: Engine, name: str, *, platform: str = "") -> dict[str, Any]:
    """Return the document of an image. Raises NoSuchImage, AmbiguousName, InvalidReference."""
    image = ImageStore(engine.layout).get(name)
    if platform and not image.platform.matches(wanted := Platform.parse_text(platform)):
        raise NoSuchImage(f"{name} for {wanted}", hint=f"the store has it for {image.platform}")
    return describe(engine.layout, image)


def describe(layout: StorageLayout, image: Image) -> dict[str, Any]:
    """Return the document of an image that was read."""
    config = image.config
    size = image_size(layout, image)
    last = config.history[-1] if config.history else None
    return {
        "Id": str(image.id),
        "Digest": str(image.digest),
        "RepoTags": [familiar(name) for name in image.names if "@" not in name],
        "RepoDigests": [familiar(name) for name in image.digests],
        "Parent": "",
        "Comment": str(config.unknown.get("comment") or (last.comment if last else "")),
        "Created": config.created or times.ZERO,
        "Container": str(config.unknown.get("container", "")),
        "ContainerConfig": None,
        "DockerVersion": str(config.unknown.get("docker_version", "")),
        "Version": str(config.unknown.get("docker_version", "")),
        "Author": config.author,
        "Config": _config(config.config),
        "Architecture": config.architecture,
        "Variant": config.variant,
        "Os": config.os,
        "OsVersion": config.os_version,
        "Size": size,
        "VirtualSize": size,
        "GraphDriver": {"Name": _driver(layout), "Data": _folders(layout, image)},
        "RootFS": {"Type": "layers", "Layers": [str(diff_id) for diff_id in image.diff_ids]},
        "Metadata": {"LastTagTime": image.tagged or times.ZERO},
        "Labels": dict(config.config.labels) or None,
        "Annotations": dict(image.manifest.annotations),
        "ManifestType": image.manifest.media_type,
        "User": config.config.user,
        "HealthCheck": _healthcheck(config.config.healthcheck),
        "History": [step.to_json() for step in config.history],
        "NamesHistory": [familiar(name) for name in image.names],
    }


def _config(config: RunConfig) -> dict[str, Any]:
    """Return the container's defaults with every member that Docker prints, set or not."""
    return {
        "Hostname": "",
        "Domainname": "",
        "User": config.user,
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "ExposedPorts": config.exposed_ports or None,
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "Env": _list(config.env),
        "Cmd": _list(config.cmd),
        "Healthcheck": _healthcheck(config.healthcheck),
        "Image": "",
        "Volumes": config.volumes or None,
        "WorkingDir": config.working_dir,
        "Entrypoint": _list(config.entrypoint),
        "OnBuild": _list(config.on_build),
        "Labels": config.labels or None,
        "StopSignal": config.stop_signal,
        "Shell": _list(config.shell),
    }


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    return list(values) if values else None


def _healthcheck(check: Healthcheck | None) -> dict[str, Any] | None:
    return None if check is None else check.to_json()


def _driver(layout: StorageLayout) -> str:
    """Return the store's driver; before one was chosen, the one that most machines get."""
    known = marker.read(layout)
    return (known.driver if known else "") or rootfs.OVERLAY


def _folders(layout: StorageLayout, image: Image) -> dict[str, str]:
    """Return where the unpacked layers lie, the top one apart."""
    paths = [LayerStore(layout).path(diff_id) for diff_id in image.diff_ids[::-1]]
    if not paths:
        return {}
    return {"UpperDir": paths[0], **({"LowerDir": ":".join(paths[1:])} if paths[1:] else {})}
