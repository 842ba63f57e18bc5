"""The id map of a container with a user namespace of its own: from what was asked to ranges of the user's namespace.

There 0 is the user, and 1… are its subordinate ids; the container's ids are some of these under other numbers.
"""

from __future__ import annotations

import os

from pod.engine import containers
from pod.errors import PodError, UsageError, WrongState
from pod.linux import files
from pod.linux import syscalls as sc
from pod.linux.held_child import HeldChild
from pod.linux.idmap import IdMap, IdRange
from pod.storage.container_records import AskedIds, Users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pod.engine.engine import Engine

_SMALLEST_AUTO = 1024  # containers/storage, AutoUserNsMinSize
_NOBODY = 65534


def make(engine: Engine, users: Users, layers: Sequence[str]) -> IdMap | None:
    """Return the map for a new container, None for the user's own namespace. `layers` are its image's folders.

    Raises UsageError for ids that the user does not have, NoSuchContainer, WrongState.
    """
    ours = engine.enter().map
    if users.mode == "container":
        return containers.find(engine.layout, users.value).record.id_map
    if users.mode == "ns":
        return _of_namespace(users.value)
    if users.mode in ("", "host"):
        if users.subuid_name or users.subgid_name:
            return _of_names(users, ours)
        return _spelled_out(users, ours) if users.uid_map or users.gid_map else None
    return _MODES[users.mode](engine, users, ours, layers)


def _total(ranges: Sequence[IdRange]) -> int:
    """Return how many ids the user's namespace has: they are numbered from 0 on."""
    return sum(part.count for part in ranges)


def _keep_id(engine: Engine, users: Users, ours: IdMap, layers: Sequence[str]) -> IdMap:
    del engine, layers
    uid = ours.uids[0].outside if users.uid is None else users.uid
    gid = ours.gids[0].outside if users.gid is None else users.gid
    return IdMap(keep(uid, _total(ours.uids), users.size), keep(gid, _total(ours.gids), users.size))


def keep(own: int, total: int, size: int = 0) -> tuple[IdRange, ...]:
    """Return the map in which the user is `own`, and the ids around it are the subordinate ones, in order."""
    total = min(total, max(size, own + 1)) if size else total
    below = min(own, total - 1)
    parts = (IdRange(0, 1, below), IdRange(own, 0, 1), IdRange(own + 1, own + 1, total - own - 1))
    return tuple(part for part in parts if part.count > 0)


def _no_map(engine: Engine, users: Users, ours: IdMap, layers: Sequence[str]) -> IdMap:
    del engine, users, layers
    _need_subordinate_ids(ours, "--userns nomap leaves your own id out of the container")
    return IdMap((IdRange(0, 1, _total(ours.uids) - 1),), (IdRange(0, 1, _total(ours.gids) - 1),))


def _private(engine: Engine, users: Users, ours: IdMap, layers: Sequence[str]) -> IdMap:
    del engine, layers
    if not (users.uid_map or users.gid_map):
        raise UsageError(
            "--userns private needs a map: give --uidmap or --gidmap",
            hint="--userns keep-id, auto and nomap come with one",
        )
    return _spelled_out(users, ours)


def _auto(engine: Engine, users: Users, ours: IdMap, layers: Sequence[str]) -> IdMap:
    """Take a range of ids that no other container of this kind has."""
    _need_subordinate_ids(ours, "--userns auto gives each container ids of its own")
    size = users.size or max(_SMALLEST_AUTO, _highest_id(layers) + 1)
    taken = [
        other.record.id_map
        for other in containers.every(engine.layout)
        if other.record.id_map is not None and other.record.users.mode == "auto"
    ]
    uids = _free(size, _total(ours.uids), [part for other in taken for part in other.uids])
    gids = _free(size, _total(ours.gids), [part for other in taken for part in other.gids])
    return IdMap(_forced(users.uid_map, uids, ours.uids), _forced(users.gid_map, gids, ours.gids))


def _free(size: int, total: int, taken: Iterable[IdRange]) -> IdRange:
    """Return the first free stretch of subordinate ids."""
    start = 1
    for part in sorted(taken, key=lambda part: part.outside):
        if part.outside >= start + size:
            break
        start = max(start, part.outside + part.count)
    if start + size > total:
        raise PodError(
            f"no {size} ids are left for a container with --userns auto: you have {total - 1}",
            hint="remove containers that have some, or ask for fewer: --userns auto:size=1024",
        )
    return IdRange(0, start, size)


def _forced(asked: Sequence[AskedIds], free: IdRange, ours: Sequence[IdRange]) -> tuple[IdRange, ...]:
    """Put what was asked for (uidmapping=, gidmapping=) in place of what the free ids would be there."""
    wanted = _ranges(asked, ours, "--userns auto")
    return tuple(sorted((*wanted, *_without(free, wanted)), key=lambda part: part.inside))


def _without(free: IdRange, taken: Sequence[IdRange]) -> list[IdRange]:
    """Return the pieces of a range around the inside ids that others have."""
    pieces = []
    inside, end = free.inside, free.inside + free.count
    for other in sorted(taken, key=lambda part: part.inside):
        if other.inside > inside:
            count = min(other.inside, end) - inside
            pieces.append(IdRange(inside, free.outside + inside - free.inside, count))
        inside = max(inside, other.inside + other.count)
    if inside < end:
        pieces.append(IdRange(inside, free.outside + inside - free.inside, end - inside))
    return [piece for piece in pieces if piece.count > 0]


