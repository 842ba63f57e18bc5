"""Joining the user's namespace: the one door that every command goes through before it touches a container's files."""

from __future__ import annotations

import os

from pod.linux import files, idmap, process
from pod.runtime import user_namespace
from pod.runtime.user_namespace import UserNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.linux.process import ProcessId
    from pod.settings import Settings
    from pod.storage.layout import StorageLayout

_SINGLE_ID_MEANS = (
    "everything in a container belongs to you alone, and programs that change to another user there will fail"
)


def enter(settings: Settings, layout: StorageLayout) -> UserNamespace:
    """Make this process join the user's namespace (once is enough; again does nothing). Raises KernelRefused."""
    del settings
    namespace, _new = user_namespace.enter(layout.namespace, layout.lock("namespace"), lambda: running_monitors(layout))
    return namespace


def keep(layout: StorageLayout) -> None:
    """Keep the namespace alive until the next reboot, because something was mounted in it."""
    user_namespace.keep(layout.namespace, layout.lock("namespace"))


def single_id_notice(layout: StorageLayout, namespace: UserNamespace) -> str:
    """Return the sentence on a user alone in its map the first time that it applies to this store, "" afterwards."""
    told = f"{layout.root}/single-id-told"
    if not namespace.single:
        files.remove_file(told)
        return ""
    if os.path.exists(told):
        return ""
    files.make_folders(layout.root)
    files.write_atomic(told, b"", durable=False)
    reason, remedy = _why_single(namespace.map.uids[0].outside)
    return f"{reason}: {_SINGLE_ID_MEANS}; {remedy}, run by an administrator, lifts that"


def _why_single(uid: int) -> tuple[str, str]:
    """Say why the map has the user alone, and the line that changes it."""
    if not all(idmap.subordinate_ranges(path, uid) for path in ("/etc/subuid", "/etc/subgid")):
        user = _user_name(uid)
        ranges = "--add-subuids 100000-165535 --add-subgids 100000-165535"
        return f"user {user} has no subordinate ids", f"`usermod {ranges} {user}`"
    if not process.find_program("newuidmap"):
        return "newuidmap is not installed", "`apt-get install uidmap`"
    return "newuidmap refuses your subordinate ids", "`chmod u+s $(command -v newuidmap newgidmap)`"


def _user_name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def running_monitors(layout: StorageLayout) -> Iterator[ProcessId]:
    """Yield the monitor of each container that runs: they live in the namespace even when its document is lost."""
    from pod.engine import containers  # only when the namespace is made or found anew

    for container in containers.every(layout):
        if container.running and container.state.monitor is not None:
            yield container.state.monitor
