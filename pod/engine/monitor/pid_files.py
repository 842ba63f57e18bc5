"""--pidfile and --conmon-pidfile: files of the user's with the pids of a running container and of its monitor."""

from __future__ import annotations

import os

from pod.errors import PodError
from pod.linux import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.container_records import Lifecycle


def write(lifecycle: Lifecycle, init: int) -> None:
    """Write the files that are wanted. Raises PodError."""
    for path, pid in ((lifecycle.pid_file, init), (lifecycle.monitor_pid_file, os.getpid())):
        if path:
            try:
                files.write_atomic(path, str(pid).encode(), mode=0o644, durable=False)
            except OSError as err:
                raise PodError(f"cannot write the pid file {path}: {err.strerror}") from err


def remove(lifecycle: Lifecycle) -> None:
    """Remove them: the processes have ended."""
    for path in (lifecycle.pid_file, lifecycle.monitor_pid_file):
        if path:
            files.remove_file(path)
