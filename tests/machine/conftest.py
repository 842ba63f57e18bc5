"""One machine for all tests: booted, with pod as a user has it, and the image busybox for pod and for Podman."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import emulator, recipe
from tests.machine.emulator import Machine, Program
from tests.machine.image import Image, image
from tests.support import debian
from tests.support.commands import CommandLine
from tests.support.folders import CHECKOUT

CODE = "/opt/pod-checkout"
PARTS = ("pod", "packaging", "pyproject.toml")
"""What of the checkout the machine needs."""
INSTALL = f"""
set -e
cat >/tmp/checkout.tar
rm -rf {CODE}
install -d -o {recipe.ALICE} {CODE}
tar -C {CODE} --no-same-owner -xf /tmp/checkout.tar
chown -R {recipe.ALICE}: {CODE}
{recipe.PYTHON} {CODE}/packaging/launcher.py /usr/local/bin/pod --python {recipe.PYTHON} --code {CODE} \\
    --packages "$({recipe.PYTHON} -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
"""


@pytest.fixture(scope="session")
def machine(scratch: Path, busybox_archive: Path) -> Iterator[Machine]:
    """The machine, with pod and the image busybox. POD_TEST_MACHINE is the folder of one that runs already."""
    running = os.environ.get("POD_TEST_MACHINE")
    made = _image()
    if running:
        found = Machine(made, Path(running), int(Path(running, "port").read_text()))
        _set_up(found, busybox_archive)
        yield found
        return
    with emulator.booted(made, scratch) as booted:
        _set_up(booted, busybox_archive)
        yield booted


def _image() -> Image:
    if shutil.which(emulator.PROGRAM) is None:
        pytest.skip("no QEMU on this machine: apt-get install qemu-system-x86")
    if os.geteuid() != 0:
        pytest.skip("only root makes the disk of the machine: sh tests/run.sh machine")
    try:
        return image()
    except debian.NoDebian as reason:
        pytest.skip(str(reason))


def _set_up(machine: Machine, busybox_archive: Path) -> None:
    tar = ["tar", "-C", str(CHECKOUT), "--exclude=__pycache__", "-cf", "-", *PARTS]
    checkout = subprocess.run(tar, check=True, capture_output=True).stdout
    machine.login("root")(INSTALL, input=checkout).ok()
    load = "cat >busybox.tar && pod load -q -i busybox.tar && podman load -q -i busybox.tar"
    machine.login(recipe.ALICE)(load, input=busybox_archive.read_bytes()).ok()


@pytest.fixture(scope="session")
def alice(machine: Machine) -> CommandLine:
    """A shell of a user to whom every controller is delegated: `alice("pod ps; pod info")`."""
    return machine.login(recipe.ALICE)


@pytest.fixture(scope="session")
def bob(machine: Machine) -> CommandLine:
    """A shell of a user as Debian makes one."""
    return machine.login(recipe.BOB)


@pytest.fixture(scope="session")
def machine_root(machine: Machine) -> CommandLine:
    """A shell of the administrator's."""
    return machine.login("root")


@pytest.fixture(scope="session")
def pod(machine: Machine) -> Program:
    """pod as alice: what a test makes it removes."""
    return machine.program(recipe.ALICE, "pod")


@pytest.fixture(scope="session")
def podman(machine: Machine) -> Program:
    """Debian 13's Podman with crun, as alice."""
    return machine.program(recipe.ALICE, "podman")
