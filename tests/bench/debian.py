"""`python -m tests.bench.debian`, as root: the benchmark on a Debian 13 made for it, whose Podman runs with crun.

Podman of Debian 12 cannot use crun where cgroup v1 and v2 are mixed. This machine has a cgroup v2 of its own, and pod
as install.sh installs it. The arguments are those of `python -m tests.bench`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence

from tests.bench import readme
from tests.support import debian, folders, rootfs

PACKAGES = [
    *("python3", "python3-venv", "ca-certificates", "busybox-static", "mmdebstrap", "uidmap"),
    *(
        "podman",
        "crun",
        "conmon",
        "netavark",
        "aardvark-dns",
        "nftables",
        "catatonit",
        "fuse-overlayfs",
        "slirp4netns",
        "passt",
    ),
    "iperf3",
]
CACHE = "/mnt/cache"


def main(argv: Sequence[str]) -> int:
    """Make the machine, install pod on it, and run the benchmark as an ordinary user there."""
    tarball = debian.root_filesystem("trixie", PACKAGES)
    debian.image_archive()
    with folders.scratch() as folder:
        shared = {folders.CHECKOUT: "/mnt/checkout", folders.cache(): CACHE}
        machine = rootfs.Machine(folder / "machine", shared=shared, own_cgroups=True)
        machine.unpack(tarball)
        machine.root("useradd", "-m", "-s", "/bin/bash", "bench").ok()
        print(machine.root("sh", "/mnt/checkout/install.sh").ok().stderr, end="", file=sys.stderr)
        session = (
            f"cd /mnt/checkout && POD_TEST_CACHE={CACHE} POD_UNDER_TEST=/usr/local/bin/pod exec python3 -m tests.bench"
        )
        if "--readme" in argv:  # the user in there may not write into the checkout
            arguments = ["--json", *("--goals" if word == "--readme" else word for word in argv)]
        else:
            arguments = list(argv)
        words = machine.login("bench").argv(f"{session} {shlex.join(arguments)}")
        if "--readme" not in argv:
            return os.spawnvpe(os.P_WAIT, words[0], words, {"PATH": rootfs.PATH})
        done = subprocess.run(words, env={"PATH": rootfs.PATH}, stdout=subprocess.PIPE)
        readme.write(json.loads(done.stdout))
        return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
