"""`export`: a container's file system as an archive."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import CommandLine
from tests.support.containers import NO_NETWORK, run, sleeping


def members(archive: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {info.name: info for info in tar.getmembers()}


SCRIPT = r"""
mkdir -p /data/sub; echo text > /data/file; chown 12:34 /data/file; chmod 4711 /data/file
touch -d @1000000000 /data/file
ln /data/file /data/hard; ln -s ../.. /data/soft; mkfifo /data/fifo; rm /etc/shadow
dd if=/dev/zero of=/data/sparse bs=1 count=1 seek=40000000 2>/dev/null
"""


@pytest.fixture(scope="module")
def stopped(pod: CommandLine) -> str:
    pod("run", "--name", "stopped", *NO_NETWORK, "busybox", "sh", "-c", SCRIPT).ok()
    return "stopped"


def test_all_that_a_file_system_knows_of_a_file_is_kept(pod: CommandLine, stopped: str) -> None:
    archive = pod("export", stopped).ok().raw
    found = members(archive)
    file = found["data/file"]
    assert (file.uid, file.gid, file.mode, file.mtime, file.size) == (12, 34, 0o4711, 1000000000, 5)
    assert found["data/hard"].linkname == "data/file"
    assert found["data/soft"].linkname == "../.."
    assert found["data/fifo"].isfifo()
    assert found["data/sparse"].size == 40000001
    assert len(archive) < 20_000_000, "holes were written out"
    assert "etc/shadow" not in found
    assert "bin/busybox" in found or "bin/[" in found


def test_import_of_an_export_is_the_same_system(pod: CommandLine, stopped: str) -> None:
    pod("import", "-", "flat", input=pod("export", stopped).ok().raw).ok()
    script = "cat /data/file; stat -c '%u %g %a %Y %h' /data/file; stat -c '%s %b' /data/sparse"
    lines = run(pod, "flat", "sh", "-c", script).ok().lines
    assert lines[:2] == ["text", "12 34 4711 1000000000 2"]
    size, blocks = map(int, lines[2].split())
    assert size == 40000001
    assert blocks < 1000


def test_podman_imports_it(pod: CommandLine, podman: CommandLine, stopped: str) -> None:
    podman("import", "-", "from-pod", input=pod("export", stopped).ok().raw).ok()
    script = "cat /data/file; stat -c '%u %g %a' /data/file"
    result = podman("run", "--rm", "--network", "none", "from-pod", "sh", "-c", script)
    assert result.ok().lines == ["text", "12 34 4711"]


def test_same_files_as_podmans(pod: CommandLine, podman: CommandLine, stopped: str) -> None:
    podman("run", "--name", "export-stopped", "--network", "none", "busybox", "sh", "-c", SCRIPT).ok()
    theirs, ours = members(podman("export", "export-stopped").ok().raw), members(pod("export", stopped).ok().raw)
    engines = ("dev", "proc", "run", "sys", "etc/", "run/", "dev/", "etc")
    assert {name for name in theirs if not name.startswith(engines)} == {
        name for name in ours if not name.startswith(engines)
    }


def test_running_container_is_exported_without_what_is_mounted_in_it(pod: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the host")
    with sleeping(pod, "--tmpfs", "/scratch", "-v", f"{tmp_path}:/mine") as name:
        pod("exec", name, "sh", "-c", "echo 1 > /scratch/a; echo 2 > /own").ok()
        found = members(pod("export", name).ok().raw)
    assert "own" in found
    assert not [path for path in found if path.startswith(("scratch/", "mine/", "proc/", "dev/", "sys/"))]


def test_file_is_written_with_o_and_taken_back_when_it_fails(pod: CommandLine, stopped: str, tmp_path: Path) -> None:
    target = tmp_path / "x.tar"
    assert pod("export", "-o", target, stopped).ok().stdout == ""
    assert "data/file" in members(target.read_bytes())
    assert pod("export", "-o", tmp_path / "y.tar", "nobody").code == 125
    assert not (tmp_path / "y.tar").exists()
    result = pod("export", "-o", tmp_path / "no" / "z.tar", stopped)
    assert (result.code, result.stderr.splitlines()[0]) == (
        125,
        f"Error: cannot write to {tmp_path}/no/z.tar: No such file or directory",
    )


def test_export_changes_nothing(pod: CommandLine, stopped: str) -> None:
    before = pod("diff", stopped).ok().stdout
    first = pod("export", stopped).ok().raw
    assert pod("export", stopped).ok().raw == first
    assert pod("diff", stopped).ok().stdout == before


@pytest.mark.parametrize("driver", ["fuse-overlayfs", "vfs"])
def test_every_driver_exports(make_pod: Callable[[str], CommandLine], busybox_archive: Path, driver: str) -> None:
    pod = make_pod(f"e{driver[0]}").with_options("--storage-driver", driver)
    pod("load", "-i", busybox_archive)
    if (ran := pod("run", "--name", "one", *NO_NETWORK, "busybox", "sh", "-c", SCRIPT)).code:
        pytest.skip(f"{driver} does not work here: {ran.stderr}")
    found = members(pod("export", "one").ok().raw)
    assert (found["data/file"].uid, found["data/sparse"].size) == (12, 40000001)
    assert "etc/shadow" not in found
    pod("rm", "one").ok()
