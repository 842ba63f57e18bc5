"""User namespaces and subordinate ids: user_namespaces(7), newuidmap(1), subuid(5)."""

from __future__ import annotations

import os
import stat

from pod.engine import delegation
from pod.engine.doctor.finding import FAIL, OK, WARN, Finding
from pod.linux import files, idmap, process, workers
from pod.linux import syscalls as sc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

AREA = "users"
ENOUGH = 65536  # ids that images commonly use, 0…65535


def examine(engine: Engine) -> list[Finding]:
    """Look at what a container's users need."""
    del engine
    namespaces = _namespaces()
    return [namespaces, *(_helper(name) for name in ("newuidmap", "newgidmap")), *_subordinate_ids()]


def _namespaces() -> Finding:
    """Make a user namespace, with what unprivileged users need in one: the outcome counts, not the settings."""
    subject = "user namespaces"
    (reason,) = workers.run_all([lambda _report: _try_namespaces()], 1)
    if not reason:
        return Finding(AREA, subject, OK, "this user may make them, and mount in them")
    detail, remedy = _why_no_namespaces()
    return Finding(AREA, subject, FAIL, f"no container can run: {detail or reason}", remedy, "administrator")


def _try_namespaces() -> str:
    """Run in a child. Return the reason why it does not work, or ""."""
    try:
        sc.unshare(sc.CLONE_NEWUSER | sc.CLONE_NEWNS)
        # AppArmor lets a restricted program make the namespace, and takes its capabilities away.
        sc.mount(None, "/", None, sc.MS_REC | sc.MS_PRIVATE)
    except OSError as err:
        return str(err.strerror or err).lower()
    return ""


def _why_no_namespaces() -> tuple[str, str]:
    """Return the setting that forbids them and the line that changes it."""
    if number("/proc/sys/user/max_user_namespaces") == 0:
        return "user.max_user_namespaces is 0", "sysctl -w user.max_user_namespaces=15000"
    if number("/proc/sys/kernel/unprivileged_userns_clone") == 0:
        return "kernel.unprivileged_userns_clone is 0", "sysctl -w kernel.unprivileged_userns_clone=1"
    if number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1:
        line = f"sh install.sh --user {delegation.user_name(os.getuid())}"
        return "AppArmor restricts them to programs with a profile (Ubuntu 23.10 and later)", line
    return "", ""


def _helper(name: str) -> Finding:
    path = process.find_program(name)
    if not path:
        detail = "not installed: containers have one user only"
        return Finding(AREA, name, WARN, detail, "apt-get install uidmap", "administrator")
    mode = os.stat(path).st_mode
    try:
        has_capability = bool(os.getxattr(path, "security.capability"))
    except OSError:
        has_capability = False
    if not mode & stat.S_ISUID and not has_capability:
        detail = f"{path} has lost its right to map ids: containers have one user only"
        return Finding(AREA, name, WARN, detail, f"chmod u+s {path}", "administrator")
    return Finding(AREA, name, OK, path)


def _subordinate_ids() -> list[Finding]:
    found = []
    for path, own, option in (("/etc/subuid", os.getuid(), "subuids"), ("/etc/subgid", os.getgid(), "subgids")):
        count = sum(count for _first, count in idmap.subordinate_ranges(path, os.getuid()))
        subject = f"subordinate ids in {path}"
        if count >= ENOUGH:
            found.append(Finding(AREA, subject, OK, f"{count} beside {own}"))
            continue
        detail = f"{count} of {ENOUGH}: " if count else "none: "
        detail += "files of an image's other users become yours, and programs cannot change their user"
        first = _first_free(path)
        remedy = f"usermod --add-{option} {first}-{first + ENOUGH - 1} {delegation.user_name(os.getuid())}"
        found.append(Finding(AREA, subject, WARN, detail, remedy, "administrator"))
    return found


def _first_free(path: str) -> int:
    """Return the first id behind all ranges that users have been given."""
    try:
        lines = files.read_bytes(path, 1 << 24).decode(errors="replace").splitlines()
    except OSError:
        return 100_000
    fields = [line.split(":") for line in lines if not line.startswith("#")]
    ends = [int(field[1]) + int(field[2]) for field in fields if len(field) == 3 and (field[1] + field[2]).isdigit()]
    return max((100_000, *ends))


def number(path: str) -> int | None:
    """Return a number of /proc/sys; None where the kernel has no such setting."""
    try:
        return int(files.read_bytes(path, 64))
    except (OSError, ValueError):
        return None
