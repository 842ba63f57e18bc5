"""A file system of a few megabytes, mounted without root: a tmpfs in a user and mount namespace of its own.

Commands run in there with nsenter(1). Inside, the user is root and there are no subordinate ids.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.commands import CommandLine


class NoSmallDisk(Exception):
    """This machine does not let its users mount a tmpfs; says why."""


@dataclass(frozen=True)
class SmallDisk:
    """The mounted file system: where it is, and the words that run a command where it can be seen."""

    path: Path
    keeper: int

    @property
    def prefix(self) -> list[str]:
        return ["nsenter", f"--target={self.keeper}", "--user", "--mount", "--preserve-credentials"]

    def inside(self, pod: CommandLine) -> CommandLine:
        """Return a program that is run in the namespaces, with everything else the same."""
        return CommandLine([*self.prefix, *pod.prefix], pod.env)

    def shell(self, script: str) -> str:
        """Run a shell script there: what it printed."""
        return CommandLine([*self.prefix, "sh", "-euc"], {"PATH": os.environ["PATH"]})(script).ok().stdout

    def free(self) -> int:
        """Return how many kilobytes are free."""
        return int(self.shell(f"df -k {self.path}").splitlines()[1].split()[3])

    def fill(self, leave: int = 0) -> None:
        """Take all room but `leave` kilobytes."""
        self.shell(
            f"rm -f {self.path}/ballast; head -c {max(0, self.free() - leave) * 1024} /dev/zero >{self.path}/ballast"
        )
        if not leave:
            self.shell(f"cat /dev/zero >>{self.path}/ballast 2>/dev/null || true")

    def make_room(self) -> None:
        self.shell(f"rm -f {self.path}/ballast")

    def remount(self, options: str) -> None:
        self.shell(f"mount -o remount,{options} small {self.path}")


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount the file system for the block. Raises NoSmallDisk."""
    path.mkdir(parents=True)
    script = 'mount -t tmpfs -o size="$1"m,mode=700 small "$0" && echo ready && exec cat'
    keeper = subprocess.Popen(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, str(path), str(megabytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert keeper.stdin is not None and keeper.stdout is not None and keeper.stderr is not None
    try:
        if keeper.stdout.readline() != b"ready\n":
            raise NoSmallDisk(f"cannot mount a tmpfs: {keeper.stderr.read().decode(errors='replace').strip()}")
        yield SmallDisk(path, keeper.pid)
    finally:
        keeper.kill()
        keeper.communicate()
        path.rmdir()
