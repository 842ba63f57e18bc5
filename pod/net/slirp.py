"""slirp4netns: a user-mode network for one container, run by its monitor (slirp4netns(1)).

It ends with the monitor (PDEATHSIG), and with the container, whose end closes nothing that it waits for: the monitor
holds the write end of its exit pipe.
"""

from __future__ import annotations

import os
import select

from pod.errors import NetworkError
from pod.linux import process
from pod.linux import syscalls as sc

MTU = 65520  # one packet per large write: the tap device never leaves the machine
READY_SECONDS = 10.0
_SIGKILL = 9


def start(pid: int) -> int:
    """Give the network namespace of process `pid` a tap device with a way out; return the helper's pid."""
    ready_read, ready_write = os.pipe()
    exit_read, exit_write = os.pipe()
    argv = ["slirp4netns", "--configure", f"--mtu={MTU}", "--disable-host-loopback", "--enable-sandbox"]
    argv += ["--enable-seccomp", "--enable-ipv6", f"--ready-fd={ready_write}", f"--exit-fd={exit_read}"]
    argv += ["--netns-type=path", f"/proc/{pid}/ns/net", "tap0"]
    try:
        helper = process.spawn(argv, pass_fds=(ready_write, exit_read), before_exec=_die_with_parent)
    except FileNotFoundError as err:
        raise NetworkError(
            "slirp4netns is not installed: the container cannot have a network of its own",
            hint="install the package slirp4netns, or use --network none, or --network host to share this machine's",
        ) from err
    finally:
        os.close(ready_write)
        os.close(exit_read)
    try:
        _wait_until_ready(ready_read)
    finally:
        os.close(ready_read)
    os.set_inheritable(exit_write, True)  # the monitor's bare interpreter inherits it
    return helper


def _die_with_parent() -> None:
    sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)


def _wait_until_ready(fd: int) -> None:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    if not poll.poll(READY_SECONDS * 1000) or os.read(fd, 1) != b"1":
        raise NetworkError(
            "slirp4netns did not start: the container cannot have a network of its own",
            hint="is /dev/net/tun there and writable? --network none and --network host work without it",
        )
