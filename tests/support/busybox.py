"""The busybox image, made from Debian's busybox-static: what every test can count on having."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.images import Image
from tests.support.members import Member, directory, file, hardlink, layer, symlink

NAME = "docker.io/library/busybox:latest"

PASSWD = """\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
"""

GROUP = """\
root:x:0:
daemon:x:1:
adm:x:4:daemon
www-data:x:33:
users:x:100:www-data
nobody:x:65534:
"""


class NoBusybox(Exception):
    """This machine has no statically linked busybox."""


def program() -> Path:
    """Return the machine's statically linked busybox. Raises NoBusybox with the reason."""
    found = shutil.which("busybox", path="/bin:/usr/bin:/usr/local/bin:" + os.environ.get("PATH", ""))
    if found is None:
        raise NoBusybox("no busybox on this machine: apt-get install busybox-static")
    path = Path(found).resolve()
    if b"\0/lib64/ld-linux" in path.read_bytes() or b"\0/lib/ld-linux" in path.read_bytes():
        raise NoBusybox(f"{path} is not statically linked: apt-get install busybox-static")
    return path


def members() -> list[Member]:
    """Return the root filesystem: folders, the program under all its names, and the files of /etc."""
    busybox = program()
    applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
    folders = ["bin", "dev", "etc", "home", "proc", "sys", "usr", "usr/bin", "usr/sbin", "var", "var/www"]
    return [
        *(directory(name) for name in folders),
        directory("root", mode=0o700),
        directory("tmp", mode=0o1777),
        file("bin/busybox", busybox.read_bytes(), mode=0o755),
        *(hardlink(f"bin/{applet}", "bin/busybox", mode=0o755) for applet in applets if applet != "busybox"),
        symlink("usr/bin/env", "../../bin/env"),
        file("etc/passwd", PASSWD.encode()),
        file("etc/group", GROUP.encode()),
        file("etc/shadow", b"root:*:::::::\n", mode=0o640),
    ]


def image(*tags: str) -> Image:
    """Return the image, named as the hub's unless other tags are given."""
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return Image([layer(members())], {"Cmd": ["sh"], "Env": [path]}, tags or (NAME,))
