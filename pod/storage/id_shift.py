"""Owners of files across the border of a container's own user namespace.

On disk they are ids of the user's namespace; the container and its images count in the container's.
"""

from __future__ import annotations

from pod.errors import StorageError
from pod.linux.idmap import IdRange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pod.linux.idmap import IdMap

    Ids = Callable[[int, int], tuple[int, int]]  # owner and group as they are; as they are on the other side


def outward(ids: IdMap) -> Ids:
    """Return what turns the owners that an image names into those on disk. Raises StorageError for some that cannot."""
    users, groups = _Outward(ids.uids), _Outward(ids.gids)
    return lambda uid, gid: (users[uid], groups[gid])


def inward(ids: IdMap) -> Ids:
    """Return what turns owners on disk into those that the container sees; one that it does not have stays."""
    users, groups = _Lookup(_turned(ids.uids)), _Lookup(_turned(ids.gids))
    return lambda uid, gid: (users[uid], groups[gid])


def _turned(ranges: Sequence[IdRange]) -> list[IdRange]:
    return [IdRange(part.outside, part.inside, part.count) for part in ranges]


class _Lookup(dict[int, int]):
    """What ids become on the other side of some ranges, each looked for once."""

    def __init__(self, ranges: Sequence[IdRange]) -> None:
        self._ranges = ranges

    def __missing__(self, number: int) -> int:
        for part in self._ranges:
            if part.inside <= number < part.inside + part.count:
                self[number] = part.outside + number - part.inside
                return self[number]
        self[number] = self.stranger(number)
        return self[number]

    def stranger(self, number: int) -> int:
        """Return what becomes of an id that is in no range."""
        return number


class _Outward(_Lookup):
    def stranger(self, number: int) -> int:
        """Return a number that means nobody in the container: its own, or the user's, if these are not taken."""
        for nobody in (number, 0):
            if not any(part.outside <= nobody < part.outside + part.count for part in self._ranges):
                return nobody
        raise StorageError(
            f"the image has files of id {number}, which the container's user namespace has not",
            hint="give it more ids: --userns with a larger size=, or another --uidmap",
        )
