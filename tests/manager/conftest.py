"""A systemd of the test user's own, and pod's store under its control."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import CommandLine

PATIENCE = 60  # seconds that a unit may take to get where it is to be


class Manager:
    """The user's systemd: a process that can be ended and started again, which is what a boot is to its user."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["systemd", "--user", "--log-target=null"], env=self.environment, stdin=subprocess.DEVNULL
        )
        for _ in range(200):
            if self.systemctl("is-system-running").stdout.strip() in ("running", "degraded"):
                return
            time.sleep(0.05)
        raise AssertionError("the user's systemd does not start")

    def end(self) -> None:
        assert self._process is not None
        self.systemctl("--no-block", "exit")
        self._process.wait(PATIENCE)

    def systemctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["systemctl", "--user", *words], env=self.environment, capture_output=True, text=True, timeout=120
        )

    def ok(self, *words: str) -> str:
        done = self.systemctl(*words)
        if done.returncode:
            time.sleep(0.5)  # journald is not waited for
            status = self.systemctl("status", "--full", words[-1]).stdout
            status += self.journal()
            raise AssertionError(f"systemctl {' '.join(words)}\n{done.stdout}{done.stderr}{status}")
        return done.stdout

    def state(self, unit: str) -> str:
        return self.systemctl("is-active", unit).stdout.strip()

    def becomes(self, unit: str, state: str) -> None:
        """Wait until a unit is in a state; fail with its journal where that takes too long."""
        end = time.monotonic() + PATIENCE
        while self.state(unit) != state:
            assert time.monotonic() < end, f"{unit} is {self.state(unit)}, not {state}\n{self.journal(unit)}"
            time.sleep(0.1)

    def journal(self, *unit: str) -> str:
        """Return what a unit said, or all of them, in the last lines of the journal."""
        done = subprocess.run(
            ["journalctl", "--user", "-q", "--no-pager", "-o", "cat", "-n", "40", *(f"--user-unit={u}" for u in unit)],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def manager(pod_program: str) -> Iterator[Manager]:
    if os.environ.get("POD_IN_NAMESPACES") != "yes":
        pytest.skip("a user gets a systemd of its own by root only: sh tests/run.sh manager")
    environment = {**os.environ, "PATH": f"{Path(pod_program).parent}:{os.environ['PATH']}"}
    made = Manager(environment)
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="session")
def pod(manager: Manager, pod_program: str, busybox_archive: Path) -> Iterator[CommandLine]:
    """pod with the user's own store: units know no other."""
    command = CommandLine([pod_program], manager.environment)
    command("load", "-i", busybox_archive).ok()
    yield command
    command("rm", "-fa", "-t", "0")


@pytest.fixture
def quadlets(manager: Manager, pod: CommandLine) -> Iterator[Path]:
    """The folder of the user's Quadlet files, empty before and after."""
    folder = Path.home() / ".config/containers/systemd"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    for unit in pod("quadlet", "list", "--format", "{{.UnitName}}").lines:
        manager.systemctl("stop", unit)
    shutil.rmtree(folder)
    pod("system", "install-units")
