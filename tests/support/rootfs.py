"""Another machine in a folder: a root filesystem entered by pivot_root, in namespaces of its own.

A chroot would not do: inside one the kernel refuses to make user namespaces (user_namespaces(7), EPERM). Without root
the whole machine lives in a user namespace, where this user's subordinate ids are its users 1…65536.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support import debian, users
from tests.support.commands import CommandLine, Result

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

ENTER = """
set -e
root=$1 cgroup=$2 binds=$3; shift 3
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /sys sys
[ -z "$cgroup" ] || mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
while read -r from to; do
    [ -n "$from" ] || continue
    mkdir -p "./$to"
    mount --bind "$from" "./$to"
    mount -o remount,bind,ro "./$to"
done <<END
$binds
END
mkdir run/old run/user
pivot_root . run/old
umount -l /run/old
rmdir /run/old
getent passwd | while IFS=: read -r name x uid rest; do
    if [ "$uid" -ge 1000 ] && [ "$uid" -lt 60000 ]; then install -d -m 700 -o "$name" "/run/user/$uid"; fi
done
exec "$@"
"""


class Machine:
    """A root filesystem on which commands run as on a machine of its own, with the host's network.

    Every call is like a boot: files stay, processes do not. `shared` are folders of the host to see read-only.
    """

    def __init__(self, folder: Path, *, shared: Mapping[Path, str] | None = None, own_cgroups: bool = False) -> None:
        self.folder = folder
        self._shared = dict(shared or {})
        self._own_cgroups = own_cgroups

    def unpack(self, tarball: Path) -> None:
        """Fill the folder from a tarball so that its files belong to the users of this machine, and set it up."""
        self.folder.mkdir()
        # Device nodes cannot be made in a user namespace, and the machine gets the host's /dev.
        folder = shlex.quote(str(self.folder))
        command = f"tar -C {folder} --exclude='./dev/*' -xpf {shlex.quote(str(tarball))}; chmod 755 {folder}"
        subprocess.run([*_namespaces(), "sh", "-c", command], check=True, stdin=subprocess.DEVNULL, timeout=300)
        session = {"/etc/profile.d/session.sh": b"export XDG_RUNTIME_DIR=/run/user/$(id -u)\n"}
        for path, text in {**host_settings(), **session}.items():
            self.root("sh", "-c", 'mkdir -p "${1%/*}" && cat >"$1"', "sh", path, input=text).ok()

    def as_root(self) -> CommandLine:
        """Return what runs a command as root of the machine."""
        binds = "\n".join(f"{host} {inside}" for host, inside in self._shared.items())
        enter = ["sh", "-c", ENTER, "sh", str(self.folder), "1" if self._own_cgroups else "", binds]
        variables = {"HOME": "/root", "USER": "root", "PATH": PATH, "LANG": "C.UTF-8"}
        variables["DEBIAN_FRONTEND"] = "noninteractive"
        session = ["env", "-i", *(f"{name}={value}" for name, value in variables.items())]
        return CommandLine([*_namespaces(), *enter, *session], {"PATH": PATH})

    def root(self, *args: str, input: str | bytes | None = None, timeout: float = 600) -> Result:
        """Run a command as root of the machine."""
        return self.as_root()(*args, input=input, timeout=timeout)

    def login(self, user: str) -> CommandLine:
        """Return what runs a shell command as a user who has just logged in: `login("alice")("pod ps")`."""
        return CommandLine([*self.as_root().prefix, "su", "-", user, "-c"], {"PATH": PATH})


class NoMachine(Exception):
    """Another machine cannot be made here; says why."""


def fresh_debian(folder: Path, suite: str, shared: Mapping[Path, str]) -> Machine:
    """Make a Debian that has nothing but Python and the user alice. Raises NoMachine."""
    if not users.has_subordinate_ids():
        raise NoMachine("this user has no subordinate ids to be the users of another machine")
    try:
        tarball = debian.root_filesystem(suite, ["python3"])
    except debian.NoDebian as reason:
        raise NoMachine(str(reason)) from reason
    machine = Machine(folder, shared=shared)
    machine.unpack(tarball)
    machine.root("useradd", "-m", "-s", "/bin/bash", "alice").ok()
    # The machine's users are this user's subordinate ids, of which there are fewer than useradd gives away.
    machine.root("sed", "-i", "s/:.*/:20000:30000/", "/etc/subuid", "/etc/subgid").ok()
    return machine


def _namespaces() -> list[str]:
    """Return the command that makes a machine's namespaces; all of it dies with its first process."""
    own_users = ["--user", "--map-root-user", "--map-auto"] if os.geteuid() != 0 else []
    return ["unshare", *own_users, "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child"]


def host_settings() -> dict[str, bytes]:
    """Return the files that tell how this host reaches names and mirrors."""
    files = [Path("/etc/resolv.conf"), Path("/etc/pip.conf"), Path("/etc/ssl/certs/ca-certificates.crt")]
    files += Path("/usr/local/share/ca-certificates").glob("*.crt")
    files += Path("/etc/apt/apt.conf.d").glob("*proxy*")
    return {str(path): path.read_bytes() for path in files if path.exists()}
