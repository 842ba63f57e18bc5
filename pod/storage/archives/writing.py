"""Writing images as archives: docker-archive, OCI layout and dir folder, each to a tarball's stream or into a folder.

The bytes depend on the images and their names alone: the same images are the same archive, today and tomorrow.
"""

from __future__ import annotations

import os

from pod.linux import files, jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import CONTAINERD_NAME, REF_NAME, Descriptor, Index
from pod.oci.reference import split_tag
from pod.record import Record
from pod.storage.archives import dir_transport, docker_archive
from pod.storage.archives.oci_layout import blob_name
from pod.storage.blobs import CHUNK
from pod.storage.documents import read_document
from pod.storage.images import Image, repository
from pod.storage.tar.member import Member
from pod.storage.tar.writer import TarWriter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.storage.archives.layer_files import LayerFiles

_MODE = 0o444


class SavedImage(Record):
    """An image to be written, under the names that were asked for."""

    image: Image
    names: tuple[str, ...]
    config: bytes
    label: str = ""  # what an OCI layout is to call it, in the stead of its names
    keeps_types: bool = False  # leave the manifest in its types where the format allows any


class TarOutput:
    """An archive as one stream."""

    def __init__(self, fd: int, progress: Callable[[int], None]) -> None:
        self._fd = fd
        self._progress = progress
        self._writer = TarWriter(self._write)

    def _write(self, data: bytes) -> None:
        files.write_all(self._fd, data)
        self._progress(len(data))

    def add(self, name: str, data: bytes) -> None:
        self._writer.add(Member(name.encode(), mode=_MODE, size=len(data)), data)

    def add_file(self, name: str, fd: int, size: int) -> None:
        self._writer.add_file(Member(name.encode(), mode=_MODE, size=size), fd)

    def finish(self) -> None:
        self._writer.finish()


class FolderOutput:
    """An archive as files in a folder."""

    def __init__(self, folder: str, progress: Callable[[int], None]) -> None:
        self._folder = folder
        self._progress = progress

    def _create(self, name: str) -> int:
        path = f"{self._folder}/{name}"
        files.make_folders(os.path.dirname(path), 0o755)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)

    def add(self, name: str, data: bytes) -> None:
        fd = self._create(name)
        try:
            files.write_all(fd, data)
        finally:
            os.close(fd)

    def add_file(self, name: str, fd: int, size: int) -> None:
        target = self._create(name)
        offset = 0
        try:
            while offset < size and (data := os.pread(fd, CHUNK, offset)):
                files.write_all(target, data)
                offset += len(data)
                self._progress(len(data))
        finally:
            os.close(target)

    def finish(self) -> None:
        """Nothing is left to do."""


Output = TarOutput | FolderOutput


def write_docker_archive(output: Output, images: Sequence[SavedImage], layers: LayerFiles) -> None:
    """Write what `docker load` reads; layers are uncompressed, so that their digests are those of the configuration."""
    written: set[Digest] = set()
    listed = []
    repositories: dict[str, dict[str, str]] = {}
    for saved in images:
        image = saved.image
        for descriptor, diff_id in zip(image.manifest.layers, image.diff_ids, strict=True):
            if diff_id not in written:
                with layers.plain(descriptor, diff_id) as layer:
                    output.add_file(f"{diff_id.hex}.tar", layer.fd, layer.size)
                written.add(diff_id)
        config_name = f"{image.id.hex}.json"
        if image.id not in written:
            output.add(config_name, saved.config)
            written.add(image.id)
        for name in saved.names:
            top = image.diff_ids[-1].hex if image.diff_ids else image.id.hex
            repositories.setdefault(repository(name), {})[split_tag(name)[1]] = top
        listed.append(
            {
                "Config": config_name,
                "RepoTags": list(saved.names) or None,  # in full: Podman puts short ones on localhost
                "Layers": [f"{diff_id.hex}.tar" for diff_id in image.diff_ids],
            }
        )
    output.add(docker_archive.LIST, jsonfile.dumps(listed))
    if repositories:
        output.add("repositories", jsonfile.dumps(repositories))
    output.finish()


def write_oci_layout(output: Output, images: Sequence[SavedImage], layers: LayerFiles) -> None:
    """Write an OCI image layout; layers stay as they are stored."""
    written: set[Digest] = set()
    index = []
    output.add("oci-layout", jsonfile.dumps({"imageLayoutVersion": "1.0.0"}))
    for saved in images:
        _write_layers(output, saved.image, layers, written, blob_name)
        manifest = _manifest_in(media_types.in_oci_types, saved.image, layers)
        digest = _digest(manifest)
        for document, own in ((saved.config, saved.image.id), (manifest, digest)):
            if own not in written:
                output.add(blob_name(own), document)
                written.add(own)
        descriptor = Descriptor(media_types.OCI_MANIFEST, digest, len(manifest), saved.image.platform)
        labels = [{REF_NAME: name, CONTAINERD_NAME: name} for name in saved.names]
        for label in [{REF_NAME: saved.label}] if saved.label else labels or [{}]:
            index.append(descriptor.replace(annotations=label))
    output.add("index.json", jsonfile.dumps(Index(2, tuple(index), media_types.OCI_INDEX).to_json()))
    output.finish()


def write_dir(output: Output, saved: SavedImage, layers: LayerFiles) -> None:
    """Write one image as skopeo's dir: transport does."""
    output.add("version", dir_transport.VERSION)
    _write_layers(output, saved.image, layers, set(), lambda digest: digest.hex)
    output.add(saved.image.id.hex, saved.config)
    convert = str if saved.keeps_types else media_types.in_docker_types
    output.add(dir_transport.MANIFEST, _manifest_in(convert, saved.image, layers))
    output.finish()


def _write_layers(
    output: Output, image: Image, layers: LayerFiles, written: set[Digest], name: Callable[[Digest], str]
) -> None:
    for descriptor, diff_id in zip(image.manifest.layers, image.diff_ids, strict=True):
        if descriptor.digest not in written:
            with layers.stored(descriptor, diff_id) as layer:
                output.add_file(name(descriptor.digest), layer.fd, layer.size)
            written.add(descriptor.digest)


def _digest(data: bytes) -> Digest:
    import hashlib

    return Digest(hashlib.sha256(data).hexdigest())


def _manifest_in(convert: Callable[[str], str], image: Image, layers: LayerFiles) -> bytes:
    """Return the manifest in the types of one family: as it is stored if it is, and has them already."""
    converted = image.manifest.in_types(convert)
    if converted == image.manifest and os.path.exists(layers.layout.blob(image.digest)):
        return read_document(layers.layout, image.digest)
    return jsonfile.dumps(converted.to_json())
