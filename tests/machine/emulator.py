"""The machine itself: QEMU in software, with an ssh server that only this host reaches.

One processor and one thread: with several emulated processors its kernel crashes here. What is written to the disk
outlives a boot of the machine, not the emulator.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machine.image import Image
from tests.support.commands import CommandLine

PROGRAM = "qemu-system-x86_64"
BOOT_TIME = 400.0
PATIENCE = 300.0  # seconds for one command
UP = ("running", "degraded")
ADDRESS = "127.0.0.1"


class Program(CommandLine):
    """A program behind ssh, whose arguments a shell there takes apart again."""

    def argv(self, *args: str | Path) -> list[str]:
        return [*self.prefix, *(shlex.quote(str(word)) for word in args)]


class Machine:
    """A machine that runs. Its console is written to a file beside the sockets of ssh."""

    def __init__(self, image: Image, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._key = image.key

    def login(self, user: str) -> CommandLine:
        """Return what runs a shell command as a user who has just logged in: `login("alice")("pod ps")`."""
        known = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
        shared = ["-o", "ControlMaster=auto", "-o", f"ControlPath={self.folder}/%r", "-o", "ControlPersist=600"]
        alive = ["-o", "ConnectTimeout=60", "-o", "ServerAliveInterval=30"]
        where = ["-i", str(self._key), "-p", str(self.port), f"{user}@{ADDRESS}"]
        return CommandLine(["ssh", "-T", *known, *shared, *alive, *where], {"PATH": os.environ["PATH"]}, None, PATIENCE)

    def program(self, user: str, *words: str) -> Program:
        """Return a program there, to be called with its arguments: `program("alice", "pod")("ps", "-a")`."""
        login = self.login(user)
        return Program([*login.prefix, *words], login.env, None, PATIENCE)

    def wait_until_up(self) -> None:
        """Wait until the machine has booted and lets users in; fail with its console where that takes too long."""
        root = self.login("root")
        deadline = time.monotonic() + BOOT_TIME
        while root("systemctl is-system-running --wait", timeout=BOOT_TIME).stdout.strip() not in UP:
            assert time.monotonic() < deadline, f"the machine does not boot\n{self.console()}"
            time.sleep(1)

    def reboot(self) -> None:
        """Boot the machine again, in good order."""
        root = self.login("root")
        before = root("cat /proc/sys/kernel/random/boot_id").ok().stdout
        root("systemctl --no-block reboot")
        for path in self.folder.iterdir():
            if path.is_socket():
                path.unlink()  # of a connection that ends now
        deadline = time.monotonic() + BOOT_TIME
        while root("cat /proc/sys/kernel/random/boot_id").stdout in ("", before):
            assert time.monotonic() < deadline, f"the machine does not boot again\n{self.console()}"
            time.sleep(1)
        self.wait_until_up()

    def console(self) -> str:
        """Return the last lines of the console."""
        lines = (self.folder / "console").read_text(errors="replace").splitlines()
        return "\n".join(lines[-40:])


@contextmanager
def booted(image: Image, folder: Path, port: int = 0) -> Iterator[Machine]:
    """Give a machine that has booted, and switch it off in the end."""
    machine = Machine(image, folder, port or _free_port())
    with (folder / "console").open("wb") as console:
        emulator = subprocess.Popen(
            _argv(image, machine.port),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TMPDIR": "/var/tmp"},  # where the changes of the disk go
            start_new_session=True,
        )
    try:
        _prefer(emulator.pid)
        machine.wait_until_up()
        yield machine
    finally:
        emulator.kill()
        emulator.wait()


def _argv(image: Image, port: int) -> list[str]:
    return [
        *(PROGRAM, "-accel", "tcg,thread=single", "-smp", "1", "-cpu", "qemu64", "-m", "4G", "-M", "q35"),
        *("-display", "none", "-serial", "stdio", "-monitor", "none"),
        *("-kernel", str(image.kernel), "-initrd", str(image.initrd)),
        *("-append", "root=LABEL=root rw console=ttyS0 quiet net.ifnames=0 mitigations=off"),
        *("-drive", f"file={image.disk},format=raw,if=virtio,snapshot=on,cache=unsafe"),
        *("-netdev", f"user,id=n,hostfwd=tcp:{ADDRESS}:{port}-:22", "-device", "virtio-net-pci,netdev=n"),
        *("-device", "virtio-rng-pci"),
    ]


def _prefer(pid: int) -> None:
    """Give the one slow processor its share of a busy host: nice(1) says nothing between sessions (sched(7))."""
    autogroup = Path(f"/proc/{pid}/autogroup")
    if os.geteuid() == 0 and autogroup.exists():
        autogroup.write_text("-10")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port
