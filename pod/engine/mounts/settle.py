"""At `create`: the mounts of a new container, with those of other containers and those that its image asks for.

Where several want one target, what was asked for in words wins over --volumes-from, and that over the image.
"""

from __future__ import annotations

import glob
import os
import posixpath

from pod.engine import containers
from pod.engine.volumes import create as volumes
from pod.engine.volumes import mounting
from pod.engine.volumes.create import VolumeOptions
from pod.errors import NoSuchVolume, PodError, UsageError
from pod.linux import ids
from pod.storage.container_records import ContainerRecord, Mount
from pod.storage.volumes import LOCAL, VolumeStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.engine.engine import Engine
    from pod.engine.options import CreateOptions

_INHERITED = ("bind", "volume", "image")  # what --volumes-from takes over
_FROM_OPTIONS = ("ro", "rw", "z", "Z")
_IMAGE_VOLUME = ("nodev", "exec", "nosuid", "rbind")  # Podman's options of a volume that the image asks for


def settle(engine: Engine, record: ContainerRecord, options: CreateOptions, asked: Iterable[str]) -> ContainerRecord:
    """Return the record with all its mounts; `asked` are the targets of the image's VOLUMEs.

    Raises NoSuchContainer, NoSuchImage, UsageError, PodError for a source that does not exist.
    """
    found: dict[str, Mount] = {}
    for mount in _expanded(record.mounts):
        found[mount.target] = _with_layers(engine, mount)
    for text in record.volumes_from:
        for mount in _inherited(engine, text):
            found.setdefault(mount.target, mount)
    for target in sorted(asked):
        path = "/" + posixpath.normpath(target).strip("/")
        volume = _of_image(options.image_volumes, path, options.volume_driver)
        if path not in found and volume is not None:
            found[path] = volume
    return record.replace(mounts=tuple(map(_named, found.values())))


def _expanded(mounts: Iterable[Mount]) -> list[Mount]:
    """Return the mounts with a bind for each match of a glob: at its own path, or with a target in that folder."""
    found: list[Mount] = []
    for mount in mounts:
        if mount.type != "glob":
            found.append(mount)
            continue
        matches = sorted(glob.glob(mount.source))
        if not matches:
            raise PodError(f"nothing fits {mount.source}", hint="`ls` shows what the shell finds for it")
        for path in matches:
            target = posixpath.join(mount.target, os.path.basename(path)) if mount.target else path
            found.append(mount.replace(type="bind", source=path, target=target))
    return found


def _with_layers(engine: Engine, mount: Mount) -> Mount:
    """Look up the image of a mount, which stays in the store for as long as the container."""
    if mount.type == "image":
        from pod.engine.images import resolve

        image = resolve.for_container(engine, mount.source)
        layers = tuple(str(diff_id) for diff_id in image.diff_ids)
        return mount.replace(image_digest=image.manifest_digest, layers=layers)
    return mount


def _inherited(engine: Engine, text: str) -> list[Mount]:
    """Return the mounts of another container for --volumes-from NAME[:ro,z]."""
    name, colon, words = text.partition(":")
    options = tuple(word for word in words.split(",") if word)
    for word in options:
        if word not in _FROM_OPTIONS:
            raise UsageError(f"--volumes-from {text}: there is no option {word!r}", hint=f"there are {_FROM_OPTIONS}")
    if (colon and not options) or {"ro", "rw"} <= set(options):
        raise UsageError(f"--volumes-from {text}: it is written CONTAINER[:ro|rw][,z]")
    mounts = containers.find(engine.layout, name).record.mounts
    return [_with(mount, options) for mount in mounts if mount.type in _INHERITED]


def _with(mount: Mount, options: tuple[str, ...]) -> Mount:
    if not {"ro", "rw"} & set(options):
        return mount
    kept = tuple(word for word in mount.options if word not in ("ro", "rw"))
    return mount.replace(options=(*kept, *options))


def _of_image(how: str, path: str, driver: str) -> Mount | None:
    if how == "ignore":
        return None
    if how == "tmpfs":
        return Mount("tmpfs", path)
    return Mount("volume", path, options=_IMAGE_VOLUME, driver=driver)


def _named(mount: Mount) -> Mount:
    """Give a volume without a name one."""
    if mount.type != "volume" or mount.name:
        return mount
    return mount.replace(name=ids.new_id(), anonymous=True)


def anew(record: ContainerRecord) -> ContainerRecord:
    """Return the record of a copy of a container: volumes without a name are its own."""
    mounts = (mount.replace(name="") if mount.anonymous else mount for mount in record.mounts)
    return record.replace(mounts=tuple(map(_named, mounts)))


def store(engine: Engine, record: ContainerRecord, write: Callable[[ContainerRecord], None]) -> None:
    """Make the volumes that a container needs and write the container, in an order that leaves nothing nameless behind.

    Whoever removes volumes cannot do so meanwhile. A crash before the end leaves named volumes, or a container whose
    nameless ones its first start makes.
    """
    known = VolumeStore(engine.layout)
    engine.enter()
    with known.lock(shared=True):
        mounts = tuple(_of_volume(engine, known, mount) for mount in record.mounts)
        write(record.replace(mounts=mounts))
        for mount in mounts:
            if mount.anonymous:
                make_anonymous(engine, mount)


def _of_volume(engine: Engine, known: VolumeStore, mount: Mount) -> Mount:
    if mount.type != "volume":
        return mount
    if mount.anonymous:
        other = mount.driver not in ("", LOCAL)
        return mount.replace(source="" if other else engine.layout.volume_data(mount.name), stands_for_other=other)
    try:
        volume = known.read(mount.name)
        if mount.driver and mount.driver != volume.driver:
            raise UsageError(f"volume {mount.name} exists already, with the driver {volume.driver}, not {mount.driver}")
    except NoSuchVolume:
        wanted = VolumeOptions(mount.name, mount.driver or LOCAL, mount.volume_labels, mount.driver_options)
        volumes.make(engine, known, wanted)
        volume = known.read(mount.name)
    source = engine.layout.volume_data(mount.name) if volume.driver == LOCAL else ""
    return mount.replace(source=source, stands_for_other=mounting.stands_for_other(volume))


def make_anonymous(engine: Engine, mount: Mount) -> None:
    """Make a nameless volume of a container unless it is there already. The caller is in the user's namespace."""
    known = VolumeStore(engine.layout)
    if not known.has(mount.name):
        wanted = VolumeOptions(
            mount.name, mount.driver or LOCAL, mount.volume_labels, mount.driver_options, anonymous=True
        )
        volumes.make(engine, known, wanted)
