"""Another machine in a folder: a root filesystem entered by pivot_root, in namespaces of its own.

A chroot would not do: inside one the kernel refuses to make user namespaces (user_namespaces(7), EPERM). Without root
the whole machine lives in a user namespace, where this user's subordinate ids are its users 1…65536.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.commands import CommandLine

ENTER = """
set -e
root=$1; shift
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /sys sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
cp -L /etc/resolv.conf etc/resolv.conf
mkdir -p run/old
for bind in $BINDS; do
    if [ -d "$bind" ]; then mkdir -p "./$bind"; else mkdir -p "./${bind%/*}"; touch "./$bind"; fi
    mount --rbind "$bind" "./$bind"
done
if [ -n "$CGROUP" ]; then mount -t tmpfs tmpfs sys/fs/cgroup; umount -l sys/fs/cgroup; mount -t cgroup2 cgroup2 sys/fs/cgroup; fi
pivot_root . run/old
umount -l /run/old
exec "$@"
"""


def namespaces() -> list[str]:
    """Return the `unshare` command that makes a machine's namespaces; all of it dies with its first process."""
    own_users = ["--user", "--map-root-user", "--map-auto"] if os.geteuid() != 0 else []
    return ["unshare", *own_users, "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]


def unpack(tarball: Path, folder: Path) -> Path:
    """Unpack a root filesystem so that its files belong to the users of the machine it becomes."""
    folder.mkdir()
    # Device nodes cannot be made in a user namespace, and /dev is the host's.
    command = f"tar -C {shlex.quote(str(folder))} --exclude=./dev/* -xpf {shlex.quote(str(tarball))}"
    subprocess.run([*namespaces()[:-1], "sh", "-c", command], check=True, stdin=subprocess.DEVNULL, timeout=300)
    return folder
