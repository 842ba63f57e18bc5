"""Whose programs this machine runs: its own, and those that an emulator is registered for (binfmt_misc.rst)."""

from __future__ import annotations

import os

from pod.oci.platform import Platform

_REGISTERED = "/proc/sys/fs/binfmt_misc"
_QEMU = {
    "qemu-x86_64": "amd64",
    "qemu-aarch64": "arm64",
    "qemu-arm": "arm",
    "qemu-i386": "386",
    "qemu-ppc64le": "ppc64le",
    "qemu-s390x": "s390x",
    "qemu-riscv64": "riscv64",
}


def platforms() -> list[Platform]:
    """Return the platforms whose programs run here, this machine's first."""
    host = Platform.host()
    try:
        names = sorted(os.listdir(_REGISTERED))
    except OSError:
        names = []
    others = [Platform(_QEMU[name], "linux") for name in names if name in _QEMU]
    return [host, *(one for one in others if one.architecture != host.architecture)]
