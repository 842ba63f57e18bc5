"""What the machine is made of: packages, files and the commands that set it up. Its digest names the disk image.

pod is not in it: a change of the code makes no new image.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

from tests.support.folders import CHECKOUT
from tests.support.rootfs import host_settings

SUITE = "trixie"
SIZE = "3G"
PACKAGES = [
    *("linux-image-cloud-amd64", "systemd-sysv", "dbus-user-session", "libpam-systemd", "openssh-server", "udev"),
    *("uidmap", "slirp4netns", "passt", "fuse-overlayfs", "nftables", "iproute2", "kmod", "procps", "curl"),
    *("python3", "python3-venv", "ca-certificates", "busybox-static"),
    *("podman", "crun", "conmon", "netavark", "aardvark-dns", "catatonit"),
]
ALICE = "alice"
"""Has every controller delegated, and lingers."""
BOB = "bob"
"""Has what Debian gives every user, and does not linger."""
PYTHON = "/opt/pod/bin/python3"
"""The interpreter of a virtual environment with pod's third-party packages."""
EMULATOR_DNS = "10.0.2.3"

FILES = {
    "/etc/fstab": "LABEL=root / ext4 noatime 0 1\n",
    "/etc/hostname": "machine\n",
    "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 machine\n::1 localhost\n",
    "/etc/resolv.conf": f"nameserver {EMULATOR_DNS}\n",
    "/etc/systemd/network/wired.network": (
        "[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\nLinkLocalAddressing=no\n"
    ),
    "/etc/ssh/sshd_config.d/test.conf": "PasswordAuthentication no\nPermitRootLogin prohibit-password\nUseDNS no\n",
    "/etc/systemd/journald.conf.d/test.conf": "[Journal]\nStorage=persistent\nSplitMode=uid\n",
    # An emulated processor takes minutes where a real one takes seconds.
    "/etc/systemd/system.conf.d/test.conf": "[Manager]\nDefaultTimeoutStartSec=600\nDefaultDeviceTimeoutSec=600\n",
    "/etc/systemd/user.conf.d/test.conf": "[Manager]\nDefaultTimeoutStartSec=600\n",
    "/etc/systemd/system/user@1000.service.d/delegate.conf": "[Service]\nDelegate=cpu cpuset io memory pids\n",
    f"/var/lib/systemd/linger/{ALICE}": "",
}

SETUP = f"""
set -e
useradd -m -s /bin/bash -u 1000 {ALICE}
useradd -m -s /bin/bash -u 1001 {BOB}
systemctl -q enable systemd-networkd ssh
systemctl -q add-wants multi-user.target network-online.target  # which units of users wait for
systemctl -q mask getty@tty1.service serial-getty@ttyS0.service \\
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \\
    podman-auto-update.timer podman.socket podman-restart.service podman-clean-transient.service
python3 -m venv /opt/pod
{PYTHON} -m pip install -q --prefer-binary "$@"
rm -rf /etc/profile.d/session.sh /var/lib/apt/lists/* /var/cache/apt/*.bin /root/.cache
"""
LET_IN = """
set -e
mkdir -p -m 700 "$1/.ssh"
cat >"$1/.ssh/authorized_keys"
chown -R "$(stat -c %u:%g "$1")" "$1/.ssh"
"""


def dependencies() -> list[str]:
    """Return the third-party packages that pod asks for."""
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        found: list[str] = tomllib.load(file)["project"]["dependencies"]
    return found


def files() -> dict[str, bytes]:
    """Return what to write into the root filesystem: the machine's own files, and how the host reaches mirrors."""
    return host_settings() | {path: text.encode() for path, text in FILES.items()}


def digest() -> str:
    """Return what changes with anything that goes into the image."""
    written = {path: content.hex() for path, content in files().items()}
    whole = [SUITE, SIZE, sorted(PACKAGES), dependencies(), written, SETUP, LET_IN]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:12]


def write_files(root: Path) -> None:
    """Write the files into a root filesystem."""
    for name, content in files().items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # a link, perhaps
        path.write_bytes(content)
