"""The user that a container's process runs as: `-u`, `--group-add` and the image's own /etc/passwd and /etc/group.

Those files belong to the image and may be anything: links that lead out, fifos, devices, endless or broken text. They
are opened inside the root (openat2) and read only if regular and not too long; lines that do not parse are passed over.

The rules are Docker's and Podman's: https://docs.docker.com/reference/cli/docker/container/exec/#user, and for the
primary group among the supplementary ones CVE-2022-2989.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.errors import NoSuchUser, PodError, UsageError
from pod.linux import files
from pod.record import Record
from pod.runtime import inroot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_ID = (1 << 32) - 2  # the highest number means "leave it as it is" to chown(2) and setresuid(2)
_MAX_FILE = 16 << 20
KEEP_GROUPS = "keep-groups"  # crun's word for --group-add: the caller's own supplementary groups stay
_PASSWD, _GROUP = "/etc/passwd", "/etc/group"


class User(Record):
    """A user of an image. `groups` are the supplementary ones, sorted, the primary with them; None: the caller's."""

    uid: int
    gid: int
    groups: tuple[int, ...] | None
    home: str = "/"
    name: str = ""
    shell: str = ""


class _Account(Record):
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


class _Group(Record):
    """A line of /etc/group."""

    name: str
    gid: int
    members: tuple[str, ...]


def resolve_user(root: str | int, spec: str, group_add: Iterable[str] = ()) -> User:
    """Return the user that USER[:GROUP] means in an image, names or numbers; an empty USER is root.

    A group given with the user replaces those that the image puts the user in. A number need not be in the image; its
    home is then "/". `root` is a path or a descriptor. Raises NoSuchUser, UsageError and PodError.
    """
    wanted, _, wanted_group = spec.partition(":")
    fd = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC) if isinstance(root, str) else root
    try:
        account = _account(fd, wanted or "0")
        asked = ([wanted_group] if wanted_group else []) + list(group_add)
        known = list(_groups(fd)) if asked or account.name else []
    finally:
        if fd is not root:
            os.close(fd)
    gid = _gid(known, wanted_group) if wanted_group else account.gid
    groups = {gid, *(_gid(known, group) for group in group_add)}
    if not wanted_group and account.name:
        groups.update(group.gid for group in known if account.name in group.members)
    return User(account.uid, gid, tuple(sorted(groups)), account.home or "/", account.name, account.shell)


def _account(root: int, wanted: str) -> _Account:
    """Return the first line of /etc/passwd for a name or, for anything numeric, for a number."""
    uid = _number(wanted, "user")
    for account in _accounts(root):
        if account.uid == uid if uid is not None else account.name == wanted:
            return account
    if uid is None:
        raise NoSuchUser(
            f'no user "{wanted}" in the image: no line of {_PASSWD} has that name',
            hint="a number works whether or not the image knows it",
        )
    return _Account("", uid, 0, "/", "")


def names(root: int) -> tuple[dict[int, str], dict[int, str]]:
    """Return the names that an image gives its users and its groups, by number. Raises PodError."""
    accounts, groups = list(_accounts(root)), list(_groups(root))
    return {one.uid: one.name for one in reversed(accounts)}, {one.gid: one.name for one in reversed(groups)}


def _gid(known: list[_Group], wanted: str) -> int:
    gid = _number(wanted, "group")
    if gid is not None:
        return gid
    for group in known:
        if group.name == wanted:
            return group.gid
    raise NoSuchUser(
        f'no group "{wanted}" in the image: no line of {_GROUP} has that name',
        hint="a number works whether or not the image knows it",
    )


def _number(text: str, kind: str) -> int | None:
    """Return a numeric id, or None for a name. Raises UsageError for a number that is no id."""
    if not text.removeprefix("-").isdecimal() or not text.isascii():
        return None
    value = _id(text)
    if value is None:
        raise UsageError(f"{kind} id {text:.20} is out of range", hint=f"ids go from 0 to {MAX_ID}")
    return value


def _id(text: str) -> int | None:
    """Return the id that a field says, None where it says none."""
    if not (text.isascii() and text.isdecimal()) or len(text.lstrip("0")) > 10:
        return None
    value = int(text)
    return value if value <= MAX_ID else None


def _accounts(root: int) -> Iterator[_Account]:
    for name, _, uid_text, gid_text, _, home, shell in _lines(root, _PASSWD, 7):
        uid, gid = _id(uid_text), _id(gid_text)
        if uid is not None and gid is not None:
            yield _Account(name, uid, gid, home, shell)


def _groups(root: int) -> Iterator[_Group]:
    for name, _, gid_text, members in _lines(root, _GROUP, 4):
        gid = _id(gid_text)
        if gid is not None:
            yield _Group(name, gid, tuple(members.split(",")))


def _lines(root: int, path: str, fields: int) -> Iterator[list[str]]:
    """Return the lines of a file of the image, split at colons into as many fields; lines without a name are left out.

    Short lines are filled up, as getpwent(3) of musl and Docker's own reader do.
    """
    for line in _read(root, path).split(b"\n"):
        parts = os.fsdecode(line.strip()).split(":", fields - 1)
        if parts[0] and not parts[0].startswith("#"):
            yield parts + [""] * (fields - len(parts))


def _read(root: int, path: str) -> bytes:
    """Return what a regular file of the image holds, nothing where there is none."""
    try:
        # O_NONBLOCK: opening a fifo must not wait for a writer
        fd = inroot.open_in_root(root, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as err:
        if err.errno in (errno.ENOENT, errno.ENOTDIR):
            return b""
        raise PodError(f"cannot read {path} of the image: {os.strerror(err.errno or 0)}") from err
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise PodError(f"cannot read {path} of the image: not a regular file")
        return files.read_all(fd, _MAX_FILE, path)
    except OSError as err:
        raise PodError(f"cannot read {path} of the image: {os.strerror(err.errno or 0)}") from err
    finally:
        os.close(fd)
