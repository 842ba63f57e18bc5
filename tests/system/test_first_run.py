"""A new user on a fresh Debian 13: the two commands of README.md, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import folders, rootfs
from tests.support.terminal import Terminal

CHECKOUT = "/mnt/checkout"
PROMPT = "alice@"
INSTALL_TIME = 300.0


def commands_of_the_readme() -> list[str]:
    """Return the lines of the first block of shell commands."""
    block = re.search(r"```sh\n(.*?)```", (folders.CHECKOUT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    return block[1].splitlines()


@pytest.fixture(scope="module")
def checkout(scratch: Path) -> Path:
    """What a person who has cloned the repository has."""
    ignored = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", ".hypothesis", ".venv")
    return Path(shutil.copytree(folders.CHECKOUT, scratch / "clone", ignore=ignored))


@pytest.fixture
def machine(scratch: Path, checkout: Path) -> Iterator[rootfs.Machine]:
    """A Debian 13 with nothing but Python and the user alice."""
    try:
        machine = rootfs.fresh_debian(scratch / "fresh", "trixie", {checkout: CHECKOUT})
    except rootfs.NoMachine as reason:
        pytest.skip(str(reason))
    yield machine
    folders.remove(machine.folder)


def log_in(machine: rootfs.Machine) -> Terminal:
    """Return a terminal at whose prompt alice types."""
    return Terminal(machine.as_root().argv("su", "-", "alice"), {"PATH": rootfs.PATH}, columns=200)


@pytest.mark.parametrize("administrator", [False, True], ids=["without root", "installed by root"])
def test_the_two_commands_of_the_readme_end_in_a_container(machine: rootfs.Machine, administrator: bool) -> None:
    first, second = commands_of_the_readme()
    assert second == "pod run --rm -it host bash"
    if administrator:
        machine.root("sh", "-c", f"cd {CHECKOUT} && sh install.sh", timeout=INSTALL_TIME).ok()
    with log_in(machine) as terminal:
        terminal.expect(PROMPT)
        terminal.type(f"cd {CHECKOUT}\n")
        terminal.expect(PROMPT)
        if not administrator:
            terminal.type(f"{first}\n")
            terminal.expect("Try it: pod run --rm -it host bash", timeout=INSTALL_TIME)
            terminal.expect(PROMPT)
        terminal.type(f"{second}\n")
        said = terminal.expect("root@", timeout=60).decode()
        assert ("newuidmap is not installed" in said) is not administrator
        assert ("slirp4netns is not installed" in said) is not administrator
        terminal.type("id -un; grep VERSION_CODENAME /etc/os-release; echo $(($(wc -l </proc/self/uid_map)))\n")
        terminal.expect("\rroot\r\nVERSION_CODENAME=trixie\r\n" + ("2\r\n" if administrator else "1\r\n"))
        terminal.type("touch /usr/bin/mine /etc/mine && ls /home /root && echo wri''tten; tty; exit 7\n")
        terminal.expect("written\r\n/dev/pts/0\r\n")
        terminal.expect(PROMPT)
        terminal.type("echo code $?; ls /usr/bin/mine; pod ps -aq; pod images --format '{{.Repository}}'\n")
        seen = terminal.expect("\r\nhost\r\n").decode()
        assert "code 7" in seen
        assert "cannot access '/usr/bin/mine'" in seen
        terminal.type("exit\n")
        terminal.wait()


def test_the_tests_run_with_one_command(machine: rootfs.Machine) -> None:
    try:
        said = machine.root("sh", f"{CHECKOUT}/tests/run.sh", "unit", "-q", "-k", "reference", timeout=INSTALL_TIME)
    except subprocess.TimeoutExpired:
        pytest.fail("tests/run.sh did not end")
    if "No matching distribution found" in said.stderr:
        pytest.skip(f"no package index is in reach of pip: {said.stderr.strip()}")
    said.ok()
    assert "as podtest on Linux" in said.stdout
    assert re.search(r"^\d{2,} passed", said.lines[-1]), said
