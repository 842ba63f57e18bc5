"""Who is to be known by name in a container: its own user, with keep-id the caller, and those of --hostuser."""

from __future__ import annotations

import os
import pwd

from pod.errors import NoSuchUser
from pod.runtime.accounts import Account, NewAccounts
from pod.storage.container_records import ContainerRecord


def for_start(record: ContainerRecord) -> NewAccounts | None:
    """Return what to add to the container's files of users and groups; None where nothing may be. Raises NoSuchUser."""
    asked = record.accounts
    if not asked.enabled or (record.rootfs and not record.rootfs_overlay):  # a folder of the user's own
        return None
    known = [_account(_host_user(name), record) for name in asked.host_users]
    if record.users.mode == "keep-id" and record.users.uid is None and record.users.gid is None:
        known += _caller(record)
    home = record.working_dir or "/"
    return NewAccounts(tuple(known), home, asked.passwd_entry, asked.group_entry)


def check(record: ContainerRecord) -> None:
    """Raise NoSuchUser for a user that the machine does not have."""
    for name in record.accounts.host_users:
        _host_user(name)


def _host_user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except KeyError:
        raise NoSuchUser(f"--hostuser {name}: this machine has no such user") from None


def _caller(record: ContainerRecord) -> list[Account]:
    """Return the account of the user that keep-id keeps."""
    if record.id_map is None:
        return []
    uid = next(part.inside for part in record.id_map.uids if part.outside == 0)
    gid = next(part.inside for part in record.id_map.gids if part.outside == 0)
    try:
        return [_account(pwd.getpwuid(uid), record).replace(gid=gid)]
    except KeyError:
        return [Account(str(uid), uid, gid, "container user", record.working_dir or "/")]


def _account(entry: pwd.struct_passwd, record: ContainerRecord) -> Account:
    """Return an account as the container is to know it: at home in its own home where that is mounted."""
    comment = entry.pw_gecos.partition(",")[0]
    mounted = any(_is_in(entry.pw_dir, mount.target) for mount in record.mounts)
    home = entry.pw_dir if mounted else record.working_dir or "/"
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, comment, home)


def _is_in(path: str, folder: str) -> bool:
    return os.path.commonpath((path, folder)) == folder.rstrip("/") if folder != "/" else True
