"""The container's /dev: a small tmpfs with the harmless devices of the host and the usual links.

A user namespace cannot make device nodes (mknod(2)), so the host's are bind-mounted.
"""

from __future__ import annotations

import os

from pod.oci.runtime_spec import Mount
from pod.runtime import inroot, mounts

NODES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = (
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
)


def populate(root: int, extra: tuple[Mount, ...] = ()) -> None:
    """Fill /dev below the root's descriptor, which must be a fresh tmpfs by now."""
    options = mounts.MountOptions(0, 0, "", True, False)
    for name in NODES:
        mounts.bind(root, f"/dev/{name}", f"/dev/{name}", options)
    for mount in extra:
        mounts.bind(root, mount.source, mount.destination, options)
    dev = inroot.open_in_root(root, "/dev", os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name, target in _LINKS:
            try:
                os.symlink(target, name, dir_fd=dev)
            except FileExistsError:
                pass
    finally:
        os.close(dev)


def open_terminal() -> tuple[int, int]:
    """Return both ends (ours, the program's) of a new pseudo-terminal of the devpts at /dev/pts: pts(4)."""
    import fcntl

    main = os.open("/dev/pts/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    fcntl.ioctl(main, _TIOCSPTLCK, b"\0\0\0\0")
    number = int.from_bytes(fcntl.ioctl(main, _TIOCGPTN, b"\0\0\0\0"), "little")
    return main, os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)


_TIOCGPTN = 0x80045430
_TIOCSPTLCK = 0x40045431
_TIOCSCTTY = 0x540E


def make_console(terminal: int) -> None:
    """Show the terminal as /dev/console, as programs that act as init expect."""
    root = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        mounts.bind(root, terminal, "/dev/console", mounts.MountOptions(0, 0, "", True, False))
    finally:
        os.close(root)


def take_terminal(terminal: int) -> None:
    """Make the terminal this session's controlling one, and our three standard streams."""
    import fcntl

    fcntl.ioctl(terminal, _TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(terminal, fd)
    if terminal > 2:
        os.close(terminal)
