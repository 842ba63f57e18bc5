"""Where tests keep things: a cache that outlives the run, and short scratch folders that do not.

Unix sockets have 107 bytes for their path, so nothing of a test may lie under pytest's long temporary folders.
Files of containers belong to subordinate ids, which only a process inside a user namespace can remove.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import users

CHECKOUT = Path(__file__).resolve().parents[2]


def cache() -> Path:
    """Return the folder for what is dear to make: POD_TEST_CACHE, or pod-test in the user's cache folder."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pod-test"
    folder = Path(os.environ.get("POD_TEST_CACHE") or default)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def scratch(prefix: str = "pt-") -> Iterator[Path]:
    """Give a new folder with a short path on a real disk, removed in the end whoever owns what is in it."""
    # Letters and digits only: Podman makes an image's name of the path of a folder that it loads.
    folder = Path(os.environ.get("POD_TEST_SCRATCH", "/var/tmp"), f"{prefix}{secrets.token_hex(4)}")
    folder.mkdir()
    folder.chmod(0o711)  # other users of the tests find the program in it, and see nothing else
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder with everything in it, as root of a user namespace where plain removal is refused."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        ids = ["--map-auto"] if users.has_subordinate_ids() else []
        in_namespace = ["unshare", "--user", "--map-root-user", *ids, "rm", "-rf", "--", str(folder)]
        subprocess.run(in_namespace, check=True, stdin=subprocess.DEVNULL, timeout=120)
