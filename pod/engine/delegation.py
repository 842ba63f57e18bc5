"""What limits can be kept for this user: the controllers that systemd hands on, and what hands on the others."""

from __future__ import annotations

import os
import pwd

from pod.engine import placement
from pod.record import Record
from pod.storage.container_records import ControlGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.settings import Settings

CONTROLLERS = ("cpu", "cpuset", "io", "memory", "pids")
DROP_IN = "/etc/systemd/system/user@.service.d/delegate.conf"
TEXT = f"[Service]\nDelegate={' '.join(CONTROLLERS)}\n"
REMEDY = f"mkdir -p {os.path.dirname(DROP_IN)} && printf '{TEXT}' >{DROP_IN} && systemctl daemon-reload".replace(
    "\n", "\\n"
)
"""What an administrator runs; it holds from the user's next first login on."""


class Delegation(Record):
    """What a container's control group can do."""

    manager: str  # systemd or cgroupfs
    version: str  # v1, v2
    controllers: tuple[str, ...]
    missing: tuple[str, ...]  # of those that limits need


def look(settings: Settings) -> Delegation:
    """Return what a container that is started now would have."""
    version = "v2" if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else "v1"
    place = placement.foresee(settings, ControlGroup())
    found = () if place is None else place.controllers
    by_systemd = bool(placement.slice_of(settings, ControlGroup()))
    missing = tuple(name for name in CONTROLLERS if name not in found)
    return Delegation("systemd" if by_systemd else "cgroupfs", version, found, missing)


def lingers(uid: int) -> bool:
    """True where a user's systemd starts with the machine and stays after logout (loginctl(1))."""
    return os.path.exists(f"/var/lib/systemd/linger/{user_name(uid)}")


def user_name(uid: int) -> str:
    """Return the name of a user; the number of one that has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
