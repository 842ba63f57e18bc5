"""The Quadlet files of many services become the same units that Podman's own generator makes of them.

The generator is Debian 13's (Podman 5.4), taken out of its package. What differs, and why:
- the program is pod, its helper unit is named after it, and so is the folder that %t must hold;
- a value that ends in a quote keeps it (Podman's HealthCmd=… "x" loses the last one), and an empty
  word ("") is a word (Podman loses it and all behind it): tests/unit/test_quadlet.py shows both;
- Restart= of a .pod file is the unit's (Podman writes on-failure over it): shown there, too;
- units and options stand in another order: Podman's own order changes from run to run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod.systemd import words
from pod.systemd.quadlet.generator import Generated, generate, write
from pod.systemd.unit_file import Line, UnitFile
from tests.support import debian
from tests.system.quadlet.applications import APPLICATIONS
from tests.system.quadlet.services import SERVICES

PROGRAM = "/usr/bin/podman"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Quadlet files of all services."""
    path = tmp_path_factory.mktemp("quadlets")
    for name, text in {**SERVICES, **APPLICATIONS}.items():
        (path / name).write_text(textwrap.dedent(text.lstrip("\n")) + "\n")
    return path


@pytest.fixture(scope="module")
def ours(folder: Path) -> Generated:
    """What pod makes of them."""
    return generate({"QUADLET_UNIT_DIRS": str(folder)}, PROGRAM)


@pytest.fixture(scope="module")
def podman_generator() -> str:
    try:
        return str(debian.file_of_package("trixie", "podman", "usr/libexec/podman/quadlet"))
    except debian.NoDebian as err:
        pytest.skip(str(err))


def options(command: str) -> list[str]:
    """Return a command line's options with their values, sorted, and then the rest."""
    parts = words.split(Line(command))
    grouped: list[str] = []
    for word in parts:
        if grouped and grouped[-1].startswith("--") and not word.startswith("-") and " " not in grouped[-1]:
            grouped[-1] += f" {word}"
        else:
            grouped.append(word)
    return sorted(grouped)


def content(text: str) -> Iterator[tuple[str, str, object]]:
    """Yield section, key and value of all assignments."""
    unit = UnitFile()
    unit.read(text, "unit")
    for section, lines in unit.sections.items():
        for line in lines:
            if line.key:
                yield section, line.key, options(line.text) if line.key.startswith("Exec") else line.text


def named_after_pod(text: str) -> str:
    return text.replace("podman-user-wait", "pod-user-wait").replace("%t/containers", "%t/pod")


def test_every_service_becomes_the_unit_that_podman_makes(
    folder: Path, ours: Generated, podman_generator: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [podman_generator, "-user", str(tmp_path)],
        env={"QUADLET_UNIT_DIRS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    theirs = {path.name: path.read_text() for path in tmp_path.glob("*.service") if not path.is_symlink()}
    running = [name for name in (*SERVICES, *APPLICATIONS) if name.endswith((".container", ".pod", ".kube"))]
    assert ours.errors == () and len(theirs) > len(running) >= 30, done.stderr
    assert set(ours.units) - set(theirs) == {"pod-user-wait-network-online.service"}
    assert set(theirs) <= set(ours.units)
    for name, text in theirs.items():
        expected, made = sorted(content(named_after_pod(text)), key=str), sorted(content(ours.units[name]), key=str)
        assert made == expected, name
    links = {str(p.relative_to(tmp_path)): os.readlink(p) for p in tmp_path.rglob("*") if p.is_symlink()}
    assert ours.links == links


def test_systemd_finds_no_fault_in_the_units(folder: Path, tmp_path: Path) -> None:
    if not os.access("/usr/bin/systemd-analyze", os.X_OK):
        pytest.skip("no systemd-analyze on this machine: apt-get install systemd")
    generated = generate({"QUADLET_UNIT_DIRS": str(folder)}, "/bin/true")
    write(generated, str(tmp_path))
    names = [name.replace("@.", "@home.") for name in generated.units]
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", *names],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_generator_writes_where_systemd_says_and_fails_for_a_wrong_file_only_at_the_end(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.container").write_text("[Container]\nImage=a\n[Install]\nWantedBy=default.target\n")
    (tmp_path / "in" / "bad.container").write_text("[Container]\nImag=a\n")
    done = subprocess.run(
        [sys.executable, "-m", "pod.systemd.quadlet.main", tmp_path / "normal", tmp_path / "early", tmp_path / "late"],
        env={"QUADLET_UNIT_DIRS": str(tmp_path / "in"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    bad = tmp_path / "in" / "bad.container"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"pod-user-generator: {bad}:2: [Container] has no key Imag (did you mean Image=?)\n"
    assert (tmp_path / "normal" / "default.target.wants" / "good.service").resolve().is_file()
