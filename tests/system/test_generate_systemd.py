"""`pod generate systemd`: a container as a unit that systemd accepts, and that makes the same container again."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod.systemd import words
from pod.systemd.unit_file import Line, UnitFile
from tests.support.commands import CommandLine


@pytest.fixture(scope="module")
def web(pod: CommandLine) -> Iterator[str]:
    pod("create", "--name", "gs-web", "-t", "-e", "A=$x 50%", "--stop-timeout", "7", "busybox", "sh", "-c", "$A").ok()
    yield "gs-web"
    pod("rm", "gs-web").ok()


def unit(text: str) -> UnitFile:
    made = UnitFile()
    made.read(text, "unit")
    return made


def test_a_unit_of_a_container_starts_it_and_gives_it_its_time_to_stop(pod: CommandLine, web: str) -> None:
    made = unit(pod("generate", "systemd", "--name", web).ok().stdout)
    assert made.value("Service", "ExecStart").endswith("start --attach --sig-proxy=false gs-web")
    assert made.value("Service", "ExecStop").endswith("stop --ignore -t 7 gs-web")
    assert made.value("Service", "TimeoutStopSec") == "67"


def test_a_unit_that_makes_the_container_anew_repeats_its_command(pod: CommandLine, web: str) -> None:
    made = unit(pod("generate", "systemd", "--new", "--name", web).ok().stdout)
    line = made.value("Service", "ExecStart")
    run = words.split(Line(line.replace("%%", "%").replace("$$", "$")))
    assert run[run.index("--name") :] == (
        ["--name", "gs-web", "-t", "-e", "A=$x 50%", "--stop-timeout", "7", "busybox", "sh", "-c", "$A"]
    )
    assert "$x" not in line.replace("$$x", "") and "50%%" in line


@pytest.mark.parametrize(
    ("option", "value", "key", "expected"),
    [
        ("--restart-policy", "always", "Restart", "always"),
        ("--restart-sec", "3", "RestartSec", "3"),
        ("--start-timeout", "30", "TimeoutStartSec", "30"),
        ("--stop-timeout", "20", "TimeoutStopSec", "80"),
        ("--env", "B=1 2", "Environment", '"B=1 2"'),
    ],
)
def test_options_reach_the_unit(pod: CommandLine, web: str, option: str, value: str, key: str, expected: str) -> None:
    assert unit(pod("generate", "systemd", option, value, web).ok().stdout).value("Service", key) == expected


def test_a_file_is_written_here_and_named(pod: CommandLine, web: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [*pod.prefix, "generate", "systemd", "--files", "--name", web], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.stdout == f"{tmp_path}/container-gs-web.service\n"
    assert (tmp_path / "container-gs-web.service").read_text().startswith("# container-gs-web.service\n")


def test_json_has_the_units_by_name(pod: CommandLine, web: str) -> None:
    assert list(json.loads(pod("generate", "systemd", "-n", "--format", "json", web).ok().stdout)) == [
        "container-gs-web"
    ]


def test_a_template_needs_a_unit_that_makes_containers(pod: CommandLine, web: str) -> None:
    result = pod("generate", "systemd", "--template", web)
    assert (result.code, result.stderr) == (
        125,
        "Error: --template needs --new: one container cannot be started many times\n",
    )
    assert "--name gs-web-%i" in pod("generate", "systemd", "--template", "--new", web).ok().stdout


def test_systemd_finds_no_fault(pod: CommandLine, web: str, tmp_path: Path) -> None:
    if not os.access("/usr/bin/systemd-analyze", os.X_OK):
        pytest.skip("no systemd-analyze on this machine: apt-get install systemd")
    for number, options in enumerate([["--new"], []]):
        text = pod("generate", "systemd", "--name", *options, web).ok().stdout
        (tmp_path / f"a{number}.service").write_text(text.replace("Documentation=", "#"))
        done = subprocess.run(
            ["systemd-analyze", "--user", "verify", "--man=no", f"{tmp_path}/a{number}.service"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
