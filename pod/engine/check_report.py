"""What `system check` tells of one thing that is wrong."""

from __future__ import annotations

from pod.record import Record


class Finding(Record):
    """What is wrong, and what --repair does about it, or what the user can do where it does nothing."""

    what: str
    remedy: str
    repaired: bool = False
    by_hand: bool = False

    @property
    def mended(self) -> Finding:
        return self.replace(repaired=True)
