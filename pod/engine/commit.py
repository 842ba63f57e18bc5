"""`commit`: an image made of a container: its image's layers and, as one more, what it changed.

A running container may plant links among its files while they are read: the child that packs them has the folder
that it reads from as its root.
"""

from __future__ import annotations

import contextlib
import os

from pod.engine import containers, diff, root_folder, rootfs, users_map
from pod.engine.container_view import open_view
from pod.engine.images import garbage
from pod.engine.images.publish import cannot_store, publish, unpack
from pod.engine.images.tag import full_name
from pod.engine.pause import paused
from pod.errors import StorageError
from pod.linux import jsonfile, times, workers
from pod.oci import media_types
from pod.oci.config_changes import apply_changes
from pod.oci.digest import Digest
from pod.oci.image_config import History, ImageConfig, RootFs, RunConfig
from pod.oci.manifest import Descriptor, Manifest
from pod.record import Record
from pod.runtime import init
from pod.storage import host_image, id_shift, whiteouts
from pod.storage import rootfs as storage
from pod.storage.blobs import BlobStaging, BlobWriter
from pod.storage.image_changes import NewImage
from pod.storage.pack import LayerPacker, TreePacker
from pod.storage.staging import sweep
from pod.storage.tar.writer import TarWriter
from pod.storage.tree_changes import DELETED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from pod.engine.containers import Container
    from pod.engine.engine import Engine
    from pod.storage.container_records import ContainerRecord, Mount
    from pod.storage.id_shift import Ids
    from pod.storage.tree_changes import Change

    _Packer = TypeVar("_Packer", bound=TreePacker)


class CommitOptions(Record):
    """What the new image is to be."""

    name: str = ""
    author: str = ""
    message: str = ""
    changes: tuple[str, ...] = ()
    config: RunConfig | None = None  # what it says replaces what the container says
    squash: bool = False  # one layer with everything
    volumes: bool = False  # the contents of volumes too
    docker_types: bool = False
    pause: bool = False  # while the files are read


class _Parent(Record):
    """The image that the container was made from."""

    config: ImageConfig
    manifest: Manifest


def commit(engine: Engine, name: str, options: CommitOptions) -> Digest:
    """Make an image of a container, running or not, and return its id.

    Raises NoSuchContainer, InvalidReference, UsageError for a bad change, StorageError.
    """
    full = full_name(options.name) if options.name else ""
    container = containers.find(engine.layout, name)
    options = options.replace(squash=options.squash or bool(container.record.rootfs))
    parent = _parent(engine, container.record)
    run_config = apply_changes(_run_config(container.record, parent.config.config, options), options.changes)
    engine.enter()
    sweep(engine.layout)
    try:
        with BlobStaging(engine.layout, "commit") as staging:
            with paused(engine, container) if options.pause else contextlib.nullcontext():
                layer = _stage_layer(engine, staging, container, options)
            unpack(engine, staging, layer.digest, layer)
            config = _image_config(parent, container.record, run_config, layer.digest, options)
            new = _stage_documents(staging, parent, config, layer, (full,) if full else (), options)
            publish(engine, staging, [new], {layer.digest: layer})
            return new.id
    except OSError as err:
        garbage.collect_quietly(engine)
        raise cannot_store(engine.layout, f"container {container.name}", err) from err


def _parent(engine: Engine, record: ContainerRecord) -> _Parent:
    """Read the documents of the container's image; they stay in the store for as long as the container does."""
    if record.rootfs:
        return _Parent(root_folder.IMAGE.config, Manifest(2, Descriptor("", Digest("0" * 64), 0), ()))
    try:
        config = ImageConfig.from_json(jsonfile.read(engine.layout.blob(Digest.parse(record.image))))
        manifest = Manifest.from_json(jsonfile.read(engine.layout.blob(Digest.parse(record.image_digest))))
    except (OSError, ValueError) as err:
        raise StorageError(f"the store has lost the image of container {record.name}: {err}") from err
    return _Parent(config, manifest)


# --- the layer --------------------------------------------------------------------------------------------------


