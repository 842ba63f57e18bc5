"""The embedded image `host`: this machine's own programs, to run containers where no registry is in reach.

Its one layer is not an archive: beside a small base (folders, links, a copy of what of /etc everybody may read) it is
/usr, /opt and their like, seen through overlays (host_trees). Its diff id is therefore no digest of bytes but a name:
the digest of the stamp, a text that changes when the machine's folders do. Saving the image packs the real files and
gives it a true one.
"""

from __future__ import annotations

import os

from pod.linux import times
from pod.oci.digest import Digest
from pod.oci.image_config import History, ImageConfig, RootFs, RunConfig
from pod.oci.platform import Platform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "docker.io/library/host:latest"
STAMP = "pod.host.stamp"  # the label that tells which state of the machine an image shows

_FORMAT = 1  # of the layer: a higher number makes every store build it anew
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SHELLS = ("/bin/bash", "/bin/sh")
_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32")
_DATABASES = ("/var/lib/dpkg", "/var/lib/rpm", "/var/lib/pacman")
_TELLING = (
    "/usr /usr/bin /usr/sbin /usr/lib /usr/lib64 /usr/share /usr/local /usr/local/bin /usr/local/lib /opt /etc "
    "/etc/passwd /etc/group /etc/ld.so.cache /etc/alternatives /bin /lib /var/lib/dpkg/status /var/lib/rpm"
).split()


def is_meant(name: str) -> bool:
    """True where a person means this image by a name."""
    return name in ("host", "host:latest", NAME, NAME.removesuffix(":latest"), "library/host")


def trees() -> list[str]:
    """Return the folders of the machine that are shown as they are, one above those within it.

    A folder that is a link (bin -> usr/bin) is a link in the base. What is mounted below a tree is a tree itself.
    """
    found = [path for path in ("/usr", "/opt", *(f"/{name}" for name in _MERGED), *_DATABASES) if _is_folder(path)]
    return found + [path for path in _mounts_below(found) if path not in found]


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path) and os.access(path, os.R_OK | os.X_OK)


def _mounts_below(roots: Iterable[str]) -> list[str]:
    """Return the mount points within some folders (proc(5), /proc/pid/mountinfo), outer ones first."""
    points = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        for line in table:
            point = line.split(" ")[4]
            if "\\" not in point and any(point.startswith(f"{root}/") for root in roots) and _is_folder(point):
                points.append(point)
    return sorted(set(points))


def stamp() -> str:
    """Return a text that stays the same while the machine's folders do, told by times that package managers change."""
    parts = [str(_FORMAT)]
    for path in _TELLING:
        try:
            info = os.stat(path)
        except OSError:
            continue
        parts.append(f"{path} {info.st_ino} {info.st_mtime_ns}")
    return "; ".join(parts)


def diff_id(of_stamp: str) -> Digest:
    """Return the name of the layer for a stamp."""
    return Digest.of(f"pod host image: {of_stamp}".encode())


def config(of_stamp: str) -> ImageConfig:
    """Return the image's configuration; the same stamp gives the same image."""
    platform = Platform.host()
    created = times.from_ns(os.stat("/usr").st_mtime_ns)
    shell = next((path for path in _SHELLS if os.path.exists(path)), "/bin/sh")
    return ImageConfig(
        platform.architecture,
        platform.os,
        RootFs("layers", (diff_id(of_stamp),)),
        created=created,
        variant=platform.variant,
        config=RunConfig(env=(f"PATH={_PATH}",), cmd=(os.path.basename(shell),), labels={STAMP: of_stamp}),
        history=(History(created=created, created_by="the folders of this machine", comment="pod's embedded image"),),
    )


def is_from_host(of: ImageConfig) -> bool:
    """True for the image itself and for those made from it."""
    return STAMP in of.config.labels