def _highest_id(layers: Sequence[str]) -> int:
    """Return the highest id that an image knows, nobody's left out."""
    from pod.runtime import users

    highest = 0
    for layer in layers:
        root = os.open(layer, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for names in users.names(root):
                highest = max(highest, *(number for number in names if number < _NOBODY), 0)
        finally:
            os.close(root)
    return highest


_MODES: dict[str, Callable[[Engine, Users, IdMap, Sequence[str]], IdMap]] = {
    "keep-id": _keep_id,
    "nomap": _no_map,
    "auto": _auto,
    "private": _private,
}


def _need_subordinate_ids(ours: IdMap, why: str) -> None:
    if ours.single:
        raise UsageError(f"{why}, and you have no others", hint="an administrator gives you some: `pod info` says how")


def _spelled_out(users: Users, ours: IdMap) -> IdMap:
    """Return the map of --uidmap and --gidmap; where there is only one of them it counts for both."""
    uid_map, gid_map = users.uid_map or users.gid_map, users.gid_map or users.uid_map
    return IdMap(_filled(uid_map, ours.uids, "--uidmap"), _filled(gid_map, ours.gids, "--gidmap"))


def _filled(asked: Sequence[AskedIds], ours: Sequence[IdRange], option: str) -> tuple[IdRange, ...]:
    """Return the ranges and, where one of them extends (`+`), all other ids of the user's in order around them."""
    wanted = _ranges(asked, ours, option)
    if any(one.extends for one in asked):
        wanted = (*wanted, *_rest(wanted, _total(ours)))
    return tuple(sorted(wanted, key=lambda part: part.inside))


def _rest(wanted: Sequence[IdRange], total: int) -> list[IdRange]:
    """Map the inside ids that are not taken, from 0 on, to the outside ids that are not taken, both in order."""
    free = _without(IdRange(0, 0, total), [IdRange(part.outside, part.inside, part.count) for part in wanted])
    places = _without(IdRange(0, 0, 1 << 32), wanted)
    found = []
    place, at = places.pop(0), 0
    for part in free:
        used = 0
        while used < part.count:
            if at == place.count:
                place, at = places.pop(0), 0
            count = min(part.count - used, place.count - at)
            found.append(IdRange(place.inside + at, part.inside + used, count))
            used, at = used + count, at + count
    return found


def _ranges(asked: Sequence[AskedIds], ours: Sequence[IdRange], option: str) -> tuple[IdRange, ...]:
    """Check ranges and translate the machine's numbers. Raises UsageError."""
    found: list[IdRange] = []
    for one in asked:
        part = IdRange(one.inside, _from_host(one, ours, option) if one.of_host else one.outside, one.count)
        if part.outside + part.count > _total(ours):
            raise UsageError(
                f"{option} {one.inside}:{one.outside}:{one.count}: your namespace has the ids 0 to {_total(ours) - 1}",
                hint="0 is you, the others are those of /etc/subuid and /etc/subgid in order",
            )
        for other in found:
            if _overlap(part.inside, other.inside, part, other) or _overlap(part.outside, other.outside, part, other):
                raise UsageError(f"{option}: two ranges have ids in common: {_text(other)} and {_text(part)}")
        found.append(part)
    return tuple(found)


def _overlap(start: int, other_start: int, part: IdRange, other: IdRange) -> bool:
    return start < other_start + other.count and other_start < start + part.count


def _text(part: IdRange) -> str:
    return f"{part.inside}:{part.outside}:{part.count}"


def _from_host(one: AskedIds, ours: Sequence[IdRange], option: str) -> int:
    for part in ours:
        if part.outside <= one.outside and one.outside + one.count <= part.outside + part.count:
            return part.inside + one.outside - part.outside
    raise UsageError(
        f"{option} @{one.outside}: id {one.outside} of this machine is not yours",
        hint="yours are your own and those that /etc/subuid and /etc/subgid give you",
    )


def _of_names(users: Users, ours: IdMap) -> IdMap:
    """Return the map of --subuidname and --subgidname: 0… are the subordinate ids of that name, which must be ours."""
    import pwd

    mine = pwd.getpwuid(ours.uids[0].outside).pw_name
    for name in (users.subuid_name or users.subgid_name, users.subgid_name or users.subuid_name):
        if name != mine:
            raise UsageError(
                f"the subordinate ids of {name} are not yours: newuidmap(1) gives them to {name} only",
                hint=f"your own go by the name {mine}",
            )
    _need_subordinate_ids(ours, "--subuidname makes a map of subordinate ids")
    return IdMap((IdRange(0, 1, _total(ours.uids) - 1),), (IdRange(0, 1, _total(ours.gids) - 1),))


def _of_namespace(path: str) -> IdMap:
    """Read the map of a namespace that exists, through a child that joins it. Raises WrongState."""
    with HeldChild(lambda: sc.setns(os.open(path, os.O_RDONLY | os.O_CLOEXEC), sc.CLONE_NEWUSER)) as child:
        if not child.entered:
            raise WrongState(
                f"cannot join the user namespace {path}",
                hint="it must exist and have been made by a container of yours, or below `pod unshare`",
            )
        return IdMap(_read_map(f"/proc/{child.pid}/uid_map"), _read_map(f"/proc/{child.pid}/gid_map"))


def _read_map(path: str) -> tuple[IdRange, ...]:
    return tuple(IdRange(*map(int, line.split())) for line in files.read_bytes(path, 1 << 16).splitlines())


def default_user(record_users: Users, id_map: IdMap | None) -> str | None:
    """Return who a container runs as where nobody says it: with keep-id the user. None: as the image says."""
    if record_users.mode != "keep-id" or id_map is None:
        return None
    uid, gid = (next(part.inside for part in parts if part.outside == 0) for parts in (id_map.uids, id_map.gids))
    return f"{uid}:{gid}"