def _stage_layer(engine: Engine, staging: BlobStaging, container: Container, options: CommitOptions) -> Descriptor:
    writer = BlobWriter(staging)
    try:
        if options.squash:
            digest, size = _pack_all(engine, container, writer, volumes=options.volumes)
        else:
            digest, size = _pack_changes(engine, container.record, writer, volumes=options.volumes)
        writer.finish_for_child(digest, size)
    except BaseException:
        writer.abandon()
        raise
    return Descriptor(media_types.OCI_LAYER, digest, size)


def _pack_all(engine: Engine, container: Container, writer: BlobWriter, *, volumes: bool) -> tuple[Digest, int]:
    ids = ids_in_archives(container.record)
    mounted = _volumes(container.record) if volumes else []
    with open_view(engine, container, volumes=False) as view:

        def work(_report: object) -> tuple[str, int]:
            tar = TarWriter(writer.write)
            host = _open_host()
            view.enter(root_only=True)
            packer = TreePacker(b"/", tar)
            packer.ids = ids
            packer.add(b"", os.stat("/"))
            packer.add_tree(_is_ours)
            _add_volumes(host, mounted, tar, _ids_on_disk(container.record))
            tar.finish()
            return writer.digest().hex, writer.size

        return _result(work)


def ids_in_archives(record: ContainerRecord) -> Ids | None:
    """Return what becomes of the owners that are seen inside; where all is one user's, that one stands for root."""
    return id_shift.outward(record.id_map) if record.id_map is not None and record.id_map.single else None


def _pack_changes(engine: Engine, record: ContainerRecord, writer: BlobWriter, *, volumes: bool) -> tuple[Digest, int]:
    plan = rootfs.plan_of(engine, record)
    uppers = storage.diff_folders(plan)
    changes = [] if uppers else diff.changes_of(engine, plan, [])  # vfs knows them by comparing
    tree = plan.mounts[0].lowers[0]
    ids = _ids_on_disk(record)

    def with_ids(packer: _Packer) -> _Packer:
        packer.ids = ids
        return packer

    mounted = _volumes(record) if volumes else []

    def work(_report: object) -> tuple[str, int]:
        tar = TarWriter(writer.write)
        init.seal_imports()
        host = _open_host()
        for target, upper in uppers:
            _confine(host, upper)
            _add_upper(with_ids(LayerPacker(b".", tar, prefix=_inside(target))))
        if not uppers:
            _confine(host, tree)
            add_changes(with_ids(LayerPacker(b".", tar)), changes)
        _add_volumes(host, mounted, tar, ids)
        tar.finish()
        return writer.digest().hex, writer.size

    return _result(work)


def _ids_on_disk(record: ContainerRecord) -> Ids | None:
    """Return what becomes of the owners that files of the container have outside."""
    return None if record.id_map is None or record.id_map.single else id_shift.inward(record.id_map)


def _volumes(record: ContainerRecord) -> list[Mount]:
    return [mount for mount in record.mounts if mount.type == "volume" and os.path.isdir(mount.source)]


def _add_volumes(host: int, mounted: Sequence[Mount], tar: TarWriter, ids: Ids | None) -> None:
    for mount in mounted:
        _confine(host, mount.source)
        packer = TreePacker(b".", tar, prefix=_inside(mount.target))
        packer.ids = ids
        packer.add(b"", os.stat("."))
        packer.add_tree()


def _result(work: Callable[[object], tuple[str, int]]) -> tuple[Digest, int]:
    ((hex_digits, size),) = workers.run_all([work], 1)
    return Digest(hex_digits), size


def _add_upper(packer: LayerPacker) -> None:
    packer.forgives = True  # the container may be running
    packer.add(b"", os.stat("."))
    packer.add_tree(None if packer.prefix else _is_ours)


def add_changes(packer: LayerPacker, changes: Sequence[Change]) -> None:
    """Pack what has changed in a tree."""
    packer.forgives = True
    packer.add(b"", os.stat(packer.tree))
    for change in changes:
        path = change.path.lstrip(b"/")
        folder, name = os.path.split(path)
        if change.kind == DELETED:
            packer.mark(os.path.join(folder, whiteouts.PREFIX + name))
        elif not _is_ours(path):
            try:
                packer.add(path, os.lstat(os.path.join(packer.tree, path)))
            except FileNotFoundError:  # it has just gone
                continue


