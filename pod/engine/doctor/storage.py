"""Where the store is, what can be mounted there, and how much room it has."""

from __future__ import annotations

import os
import time

from pod.engine.doctor.finding import FAIL, OK, WARN, Finding
from pod.errors import PodError
from pod.linux import process
from pod.storage import marker
from pod.storage.rootfs import FUSE, OVERLAY, VFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

AREA = "storage"
_SHARED = ("nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "fuse.sshfs", "9p", "afs")
_LITTLE_SPACE = 2 << 30  # bytes: less than an ordinary image and its layers need
_FEW_INODES = 50_000


def examine(engine: Engine) -> list[Finding]:
    """Look at the folder of the store."""
    folder = _existing(engine.layout.root)
    return [_file_system(engine.layout.root, folder), *_drivers(engine), _fuse(), *_room(folder), _clock()]


def _existing(path: str) -> str:
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def _file_system(root: str, folder: str) -> Finding:
    kind = file_system_of(folder)
    subject = "file system of the store"
    if not os.access(folder, os.W_OK):
        return Finding(AREA, subject, FAIL, f"{folder} cannot be written", f"chmod u+rwx {folder}", "you")
    if kind in _SHARED:
        detail = f"{root} is on {kind}: containers are slow there, and start on one machine at a time"
        return Finding(AREA, subject, WARN, detail, "export POD_ROOT=/var/tmp/$USER/pod", "you")
    return Finding(AREA, subject, OK, f"{root} is on {kind}")


def file_system_of(path: str) -> str:
    """Return the type of the file system that holds a path, from /proc/self/mountinfo (proc(5))."""
    device = os.stat(path).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    best, kind = -1, "an unknown file system"
    real = os.path.realpath(path)
    with open("/proc/self/mountinfo") as file:
        for line in file:
            fields, _, rest = line.partition(" - ")
            _id, _parent, number, _root, point = fields.split(" ")[:5]
            inside = real == point or real.startswith(point.rstrip("/") + "/")
            length = len(point) + (10_000 if number == wanted else 0)
            if inside and length > best:
                best, kind = length, rest.split(" ")[0]
    return kind


def _drivers(engine: Engine) -> list[Finding]:
    """Try the driver that the store uses, and say what a better one would need."""
    from pod.storage.drivers import probe

    try:
        engine.enter()
    except PodError as err:
        return [Finding(AREA, "storage driver", FAIL, err.message, err.hint, "administrator" if err.hint else "")]
    mark = marker.read(engine.layout)
    chosen = (mark.driver if mark else "") or engine.settings.storage_driver
    reasons: dict[str, str] = {}
    for driver in (chosen,) if chosen else (OVERLAY, FUSE, VFS):
        try:
            reasons[driver] = probe.try_driver(engine.layout, driver, engine.settings.mount_program)
        except PodError as err:
            reasons[driver] = err.message
        if not reasons[driver]:
            return [_driver(driver, reasons)]
    words = "; ".join(f"{driver}: {reason}" for driver, reason in reasons.items())
    return [Finding(AREA, "storage driver", FAIL, words, "pod system check", "you")]


def _driver(driver: str, reasons: dict[str, str]) -> Finding:
    if driver == VFS:
        why = "; ".join(f"{other}: {reason}" for other, reason in reasons.items() if reason) or "it was chosen"
        detail = f"vfs copies the whole image for every container ({why})"
        return Finding(AREA, "storage driver", WARN, detail, "apt-get install fuse-overlayfs", "administrator")
    return Finding(AREA, "storage driver", OK, f"{driver} works")


def _fuse() -> Finding:
    if not os.path.exists("/dev/fuse"):
        detail = "there is none: fuse-overlayfs cannot step in where the kernel's overlay does not work"
        return Finding(AREA, "/dev/fuse", WARN, detail, "modprobe fuse", "administrator")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return Finding(AREA, "/dev/fuse", WARN, "you may not open it", "chmod 666 /dev/fuse", "administrator")
    program = process.find_program("fuse-overlayfs")
    return Finding(AREA, "/dev/fuse", OK, f"yours to open; {program or 'fuse-overlayfs is not installed'}")


def _room(folder: str) -> list[Finding]:
    numbers = os.statvfs(folder)
    free = numbers.f_bavail * numbers.f_frsize
    status, remedy = (WARN, "pod system prune") if free < _LITTLE_SPACE else (OK, "")
    found = [Finding(AREA, "disk space", status, f"{free / 1e9:.1f} GB free", remedy, "you" if remedy else "")]
    if numbers.f_files:  # btrfs and others have no fixed number
        few = numbers.f_favail < _FEW_INODES
        status, remedy = (WARN, "pod system prune") if few else (OK, "")
        found.append(
            Finding(AREA, "inodes", status, f"{numbers.f_favail} free", remedy, "you" if remedy else ""),
        )
    return found


def _clock() -> Finding:
    """Compare the clock with the age of pod's own code: certificates and caches need one that is about right."""
    if time.time() < os.stat(__file__).st_mtime - 86400:
        detail = f"it says {time.strftime('%F')}, before this pod was made: registries' certificates seem invalid"
        return Finding(AREA, "clock", WARN, detail, "timedatectl set-ntp true", "administrator")
    return Finding(AREA, "clock", OK, time.strftime("%F %T %Z"))
