"""Lines for users and groups of the container that its image's /etc/passwd and /etc/group lack, as Podman adds them.

Programs ask those files who they are: whoami, ssh and sudo fail for a number without a name. The lines go into the
container's own files before anything is mounted over them. Files that the image does not have are not made.
"""

from __future__ import annotations

import errno
import os
import stat

from pod.errors import PodError
from pod.linux import files
from pod.record import Record
from pod.runtime import inroot, users

_PASSWD, _GROUP = "/etc/passwd", "/etc/group"
_MAX_FILE = 16 << 20
_CANNOT = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class Account(Record):
    """A user to be known, with its primary group."""

    name: str
    uid: int
    gid: int
    comment: str = ""
    home: str = "/"


class NewAccounts(Record):
    """What to add where it is missing."""

    known: tuple[Account, ...] = ()  # users of the machine
    home: str = "/"  # of a container's user that is nothing but a number
    passwd_entry: str = ""  # templates of Podman's: $USERNAME $UID $GID $NAME $HOME
    group_entry: str = ""  # $GROUPNAME $GID $USERLIST


def write(root: int, user: str, wanted: NewAccounts) -> None:
    """Add the users of the machine and, where it is a number, the one that the container runs as."""
    user_names, group_names = users.names(root)
    accounts = [account for account in wanted.known if account.uid not in user_names]
    groups = [(account.name, account.gid, account.name) for account in wanted.known if account.gid not in group_names]
    if (own := _own_account(user, wanted)) is not None:
        named = {**user_names, **{account.uid: account.name for account in accounts}}
        if own.uid not in named:
            accounts.append(own)
        if own.gid not in group_names and own.gid not in {gid for _name, gid, _list in groups}:
            groups.append((str(own.gid), own.gid, str(own.uid)))
    _append(root, _PASSWD, [_passwd_line(account, wanted.passwd_entry) for account in accounts])
    _append(root, _GROUP, [_group_line(*group, wanted.group_entry) for group in groups])


def _own_account(user: str, wanted: NewAccounts) -> Account | None:
    name, _, group = user.partition(":")
    if not name.isdecimal():
        return None
    gid = int(group) if group.isdecimal() else 0
    return Account(name, int(name), gid, "container user", wanted.home)


def _passwd_line(account: Account, template: str) -> str:
    if not template:
        return f"{account.name}:*:{account.uid}:{account.gid}:{account.comment}:{account.home}:/bin/sh"
    values = {
        "USERNAME": account.name,
        "UID": str(account.uid),
        "GID": str(account.gid),
        "NAME": account.comment,
        "HOME": account.home,
    }
    return _filled(template, values)


def _group_line(name: str, gid: int, members: str, template: str) -> str:
    if not template:
        return f"{name}:x:{gid}:{members}"
    return _filled(template, {"GROUPNAME": name, "GID": str(gid), "USERLIST": members})


def _filled(template: str, values: dict[str, str]) -> str:
    for key in sorted(values, key=len, reverse=True):  # $NAME is not the beginning of a longer one
        template = template.replace(f"${{{key}}}", values[key]).replace(f"${key}", values[key])
    return template.replace("\n", "")


def _append(root: int, path: str, lines: list[str]) -> None:
    if not lines:
        return
    try:
        fd = inroot.open_in_root(root, path, os.O_RDWR | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as err:
        if err.errno in _CANNOT:
            return  # nobody knows the user then, and the container runs all the same
        raise PodError(f"cannot write {path} of the container: {os.strerror(err.errno or 0)}") from err
    try:
        if stat.S_ISREG(os.fstat(fd).st_mode):
            before = files.read_all(fd, _MAX_FILE, path)
            start = b"" if not before or before.endswith(b"\n") else b"\n"
            files.write_all(fd, start + "".join(f"{line}\n" for line in lines).encode())
    finally:
        os.close(fd)