def _is_ours(path: bytes) -> bool:
    """True for what starting a container puts into its root, which an image has no use for."""
    return diff.is_ours(b"/" + path)


def _inside(target: str) -> bytes:
    return os.fsencode(target.strip("/"))


def _open_host() -> int:
    return os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)


def _confine(host: int, folder: str) -> None:
    """Make a folder of the host the root of this process, which may have another one since the last time."""
    os.fchdir(host)
    os.chroot(".")
    os.chroot(folder)
    os.chdir("/")


# --- the documents ----------------------------------------------------------------------------------------------


def _run_config(record: ContainerRecord, image: RunConfig, options: CommitOptions) -> RunConfig:
    """Return the defaults of the new image: those of the old one as the container's options changed them."""
    ports: dict[str, Any] = {f"{mapping.container_port}/{mapping.protocol}": {} for mapping in record.publish}
    given = RunConfig(
        user=image.user if record.user == users_map.default_user(record.users, record.id_map) else record.user,
        exposed_ports={**image.exposed_ports, **ports},
        env=record.env,
        entrypoint=record.entrypoint or None,
        cmd=record.cmd or None,
        volumes={**image.volumes, **{target: {} for target in _places_of_volumes(record, options)}},
        working_dir="" if record.working_dir == "/" and not image.working_dir else record.working_dir,
        labels=record.labels,
        stop_signal="" if record.stop_signal == "SIGTERM" and not image.stop_signal else record.stop_signal,
        healthcheck=record.healthcheck,
        shell=image.shell,
        on_build=image.on_build,
        unknown=image.unknown,
    )
    if options.config is None:
        return given
    return given.replace(**{name: value for name, value in vars(options.config).items() if value})


def _places_of_volumes(record: ContainerRecord, options: CommitOptions) -> list[str]:
    """Return where containers of the new image get a volume: Podman's rule, at nameless ones if no more is asked."""
    if options.volumes:
        return [mount.target for mount in record.mounts if mount.type in ("volume", "bind", "tmpfs")]
    return [mount.target for mount in record.mounts if mount.type == "volume" and mount.anonymous]


def _image_config(
    parent: _Parent, record: ContainerRecord, run_config: RunConfig, layer: Digest, options: CommitOptions
) -> ImageConfig:
    now = times.now()
    step = History(created=now, created_by=" ".join(record.command), author=options.author, comment=options.message)
    before = () if options.squash else parent.config.rootfs.diff_ids
    return parent.config.replace(
        created=now,
        author=options.author or parent.config.author,
        config=run_config,
        rootfs=RootFs("layers", (*before, layer)),
        history=(step,) if options.squash else (*parent.config.history, step),
    )


def _stage_documents(
    staging: BlobStaging,
    parent: _Parent,
    config: ImageConfig,
    layer: Descriptor,
    names: tuple[str, ...],
    options: CommitOptions,
) -> NewImage:
    layers = (layer,) if options.squash else (*parent.manifest.layers, layer)
    from_host = not options.squash and host_image.is_from_host(parent.config)
    stored = layers[1:] if from_host else layers  # the layer of the image `host` is no archive
    for descriptor in stored:
        if not staging.has(descriptor.digest):
            raise StorageError(
                f"the store has lost layer {descriptor.digest.short}", hint="load or pull the container's image again"
            )
    document = jsonfile.dumps(config.to_json())
    image_id = staging.add_bytes(document)
    convert = media_types.in_docker_types if options.docker_types else media_types.in_oci_types
    manifest = Manifest.of(Descriptor(media_types.OCI_CONFIG, image_id, len(document)), layers).in_types(convert)
    data = jsonfile.dumps(manifest.to_json())
    digest = staging.add_bytes(data)
    blobs = (digest, image_id, *(descriptor.digest for descriptor in stored))
    return NewImage(Descriptor(manifest.media_type, digest, len(data)), image_id, names, blobs)
