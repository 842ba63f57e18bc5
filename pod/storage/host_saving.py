"""The image `host` as an ordinary one: its files packed into an archive, which then has a true digest.

Everything belongs to root there: who owns the machine's files cannot be seen from inside the user's namespace.
"""

from __future__ import annotations

import hashlib
import os
import stat

from pod.linux import jsonfile
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.manifest import Descriptor
from pod.storage import host_image, host_trees
from pod.storage.blobs import BlobWriter
from pod.storage.layers import LayerStore
from pod.storage.tar import member
from pod.storage.tar.member import Member
from pod.storage.tar.writer import TarWriter
from pod.storage.tree_walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pod.storage.blobs import BlobStaging
    from pod.storage.images import Image

_KINDS = {stat.S_IFREG: member.FILE, stat.S_IFDIR: member.DIRECTORY, stat.S_IFLNK: member.SYMLINK}


def materialise(staging: BlobStaging, image: Image) -> tuple[Image, bytes]:
    """Return an image made from `host` with a true first layer, staged, and the bytes of its new configuration.

    Call it inside the user's namespace, with the layer built.
    """
    writer = BlobWriter(staging)
    try:
        pack(LayerStore(staging.layout).path(image.diff_ids[0]), writer.write)
        digest, size = writer.finish(), writer.size
    except BaseException:
        writer.abandon()
        raise
    run_config = image.config.config
    labels = {key: value for key, value in run_config.labels.items() if key != host_image.STAMP}
    config = image.config.replace(
        config=run_config.replace(labels=labels),
        rootfs=image.config.rootfs.replace(diff_ids=(digest, *image.diff_ids[1:])),
    )
    data = jsonfile.dumps(config.to_json())
    image_id = Digest(hashlib.sha256(data).hexdigest())
    manifest = image.manifest.replace(
        config=image.manifest.config.replace(digest=image_id, size=len(data)),
        layers=(Descriptor(media_types.OCI_LAYER, digest, size), *image.manifest.layers[1:]),
    )
    named = Digest(hashlib.sha256(jsonfile.dumps(manifest.to_json())).hexdigest())
    return image.replace(id=image_id, digest=named, manifest=manifest, config=config), data


def pack(base: str, write: Callable[[bytes], object]) -> None:
    """Write the base and the machine's folders as one archive; what this user may not read is left out."""
    packer = _Packer(TarWriter(write))
    packer.add_tree(os.fsencode(base), b"")
    trees = host_trees.read(os.path.dirname(base))
    outer = [tree for tree in trees if not any(tree.source.startswith(f"{other.source}/") for other in trees)]
    for tree in sorted(outer, key=lambda tree: tree.target):
        packer.add_tree(os.fsencode(tree.source), os.fsencode(tree.target.strip("/")))
    packer.writer.finish()


class _Packer:
    def __init__(self, writer: TarWriter) -> None:
        self.writer = writer
        self._first_names: dict[tuple[int, int], bytes] = {}

    def add_tree(self, source: bytes, target: bytes) -> None:
        for path, info in walk(source, leave_out_closed=True):
            self._add(os.path.join(source, path), os.path.join(target, path), info)

    def _add(self, source: bytes, path: bytes, info: os.stat_result) -> None:
        kind = _KINDS.get(stat.S_IFMT(info.st_mode))
        if kind is None:
            return
        # set-group-ID would lend the rights of a group that is not the one meant
        mode = stat.S_IMODE(info.st_mode) & (0o7777 if kind == member.DIRECTORY else 0o5777)
        entry = Member(path, kind, mode, mtime_ns=info.st_mtime_ns)
        first = self._first_names.get((info.st_dev, info.st_ino))
        if kind == member.SYMLINK:
            self.writer.add(entry.replace(linkpath=os.readlink(source)))
        elif kind == member.DIRECTORY:
            self.writer.add(entry)
        elif first is not None:
            self.writer.add(entry.replace(kind=member.HARDLINK, linkpath=first))
        else:
            self._add_file(source, entry.replace(size=info.st_size), info)

    def _add_file(self, source: bytes, entry: Member, info: os.stat_result) -> None:
        try:
            fd = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except PermissionError:
            return
        try:
            self.writer.add_file(entry, fd)
        finally:
            os.close(fd)
        if info.st_nlink > 1:
            self._first_names[info.st_dev, info.st_ino] = entry.path
