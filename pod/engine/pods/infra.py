"""The infra container of a pod: an ordinary container that holds namespaces, on a root folder of our own.

Its folder has the program (pod.runtime.pause) and what containers have mounts on: it is never written to.
"""

from __future__ import annotations

import os

from pod.linux import files
from pod.runtime import pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.engine.engine import Engine

COMMAND = ("/pause",)
_FOLDERS = ("dev", "etc", "proc", "run", "sys")
_FILES = ("etc/hosts", "etc/hostname", "etc/resolv.conf", "run/.containerenv")


def root(engine: Engine) -> str:
    """Return the root folder of all infra containers, which is made where it is missing. Raises KernelRefused."""
    path = engine.layout.infra
    if os.path.exists(f"{path}{COMMAND[0]}"):
        return path
    staging = engine.layout.new_staging("infra")
    try:
        os.chmod(staging, 0o755)
        for name in _FOLDERS:
            os.mkdir(f"{staging}/{name}", 0o755)
        for name in _FILES:
            files.write_atomic(f"{staging}/{name}", b"", mode=0o644, durable=False)
        files.write_atomic(f"{staging}{COMMAND[0]}", pause.program(), mode=0o755)
        if os.path.isdir(path):  # an old one, not whole
            files.remove_tree(path)
        os.rename(staging, path)
    except FileExistsError:
        pass  # somebody else was faster
    finally:
        files.remove_tree(staging)
    return path
