"""`save`: write images as an archive."""

from __future__ import annotations

import errno
import os

from pod.engine import events
from pod.engine.images.resolve import ensure_unpacked
from pod.errors import NoSuchImage, PodError, StorageError, UsageError
from pod.linux import files
from pod.oci.platform import Platform
from pod.oci.reference import Reference
from pod.storage import host_image
from pod.storage.archives import writing
from pod.storage.archives.layer_files import LayerFiles
from pod.storage.archives.writing import FolderOutput, SavedImage, TarOutput
from pod.storage.blobs import BlobStaging
from pod.storage.documents import read_document
from pod.storage.images import ImageStore, familiar, repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.engine.engine import Engine
    from pod.storage.images import Entry

DOCKER_ARCHIVE, OCI_ARCHIVE, OCI_DIR, DOCKER_DIR = "docker-archive", "oci-archive", "oci-dir", "docker-dir"


def _ignore(amount: int) -> None:
    del amount


def save(
    engine: Engine,
    names: Sequence[str],
    output: str | int,
    *,
    format: str = DOCKER_ARCHIVE,
    platform: str = "",
    compress: bool = False,
    progress: Callable[[int], None] = _ignore,
) -> None:
    """Write images to a file, a folder (both by path) or an open descriptor. Raises NoSuchImage, StorageError.

    A file appears when it is whole. As for Docker a name without a tag stands for all tags of that repository.
    `compress` is for the layers of a docker-dir.
    """
    store = ImageStore(engine.layout)
    images = _chosen(store, names)
    if platform:
        _check_platform(images, Platform.parse_text(platform))
    if format == DOCKER_DIR and len(images) > 1:
        raise UsageError("a docker-dir holds one image", hint="use --format oci-dir for several")
    write(engine, images, output, format=format, compress=compress, progress=progress)
    for image in images:
        events.image(engine.layout, "save", str(image.image.id), output if isinstance(output, str) else "")


def write(
    engine: Engine,
    images: list[SavedImage],
    output: str | int,
    *,
    format: str,
    compress: bool = False,
    progress: Callable[[int], None] = _ignore,
) -> None:
    """Write chosen images; see `save`."""
    if _needs_packing(engine, images):
        engine.enter()
    with BlobStaging(engine.layout, "save") as staging:
        layers = LayerFiles(engine.layout, staging)
        try:
            images = [_with_true_layers(engine, staging, saved) for saved in images]
            if compress and format == DOCKER_DIR:
                images = [saved.replace(image=layers.compress(saved.image)) for saved in images]
            if format in (OCI_DIR, DOCKER_DIR):
                _save_folder(images, layers, format, output, progress)
            elif isinstance(output, int):
                _write(TarOutput(output, progress), images, layers, format)
            else:
                _save_file(images, layers, format, output, progress)
        except BrokenPipeError:
            raise
        except OSError as err:
            where = err.filename or (output if isinstance(output, str) else "the archive")
            names = ", ".join(name for saved in images for name in saved.names[:1] or (saved.image.id.short,))
            raise StorageError(f"cannot save {names}: {err.strerror}: {where}") from err


def _chosen(store: ImageStore, names: Sequence[str]) -> list[SavedImage]:
    """Return each image once, with the names under which it was asked for."""
    store.list_embedded(names)
    chosen: dict[object, SavedImage] = {}
    for name in names:
        for entry, label in _named(store, name):
            known = chosen.get(entry.id)
            if known is None:
                image = store.image(entry, store.same(entry.id))
                known = SavedImage(image, (), read_document(store.layout, image.manifest.config.digest))
            chosen[entry.id] = known.replace(names=tuple(dict.fromkeys((*known.names, *label))))
    return list(chosen.values())


def _named(store: ImageStore, name: str) -> list[tuple[Entry, tuple[str, ...]]]:
    try:
        reference = Reference.parse(name)
    except PodError:
        return [(store.listed(name), ())]
    if not reference.tag and not reference.digest:
        for wanted in (reference.name, reference.on_localhost().name):
            tags = [entry for entry in store.mentioning(wanted) if repository(entry.name) == wanted]
            if tags:
                return [(entry, (entry.name,)) for entry in tags]
    entry = store.listed(name)
    called = entry.name and reference.tag and entry.name.endswith(f":{reference.tag}")
    return [(entry, (entry.name,) if called else ())]


def _check_platform(images: list[SavedImage], wanted: Platform) -> None:
    for saved in images:
        if not saved.image.platform.matches(wanted):
            name = familiar(saved.names[0]) if saved.names else saved.image.id.short
            raise NoSuchImage(f"{name} for {wanted}", hint=f"the store has it for {saved.image.platform}")


def _needs_packing(engine: Engine, images: list[SavedImage]) -> bool:
    digests = {layer.digest for saved in images for layer in saved.image.manifest.layers}
    return not all(os.path.exists(engine.layout.blob(digest)) for digest in digests)


def _with_true_layers(engine: Engine, staging: BlobStaging, saved: SavedImage) -> SavedImage:
    """Return an image that any engine can load: what shows this machine's own folders has them packed."""
    if not host_image.is_from_host(saved.image.config):
        return saved
    from pod.storage import host_saving

    ensure_unpacked(engine, saved.image)
    image, config = host_saving.materialise(staging, saved.image)
    return saved.replace(image=image, config=config)


def _write(output: TarOutput | FolderOutput, images: list[SavedImage], layers: LayerFiles, format: str) -> None:
    if format == DOCKER_ARCHIVE:
        writing.write_docker_archive(output, images, layers)
    elif format == DOCKER_DIR:
        writing.write_dir(output, images[0], layers)
    else:
        writing.write_oci_layout(output, images, layers)


def _save_file(
    images: list[SavedImage], layers: LayerFiles, format: str, path: str, progress: Callable[[int], None]
) -> None:
    special = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC) if special else _open_unnamed(path)
    try:
        _write(TarOutput(fd, progress), images, layers, format)
        if not special:  # a fifo or a device has nothing to replace
            _give_name(fd, path)
    except BaseException:
        files.remove_file(_partial(path))
        raise
    finally:
        os.close(fd)


def _open_unnamed(path: str) -> int:
    """Open a new file that has no name yet in the folder of `path`: if we are killed, it never was."""
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    folder = os.path.dirname(path) or "."
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    except OSError as err:
        if err.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL):  # NFS and others cannot
            err.filename = path
            raise
    return os.open(_partial(path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)


def _give_name(fd: int, path: str) -> None:
    """Put the finished file in the place of whatever `path` is."""
    if not os.path.exists(_partial(path)):
        # naming a directory, whichever, is what makes os.link follow the link in /proc (linkat(2), AT_SYMLINK_FOLLOW)
        os.link(f"/proc/self/fd/{fd}", _partial(path), src_dir_fd=fd)
    os.rename(_partial(path), path)


def _partial(path: str) -> str:
    return f"{path}.{os.getpid()}.partial"


def _save_folder(
    images: list[SavedImage], layers: LayerFiles, format: str, path: str | int, progress: Callable[[int], None]
) -> None:
    if isinstance(path, int):
        raise UsageError(f"--format {format} writes a folder", hint="name it with -o")
    if os.path.isdir(path) and os.listdir(path):
        raise UsageError(f"folder {path} is not empty", hint="remove it first, or choose another one")
    existed = os.path.isdir(path)
    os.makedirs(path, 0o755, exist_ok=True)
    try:
        _write(FolderOutput(path, progress), images, layers, format)
    except BaseException:
        for name in os.listdir(path):
            files.remove_tree(f"{path}/{name}")
        if not existed:
            os.rmdir(path)
        raise
