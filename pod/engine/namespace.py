"""Joining the user's namespace: the one door that every command goes through before it touches a container's files."""

from __future__ import annotations

import os

from pod.linux import files
from pod.runtime import user_namespace
from pod.runtime.user_namespace import UserNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pod.linux.process import ProcessId
    from pod.settings import Settings
    from pod.storage.layout import StorageLayout

SINGLE_ID_NOTICE = (
    "this user has no subordinate ids: everything in a container belongs to you alone, "
    "and programs that change to another user there will fail; "
    "`usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER`, run by an administrator, lifts that"
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
    """Return the sentence on missing subordinate ids the first time that it applies to this store, "" afterwards."""
    told = f"{layout.root}/single-id-told"
    if not namespace.single:
        files.remove_file(told)
        return ""
    if os.path.exists(told):
        return ""
    files.make_folders(layout.root)
    files.write_atomic(told, b"", durable=False)
    return SINGLE_ID_NOTICE


def running_monitors(layout: StorageLayout) -> Iterator[ProcessId]:
    """Yield the monitor of each container that runs: they live in the namespace even when its document is lost."""
    from pod.engine import containers  # only when the namespace is made or found anew

    for container in containers.every(layout):
        if container.running and container.state.monitor is not None:
            yield container.state.monitor
