"""`--rootfs FOLDER[:O]`: a container on a folder of the host in place of an image."""

from __future__ import annotations

import os

from pod.engine.images.resolve import ResolvedImage
from pod.errors import UsageError
from pod.oci.image_config import ImageConfig, RootFs, RunConfig
from pod.oci.platform import Platform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.container_records import ContainerRecord

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HOST = Platform.host()
IMAGE = ResolvedImage("", "", ImageConfig(_HOST.architecture, _HOST.os, RootFs(), config=RunConfig(env=(_PATH,))))


def use(record: ContainerRecord, text: str) -> ContainerRecord:
    """Return the record of a container on the folder that the words name. Raises UsageError."""
    path, colon, option = text.partition(":")
    if colon and option not in ("O", ""):
        raise UsageError(f"--rootfs {text}: :{option} means nothing", hint=":O leaves the folder unchanged")
    folder = os.path.realpath(path)
    if not os.path.isdir(folder):
        raise UsageError(f"--rootfs {path}: no such folder", hint="without --rootfs, the word is the name of an image")
    return record.replace(image_name="", rootfs=folder, rootfs_overlay=option == "O")
