"""What a crash may leave behind: reading a store from outside, without the program that wrote it.

`Store` knows where a `pod` keeps things; `Store.assert_empty` is the claim that nothing of any container is left.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import leaks
from tests.support.commands import CommandLine

PATIENCE = 10.0


@dataclass(frozen=True)
class Store:
    """The folders of a program under test that was made with --root and --runroot."""

    root: Path
    runroot: Path

    @classmethod
    def of(cls, pod: CommandLine) -> Store:
        words = list(pod.prefix)
        return cls(Path(words[words.index("--root") + 1]), Path(words[words.index("--runroot") + 1]))

    def state(self, container_id: str) -> dict[str, Any]:
        """Return state.json of a container as it is stored."""
        document: dict[str, Any] = json.loads(self.state_file(container_id).read_text())
        return document

    def state_file(self, container_id: str) -> Path:
        return self.root / "containers" / container_id / "state.json"

    def record_file(self, container_id: str) -> Path:
        return self.root / "containers" / container_id / "record.json"

    def change_state(self, container_id: str, **changes: object) -> None:
        self.state_file(container_id).write_text(json.dumps({**self.state(container_id), **changes}))

    def monitor(self, container_id: str) -> int:
        return int(self.state(container_id)["monitor"]["pid"])

    def init(self, container_id: str) -> int:
        return int(self.state(container_id)["init"]["pid"])

    def holder(self) -> int:
        """Return the pid of the process that holds the user's namespace."""
        return int(json.loads((self.runroot / "namespace.json").read_text())["holder"]["pid"])

    def assert_documents_parse(self) -> None:
        """Every document that has its final name is whole, whatever was killed."""
        places = ("*.json", "images/*.json", "containers/*/*.json")
        for path in [path for place in places for path in self.root.glob(place)]:
            try:
                json.loads(path.read_text())
            except FileNotFoundError:
                continue
            except ValueError as err:
                raise AssertionError(f"{path} is broken: {err}: {path.read_bytes()[:200]!r}") from err

    def debris(self) -> list[str]:
        """Return what is there of any container: folders, names, unfinished work, run folders, locks."""
        folders = ["containers", "names", "staging", "trash"]
        found = [str(path) for folder in folders for path in (self.root / folder).glob("*")]
        found += [str(path) for path in (self.runroot / "containers").glob("*")]
        return found + [str(path) for path in (self.runroot / "locks").glob("container-*")]

    def assert_empty(self) -> None:
        """No container has left anything: no file, no process, no mount. The last monitors get time to finish."""
        deadline = time.monotonic() + PATIENCE
        while (left := self.debris()) and time.monotonic() < deadline:
            time.sleep(0.02)
        for folder in (self.root, self.runroot):
            left += leaks.leftovers(folder, patience=PATIENCE)
        assert not left, "left over:\n" + "\n".join(left)


def emptied(pod: CommandLine) -> Iterator[CommandLine]:
    """Give a test a store and remove its containers afterwards: nothing may be left then. For `yield from`."""
    yield pod
    listed = pod("ps", "-aq", "--no-trunc").ok().lines
    if listed:
        pod("rm", "-f", *listed).ok()
    Store.of(pod).assert_documents_parse()
    Store.of(pod).assert_empty()


def run_sleeping(pod: CommandLine, *options: str) -> str:
    """Start a container in the background that sleeps; its id."""
    return pod("run", "-d", "--network", "none", *options, "busybox", "sleep", "1000").ok().stdout.strip()


def kill(pid: int) -> None:
    """kill -9 a process that may be gone, or be none of ours by now."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def descendants(pid: int) -> list[int]:
    """Return the children of a process and theirs, eldest first (proc(5), /proc/pid/task/tid/children)."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until_gone(pid: int) -> None:
    """Wait for the end of a process, a zombie included."""
    deadline = time.monotonic() + PATIENCE
    while is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} does not end"
        time.sleep(0.01)


def command_of(pid: int) -> str:
    """Return the name of a process, "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
