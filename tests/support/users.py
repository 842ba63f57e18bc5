"""Users that tests run as: the one with subordinate ids, and the one without."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

PLAIN_USER = os.environ.get("POD_TEST_PLAIN_USER", "podplain")


class NoPlainUser(Exception):
    """There is no second user without subordinate ids that this one may act as; says why."""


def has_subordinate_ids(user: str = "") -> bool:
    """Tell whether a user (this one by default) has a range in /etc/subuid and in /etc/subgid (subuid(5))."""
    names = {user, str(pwd.getpwnam(user).pw_uid)} if user else {_own_name(), str(os.getuid())}
    return all(names & _first_fields(Path(path)) for path in ("/etc/subuid", "/etc/subgid"))


def own_ids() -> list[range]:
    """Return the ids that processes of this user may have: its own, and its subordinate ones."""
    names = {_own_name(), str(os.getuid())}
    found = [range(os.getuid(), os.getuid() + 1)]
    for line in Path("/etc/subuid").read_text().splitlines() if Path("/etc/subuid").exists() else []:
        name, first, count = line.split(":")
        if name in names:
            found.append(range(int(first), int(first) + int(count)))
    return found


def plain_user_prefix() -> list[str]:
    """Return the words that run a command as the user without subordinate ids. Raises NoPlainUser.

    tests/run.sh, started as root, makes that user and lets the test user act as it through sudo.
    """
    try:
        user = pwd.getpwnam(PLAIN_USER)
    except KeyError:
        raise NoPlainUser(f"no user {PLAIN_USER}: tests/run.sh makes one when it is started as root") from None
    if shutil.which("sudo") is None:
        raise NoPlainUser("no sudo on this machine: apt-get install sudo")
    prefix = ["sudo", "-n", "-u", PLAIN_USER, "env", "-i", *_session(user)]
    tried = subprocess.run([*prefix, "true"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if tried.returncode != 0:
        raise NoPlainUser(f"cannot act as {PLAIN_USER}: {tried.stderr.strip()}")
    return prefix


def _session(user: pwd.struct_passwd) -> list[str]:
    path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    variables = {"HOME": user.pw_dir, "USER": user.pw_name, "XDG_RUNTIME_DIR": f"/run/user/{user.pw_uid}"}
    return [f"{name}={value}" for name, value in {**variables, "PATH": path, "LANG": "C.UTF-8"}.items()]


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _first_fields(path: Path) -> set[str]:
    try:
        return {line.split(":")[0] for line in path.read_text().splitlines()}
    except FileNotFoundError:
        return set()
