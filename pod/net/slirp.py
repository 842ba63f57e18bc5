"""slirp4netns: a user-mode network for one container, run by its monitor (slirp4netns(1)).

It ends with the monitor (PDEATHSIG), and with the container, whose end closes nothing that it waits for: the monitor
holds the write end of its exit pipe.
"""

from __future__ import annotations

import os
import select

from pod.errors import NetworkError
from pod.linux import files, process
from pod.linux import syscalls as sc

MTU = 65520  # one packet per large write: the tap device never leaves the machine
READY_SECONDS = 10.0
_SIGKILL = 9


def start(namespace: int, log: str) -> int:
    """Give a network namespace (a descriptor) a tap device with a way out; return the helper's pid.

    `log` is the file for what the helper has to say. Raises NetworkError with its first words.
    """
    ready_read, ready_write = os.pipe()
    exit_read, exit_write = os.pipe()
    argv = ["slirp4netns", "--configure", f"--mtu={MTU}", "--disable-host-loopback", "--enable-sandbox"]
    argv += ["--enable-seccomp", "--enable-ipv6", f"--ready-fd={ready_write}", f"--exit-fd={exit_read}"]
    argv += ["--netns-type=path", f"/proc/self/fd/{namespace}", "tap0"]
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        passed = (ready_write, exit_read, namespace)
        helper = process.spawn(argv, stdout=output, stderr=output, pass_fds=passed, before_exec=_die_with_parent)
    except FileNotFoundError as err:
        raise NetworkError(
            "slirp4netns is not installed: the container cannot have a network of its own",
            hint="install the package slirp4netns, or use --network none, or --network host to share this machine's",
        ) from err
    finally:
        os.close(ready_write)
        os.close(exit_read)
        os.close(output)
    try:
        _wait_until_ready(ready_read, log)
    finally:
        os.close(ready_read)
    os.set_inheritable(exit_write, True)  # the monitor's bare interpreter inherits it
    return helper


def _die_with_parent() -> None:
    sc.prctl(sc.PR_SET_PDEATHSIG, _SIGKILL)


def _wait_until_ready(fd: int, log: str) -> None:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    if not poll.poll(READY_SECONDS * 1000) or os.read(fd, 1) != b"1":
        said = files.read_bytes(log, 1 << 20).decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise NetworkError(
            f"slirp4netns did not start ({said[0]}): the container cannot have a network of its own",
            hint="is /dev/net/tun there and writable? --network none and --network host work without it",
        )
