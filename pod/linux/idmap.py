"""Subordinate ids and the maps of user namespaces (user_namespaces(7), subuid(5))."""

from __future__ import annotations

import os

from pod.linux import files, process
from pod.record import Record


class IdRange(Record):
    """`count` ids from `inside` on in the namespace are those from `outside` on in its parent."""

    inside: int
    outside: int
    count: int


class IdMap(Record):
    """The map of a user namespace: one list of ranges for users, one for groups."""

    uids: tuple[IdRange, ...]
    gids: tuple[IdRange, ...]

    @property
    def single(self) -> bool:
        """True where only the user itself is mapped: no file can belong to anybody else."""
        return sum(r.count for r in self.uids) == 1 or sum(r.count for r in self.gids) == 1


def wanted(uid: int, gid: int) -> IdMap:
    """Return the map for this user: root inside is the user, 1 upwards are its subordinate ids, where it has any."""
    uids, gids = subordinate_ranges("/etc/subuid", uid), subordinate_ranges("/etc/subgid", uid)
    if not (uids and gids) and (listed := _ranges_by_name_service(uid)):
        uids, gids = listed
    if uid == 0 and not (uids and gids):
        return IdMap(_identity("/proc/self/uid_map"), _identity("/proc/self/gid_map"))
    if not (uids and gids):
        uids = gids = ()
    return IdMap(_stack(uid, uids), _stack(gid, gids))


def _stack(own: int, subordinate: tuple[tuple[int, int], ...]) -> tuple[IdRange, ...]:
    ranges = [IdRange(0, own, 1)]
    for start, count in subordinate:
        last = ranges[-1]
        ranges.append(IdRange(last.inside + last.count, start, count))
    return tuple(ranges)


def _identity(path: str) -> tuple[IdRange, ...]:
    """For root itself: the ids that its own namespace has, up to 65536, under the same numbers."""
    ranges = []
    for line in files.read_bytes(path, 1 << 16).splitlines():
        inside, _outside, count = map(int, line.split())
        if inside < 65536:
            ranges.append(IdRange(inside, inside, min(count, 65536 - inside)))
    return tuple(ranges)


def subordinate_ranges(path: str, uid: int) -> tuple[tuple[int, int], ...]:
    """Return (first id, count) of each range that /etc/subuid or /etc/subgid gives the user, by name or by number."""
    try:
        lines = files.read_bytes(path, 1 << 24).decode(errors="replace").splitlines()
    except OSError:
        return ()
    owners = {str(uid)}
    import pwd

    try:
        owners.add(pwd.getpwuid(uid).pw_name)
    except KeyError:
        pass
    ranges = []
    for line in lines:
        parts = line.strip().split(":")
        if len(parts) == 3 and parts[0] in owners and parts[1].isdecimal() and parts[2].isdecimal() and int(parts[2]):
            ranges.append((int(parts[1]), int(parts[2])))
    return tuple(ranges)


def _ranges_by_name_service(uid: int) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]] | None:
    """Ask getsubids(1) where nsswitch.conf(5) has a source of subordinate ids of its own, such as sssd."""
    try:
        switch = files.read_bytes("/etc/nsswitch.conf", 1 << 16).decode(errors="replace")
        if not any(line.strip().startswith("subid:") for line in switch.splitlines()):
            return None
        import pwd

        name = pwd.getpwuid(uid).pw_name
        users, groups = process.run(["getsubids", name]), process.run(["getsubids", "-g", name])
    except (OSError, KeyError):
        return None
    return _parse_getsubids(users.stdout), _parse_getsubids(groups.stdout)


def _parse_getsubids(output: bytes) -> tuple[tuple[int, int], ...]:
    """Read lines such as `0: alice 100000 65536`."""
    rows = [line.split() for line in output.decode(errors="replace").splitlines()]
    return tuple((int(r[-2]), int(r[-1])) for r in rows if len(r) >= 4 and r[-1].isdecimal() and r[-2].isdecimal())


def stamp() -> str:
    """Return a text that changes whenever /etc/subuid or /etc/subgid does, or what reads them is installed."""
    parts = [process.find_program("newuidmap") or "none"]
    for path in ("/etc/subuid", "/etc/subgid"):
        try:
            info = os.stat(path)
            parts.append(f"{info.st_ino}.{info.st_mtime_ns}.{info.st_size}")
        except OSError:
            parts.append("none")
    return " ".join(parts)
