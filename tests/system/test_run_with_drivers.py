"""The verbs with each storage driver, on one store: a container keeps the driver that it was made with working."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import run, shell, sleeping


@pytest.fixture(params=["overlay", "fuse-overlayfs", "vfs"])
def driven(request: pytest.FixtureRequest, pod: CommandLine) -> CommandLine:
    """The program with one of the storage drivers."""
    if request.param == "fuse-overlayfs":
        if shutil.which("fuse-overlayfs") is None:
            pytest.skip("no fuse-overlayfs on this machine: apt-get install fuse-overlayfs")
        if not os.access("/dev/fuse", os.R_OK | os.W_OK):
            pytest.skip("this user may not open /dev/fuse")
    return pod.with_options("--storage-driver", request.param)


def test_exit_code_output_and_removal(driven: CommandLine) -> None:
    result = shell(driven, "echo out; echo err >&2; exit 3", "--name", "driven")
    assert (result.code, result.stdout, result.stderr) == (3, "out\n", "err\n")
    assert driven("container", "exists", "driven").code == 1


def test_owners_modes_and_changes(driven: CommandLine) -> None:
    script = "stat -c '%u:%g %a' /etc/shadow /tmp; echo x >>/etc/passwd; rm /bin/vi; chown 33 /etc/group"
    script += "; mkdir /a && mv /a /b; stat -c %u /etc/group; ls -d /b; tail -n 1 /etc/passwd; ls /bin/vi"
    lines = shell(driven, script).lines
    assert lines == ["0:0 640", "0:0 1777", "33", "/b", "x"]
    assert shell(driven, "tail -n 1 /etc/passwd; ls /bin/vi").ok().lines[1] == "/bin/vi"


def test_exec_sees_the_containers_files(driven: CommandLine) -> None:
    with sleeping(driven) as container:
        driven("exec", container, "sh", "-c", "echo made >/made").ok()
        assert driven("exec", "-u", "33", container, "cat", "/made").ok().stdout == "made\n"


def test_files_outlive_a_restart(driven: CommandLine) -> None:
    with sleeping(driven) as container:
        driven("exec", container, "sh", "-c", "echo made >/made; rm /bin/vi").ok()
        driven("restart", "-t", "0", container).ok()
        assert driven("exec", container, "sh", "-c", "cat /made; ls /bin/vi").stdout == "made\n"


def test_mounts_working_directory_and_read_only(driven: CommandLine, tmp_path: os.PathLike[str]) -> None:
    words = ("-v", f"{os.fspath(tmp_path)}:/data", "--tmpfs", "/t", "-w", "/made/here", "--read-only")
    assert shell(driven, "pwd; touch /data/x /t/x; touch /x", *words).stdout == "/made/here\n"
    assert os.path.exists(f"{os.fspath(tmp_path)}/x")


def test_killed_and_removed_by_force(driven: CommandLine) -> None:
    container = driven("run", "-d", "--network", "none", "busybox", "sleep", "1000").ok().stdout.strip()
    driven("rm", "-f", container).ok()
    assert driven("ps", "-aq", "--no-trunc").ok().stdout.count(container) == 0


def test_the_machines_own_programs_run(driven: CommandLine) -> None:
    assert "bin" in run(driven, "host", "ls", "/").ok().lines
