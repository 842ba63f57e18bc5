"""`--rootfs FOLDER[:O]`: a container on a folder of the host."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK


@pytest.fixture
def folder(pod: CommandLine, tmp_path: Path) -> Path:
    """A folder with the files of busybox."""
    path = tmp_path / "root"
    path.mkdir()
    pod("create", "--name", "files", *NO_NETWORK, "busybox", "true").ok()
    archive = pod("export", "files").ok().raw
    pod("rm", "files").ok()
    subprocess.run(["tar", "-C", path, "-x"], input=archive, check=True)
    return path


def test_program_runs_on_the_folder_and_changes_it(pod: CommandLine, folder: Path) -> None:
    command = ("sh", "-c", "echo $PATH; echo made > /tmp/made")
    result = pod("run", "--rm", *NO_NETWORK, "--rootfs", folder, *command).ok()
    assert result.stdout == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
    assert (folder / "tmp" / "made").read_text() == "made\n"


def test_folder_stays_as_it_is_with_o(pod: CommandLine, folder: Path) -> None:
    before = sorted(str(path) for path in folder.rglob("*"))
    script = "rm /etc/passwd; echo made > /tmp/made"
    pod("run", "--name", "over", *NO_NETWORK, "--rootfs", f"{folder}:O", "sh", "-c", script).ok()
    assert sorted(str(path) for path in folder.rglob("*")) == before
    assert {"D /etc/passwd", "A /tmp/made"} <= set(pod("diff", "over").ok().lines)
    pod("rm", "over").ok()
    assert sorted(str(path) for path in folder.rglob("*")) == before


def test_relative_folder_is_understood(pod: CommandLine, folder: Path) -> None:
    result = pod("run", "--rm", *NO_NETWORK, "--rootfs", folder.name, "echo", "here", cwd=folder.parent)
    assert result.ok().stdout == "here\n"


def test_removing_the_container_spares_the_folder(pod: CommandLine, folder: Path) -> None:
    pod("run", "--name", "spared", *NO_NETWORK, "--rootfs", folder, "touch", "/tmp/kept").ok()
    assert json.loads(pod("container", "inspect", "spared").ok().stdout)[0]["Rootfs"] == str(folder)
    assert "works in" in pod("diff", "spared").stderr
    pod("rm", "spared").ok()
    assert (folder / "tmp" / "kept").exists()
    assert (folder / "bin" / "busybox").exists()


def test_other_verbs_work_on_it(pod: CommandLine, folder: Path, tmp_path: Path) -> None:
    pod("run", "--name", "verbs", *NO_NETWORK, "--rootfs", f"{folder}:O", "sh", "-c", "echo x > /tmp/x").ok()
    assert pod("cp", "verbs:/tmp/x", tmp_path / "x").ok().stdout == ""
    assert (tmp_path / "x").read_text() == "x\n"
    pod("commit", "verbs", "from-folder").ok()
    assert pod("run", "--rm", *NO_NETWORK, "from-folder", "cat", "/tmp/x").ok().stdout == "x\n"
    assert "verbs" in pod("ps", "-a", "--format", "{{.Names}}").ok().lines
    pod("rm", "verbs").ok()


def test_words_that_make_no_sense_are_refused(pod: CommandLine, folder: Path) -> None:
    result = pod("run", "--rm", "--rootfs", "/no/such/folder", "true")
    assert (result.code, result.stderr.splitlines()[0]) == (125, "Error: --rootfs /no/such/folder: no such folder")
    assert ":Z means nothing" in pod("run", "--rm", "--rootfs", f"{folder}:Z", "true").stderr
    assert pod("run", "--rm", "--rootfs", folder).stderr.startswith("Error: no command to run")
