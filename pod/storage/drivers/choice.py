"""Which storage driver a store uses: found by trying once, remembered in the store's mark, overruled by a wish."""

from __future__ import annotations

from pod.errors import StorageError, UsageError
from pod.storage import marker
from pod.storage.rootfs import FUSE, OVERLAY, VFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.layout import StorageLayout

DRIVERS = (OVERLAY, FUSE, VFS)  # in the order of preference
_ALIASES = {"overlay2": OVERLAY, "native": OVERLAY, "fuse": FUSE}


def choose(layout: StorageLayout, wanted: str = "", program: str = "") -> str:
    """Return the driver for new containers. Call it inside the user's namespace, before any thread exists.

    `wanted` is the user's explicit wish, `program` another fuse-overlayfs. Raises UsageError for a driver that does
    not exist and StorageError for one that does not work here.
    """
    known = marker.read(layout)
    driver = _ALIASES.get(wanted, wanted)
    if not driver and known is not None and known.driver:
        return known.driver
    if driver and driver not in DRIVERS:
        raise UsageError(f"unknown storage driver {wanted!r:.60}", hint=f"pod has {', '.join(DRIVERS)}")
    if driver and known is not None and driver in known.working:
        return driver
    from pod.storage.drivers import probe

    if driver:
        reason = probe.try_driver(layout, driver, program)
        if reason:
            raise StorageError(
                f"the storage driver {driver} does not work with {layout.root}: {reason}",
                hint="leave out --storage-driver and pod chooses one that works",
            )
        marker.update(layout, working=tuple(dict.fromkeys((*(known.working if known else ()), driver))))
        return driver
    driver = _first_working(layout, program)
    working = (*(known.working if known else ()), driver)
    marker.update(layout, driver=driver, working=tuple(dict.fromkeys(working)))
    return driver


def _first_working(layout: StorageLayout, program: str) -> str:
    from pod.storage.drivers import probe

    reasons = []
    for name in DRIVERS:
        reason = probe.try_driver(layout, name, program)
        if not reason:
            return name
        reasons.append(f"{name}: {reason}")
    raise StorageError(f"no storage driver works in {layout.root}: {'; '.join(reasons)}")
